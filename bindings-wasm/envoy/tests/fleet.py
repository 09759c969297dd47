#!/usr/bin/env python3
"""Four Envoys in their own network, behind a balancer, with policies from a control plane.

`fleet.py` changes the policy 100 times under load, and prints how long it takes until the last node uses the new policy.
`--short` makes 10 changes. In both, one node is cut off and comes back, one is killed and started again, and one gets a broken
policy.
"""

import os
import statistics
import sys
import threading
import time
from collections import Counter

import wire
from application import Application
from context import APP, EVIL
from control_plane import ControlPlane
from envoy_process import TYPE, Envoy, cluster, free_port, listener, to
from network import Loopback, Network, Unavailable

NODES = 4
BROKEN = "allow_origins = ['https://app.example.com/']\n"


def policy(version):
    """Each of its headers names the version, so that a response shows whether all its headers belong to one policy."""
    return {
        "allow_origins": [APP],
        "allow_methods": [f"M{version}"],
        "allow_headers": [f"X-V{version}"],
        "expose_headers": [f"X-V{version}"],
        "max_age": 1000 + version,
        "allow_credentials": version % 2 == 0,
    }


def version_of(response, is_preflight):
    """The version to which all headers of the response belong; ValueError if they belong to several."""
    headers = dict(response.cors())
    if is_preflight:
        versions = {
            int(headers["access-control-max-age"]) - 1000,
            int(headers["access-control-allow-methods"].rsplit(", M", 1)[1]),
            int(headers["access-control-allow-headers"].rsplit(", x-v", 1)[1]),
        }
    else:
        versions = {int(headers["access-control-expose-headers"].removeprefix("x-v"))}
    version, *others = versions
    has_credentials = headers.get("access-control-allow-credentials") == "true"
    if others or headers.get("access-control-allow-origin") != APP or has_credentials != (version % 2 == 0):
        raise ValueError(f"a response that belongs to no policy: {response.status} {response.headers}")
    return version


class Fleet:
    """The nodes, the balancer, the control plane and the application."""

    def __init__(self):
        try:
            self.network = Network(NODES)
            print(f"fleet: {NODES} nodes, each in its own network namespace")
        except Unavailable as error:
            self.network = Loopback(NODES)
            print(f"fleet: NO NETWORK NAMESPACES HERE ({error}): the nodes share this machine's network, so none can be cut off")
        self.has_links = isinstance(self.network, Network)
        self.version, self.written = 1, 1
        try:
            self.application = Application(self.network.address)
            self.control_plane = ControlPlane(self.network.address, policy(1))
            self.port, self.node_port = free_port(), free_port()
            self.nodes = {number: self.make_node(number) for number in range(1, NODES + 1)}
            for node in self.nodes.values():
                node.start()
            self.balancer = self.make_balancer().start()
        except BaseException:
            self.stop()
            raise

    def make_node(self, number):
        source = {
            "resource_api_version": "V3",
            "api_config_source": {
                "api_type": "REST",
                "transport_api_version": "V3",
                "cluster_names": ["control-plane"],
                "refresh_delay": "0.005s",
                "request_timeout": "2s",
            },
        }
        found = {
            "name": "corsac",
            "config_discovery": {"config_source": source, "type_urls": [f"{TYPE}envoy.extensions.filters.http.wasm.v3.Wasm"]},
        }
        address = self.network.node_address(number)
        clusters = [
            cluster("control-plane", self.control_plane.port, address=self.network.address),
            cluster("application", self.application.port, address=self.network.address),
        ]
        node = Envoy(
            [listener("main", self.node_port, [found], [to("application")], address)],
            clusters,
            before=self.network.inside(number),
        )
        node.configuration["node"] = {"id": f"node-{number}", "cluster": "fleet"}
        # The address of its administration, from outside its namespace.
        node.configuration["admin"]["address"]["socket_address"]["address"] = address
        return node

    def make_balancer(self):
        nodes = cluster("nodes")
        endpoints = [
            {
                "endpoint": {
                    "address": {"socket_address": {"address": self.network.node_address(number), "port_value": self.node_port}}
                }
            }
            for number in range(1, NODES + 1)
        ]
        nodes["load_assignment"]["endpoints"][0]["lb_endpoints"] = endpoints
        nodes["connect_timeout"] = "0.25s"
        nodes["outlier_detection"] = {
            "consecutive_5xx": 3,
            "consecutive_gateway_failure": 3,
            "interval": "0.2s",
            "base_ejection_time": "0.5s",
            "max_ejection_percent": 50,
        }
        # By default, Envoy allows three retries at the same time, and a fourth would fail.
        nodes["circuit_breakers"] = {"thresholds": [{"max_retries": 1000}]}
        retries = {"retry_on": "connect-failure,refused-stream,reset,gateway-error", "num_retries": 4, "per_try_timeout": "1s"}
        retries["retry_host_predicate"] = [
            {
                "name": "previous",
                "typed_config": {"@type": f"{TYPE}envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"},
            }
        ]
        retries["host_selection_retry_max_attempts"] = 5
        return Envoy([listener("main", self.port, [], [to("nodes", retry_policy=retries, timeout="10s")])], [nodes])

    def ask(self, number, method="GET", headers=()):
        """Asks one node directly, without the balancer."""
        return wire.send(self.node_port, method, "/200", [("Origin", APP), *headers], address=self.network.node_address(number))

    def node_version(self, number):
        try:
            return version_of(self.ask(number), False)
        except OSError:
            return None

    def change(self, nodes=None):
        """Puts the next policy in force, and returns the seconds until the last of these nodes uses it."""
        self.written += 1
        start = time.monotonic()
        self.control_plane.put_in_force(policy(self.written))
        waiting = set(nodes or self.nodes)
        while waiting:
            waiting = {number for number in waiting if self.node_version(number) != self.written}
            if time.monotonic() - start > 30:
                raise AssertionError(f"after 30 s the nodes {waiting} do not use version {self.written}")
        self.version = self.written
        return time.monotonic() - start

    def stop(self):
        for envoy in [*getattr(self, "nodes", {}).values(), getattr(self, "balancer", None)]:
            if envoy is not None:
                envoy.stop()
        for server in (getattr(self, "control_plane", None), getattr(self, "application", None)):
            if isinstance(server, ControlPlane):
                server.shutdown()
                server.server_close()
            elif server is not None:
                server.stop()
        self.network.remove()


class Load:
    """Clients that send requests to the balancer without a pause, and check every response."""

    def __init__(self, fleet, clients=4):
        self.fleet, self.done = fleet, threading.Event()
        self.counts, self.faults, self.lagging = Counter(), [], False
        self.threads = [threading.Thread(target=self.client, args=(number,)) for number in range(clients)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        for thread in self.threads:
            thread.join()

    def client(self, number):
        request = [
            f"GET /200 HTTP/1.1\r\nHost: a\r\nOrigin: {APP}\r\n\r\n",
            f"OPTIONS /200 HTTP/1.1\r\nHost: a\r\nOrigin: {APP}\r\nAccess-Control-Request-Method: PUT\r\n\r\n",
            f"GET /200 HTTP/1.1\r\nHost: a\r\nOrigin: {EVIL}\r\n\r\n",
        ]
        connection = wire.connect(self.fleet.port)
        turn = number
        while not self.done.is_set():
            kind = turn = (turn + 1) % len(request)
            # While a node is cut off, it may still use any earlier policy.
            oldest = 1 if self.lagging else self.fleet.version
            try:
                connection.sendall(request[kind].encode())
                response = read_one(connection)
                self.counts[("GET", "OPTIONS", "refused")[kind]] += 1
                if response.status != (204 if kind == 1 else 200):
                    raise ValueError(f"status {response.status}: {response.headers} {response.body[:200]}")
                if kind == 2:
                    if response.all("access-control-allow-origin"):
                        raise ValueError(f"allowed: {response.headers}")
                elif not oldest <= (version := version_of(response, kind == 1)) <= self.fleet.written:
                    raise ValueError(f"version {version}, not {oldest} to {self.fleet.written}")
            except (OSError, ValueError, KeyError, IndexError) as error:
                self.faults.append(f"{type(error).__name__}: {error}")
                connection.close()
                connection = wire.connect(self.fleet.port)
        connection.close()


def read_one(connection):
    """Reads one response on a connection that stays open."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += receive(connection)
    head, _, body = got.partition(b"\r\n\r\n")
    lengths = [int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    if b"transfer-encoding: chunked" in head.lower():
        while not body.endswith(b"0\r\n\r\n"):
            body += receive(connection)
    while lengths and len(body) < lengths[0]:
        body += receive(connection)
    return wire.parsed(head + b"\r\n\r\n" + body)


def receive(connection):
    piece = connection.recv(65536)
    if not piece:
        raise ConnectionError("the balancer closed the connection")
    return piece


def run(changes):
    """Runs all steps. Returns the failures."""
    fleet = Fleet()
    try:
        with Load(fleet) as load:
            seconds = [fleet.change() for _ in range(changes)]
            milliseconds = sorted(1000 * value for value in seconds)
            print(
                f"fleet: {changes} changes; the last of {NODES} nodes used the new policy after {milliseconds[0]:.0f} to "
                f"{milliseconds[-1]:.0f} ms, with a median of {statistics.median(milliseconds):.0f} ms"
            )
            during = sum(load.counts.values())
            print(f"fleet: {during} answers during these changes, {len(load.faults)} lost or mixed")
            faults = broken(fleet, load)
            faults += killed(fleet, load)
            if fleet.has_links:
                faults += cut_off(fleet, load)
        print(f"fleet: {sum(load.counts.values())} answers in all ({dict(load.counts)})")
        return faults + load.faults
    finally:
        fleet.stop()


def broken(fleet, load):
    """One node gets a broken policy, and keeps its last good policy."""
    before = fleet.version
    fleet.control_plane.put_in_force(BROKEN, node="node-2")
    node = fleet.nodes[2]
    node.wait_for(lambda: "1 problem in the CORS policy" in node.log())
    kept = fleet.node_version(2)
    rejected = sum(node.counters("extension_config_discovery.*(config_fail|update_rejected)").values())
    print(
        f"fleet: node 2 got a broken policy: it uses version {kept} of {before}, counts {rejected} rejected, and its log has"
    )
    print("".join(f"fleet:   {line}\n" for line in node.log().split("CORS policy\n", 1)[1].splitlines()[:2]), end="")
    fleet.control_plane.put_in_force(None, node="node-2")
    fleet.change()
    return [] if kept == before and rejected > 0 else ["a broken policy took effect, or was not reported"]


def killed(fleet, load):
    """One node is killed and started again: it uses the current policy, and never answers without one."""
    number, node = 3, fleet.nodes[3]
    node.process.kill()
    node.process.wait()
    load.lagging = True
    fleet.change(set(fleet.nodes) - {number})
    start = time.monotonic()
    node.start()
    while (version := fleet.node_version(number)) is None:
        if time.monotonic() - start > 30:
            raise AssertionError(f"node {number} does not come back\n{node.log()[-2000:]}")
    print(
        f"fleet: node 3 was killed; {time.monotonic() - start:.1f} s after its start it answered with version {version} of {fleet.version}"
    )
    load.lagging = False
    return [] if version == fleet.version else ["a restarted node used an older policy"]


def cut_off(fleet, load):
    """One node is cut off while the policy changes: it keeps its last good policy, and catches up when it is back."""
    number = 4
    before = fleet.version
    load.lagging = True
    fleet.network.cut(number)
    for _ in range(3):
        fleet.change(set(fleet.nodes) - {number})
    # Inside its own namespace, it still answers.
    kept = answer_inside(fleet, number)
    fleet.network.restore(number)
    start = time.monotonic()
    while fleet.node_version(number) != fleet.version:
        if time.monotonic() - start > 60:
            raise AssertionError(f"node {number} does not catch up")
    print(
        f"fleet: node 4 was cut off: it used version {kept}, and version {fleet.version} {time.monotonic() - start:.1f} s after it was back"
    )
    load.lagging = False
    return [] if kept == before else [f"a node that was cut off used version {kept}, not {before}"]


def answer_inside(fleet, number):
    """The version that a node uses for a preflight in its own namespace. A preflight needs no upstream."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        # Only this process moves into the namespace.
        try:
            space = os.open(f"/run/netns/{fleet.network.nodes[number - 1]}", os.O_RDONLY)
            import ctypes

            ctypes.CDLL(None, use_errno=True).setns(space, 0)
            version = version_of(fleet.ask(number, "OPTIONS", [("Access-Control-Request-Method", "PUT")]), True)
            os.write(write, str(version).encode())
        finally:
            os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read) as pipe:
        return int(pipe.read() or -1)


def main():
    faults = run(10 if "--short" in sys.argv[1:] else 100)
    kinds = Counter(faults)
    for fault, times in kinds.most_common(20):
        print(f"fleet: {times} times: {fault}")
    print(f"fleet: {0 if kinds else 1} passed, {len(kinds)} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
