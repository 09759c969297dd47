"""What the filter costs in Envoy: without a filter, with Envoy's own `cors` filter, and with ours, in turn.

For each kind of request: requests a second of one thread of Envoy, and its processor time for each request, as medians of several
rounds. Then the memory of a policy with a million origins, and the time until a new policy is in force.

Needs `make test STACK=envoy` to have run once, and wrk.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "bindings-wasm" / "envoy" / "tests"))

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
ROUNDS, SECONDS, CONNECTIONS = 7, 1, 16
TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(process):
    """User and system time of a process, all of its threads."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(process):
    """Megabytes that a process occupies."""
    return int(re.search(r"^VmRSS:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text(), re.M)[1]) / 1024


def measure(envoy, port, script):
    """Requests a second, and microseconds of processor time for each."""
    before = processor_seconds(envoy.process)
    printed = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", script, f"http://127.0.0.1:{port}/"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    requests, seconds = re.search(r"(\d+) requests in ([\d.]+)s", printed).groups()
    if "Non-2xx" in printed:
        raise SystemExit(f"responses of another status:\n{printed}")
    return int(requests) / float(seconds), 1e6 * (processor_seconds(envoy.process) - before) / int(requests)


def servers(upstream):
    """The three, each with a route that responds itself and with one to an upstream."""
    own = {"cors": OWN}
    chains = {
        "no filter": ([], {}),
        "cors": ([http_filter("cors", "cors.v3.Cors")], {"typed_per_filter_config": own}),
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
    rows = []
    with Envoy([listener("main", port, [], [direct(200, "ok")])]) as backend:
        running = list(servers(port))
        for place, route in enumerate(["a direct response", "an upstream"]):
            for case, script in CASES.items():
                path = backend.write("case.lua", script)
                found = {name: [] for name, *_ in running}
                for _ in range(ROUNDS):
                    for name, envoy, ports in running:
                        # Without a filter, a preflight is a request like any other.
                        found[name].append(measure(envoy, ports[place], path))
                medians = {name: [statistics.median(column) for column in zip(*values)] for name, values in found.items()}
                rows.append((route, case, medians))
        for _, envoy, _ in running:
            envoy.stop()
    return rows


def million():
    """Megabytes before and after, and the seconds until it is in force."""
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
    small = statistics.median(
        put_in_force({**POLICY, "allow_origins": [f"https://{n}.example.com"]}, f"https://{n}.example.com") for n in range(20)
    )
    origins = [f"https://tenant-{index}.example.com" for index in range(1_000_000)]
    large = put_in_force({"allow_origins": origins}, origins[-1])
    after = memory(envoy.process)
    again = put_in_force({"allow_origins": [*origins, "https://one-more.example.com"]}, "https://one-more.example.com")
    twice = memory(envoy.process)
    envoy.stop()
    return small, large, again, before, after, twice


def main():
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is missing; type: apt-get install wrk")
    rows = speed()
    print(
        "| Envoy, one thread | requests/s: no filter · cors · corsac | ÷ cors | processor µs a request: no filter · cors · corsac |"
    )
    print("|---|---|---|---|")
    result = {}
    for route, case, medians in rows:
        speeds = " · ".join(f"{medians[name][0]:,.0f}" for name in medians)
        times = " · ".join(f"{medians[name][1]:.1f}" for name in medians)
        ratio = medians["corsac"][0] / medians["cors"][0]
        print(f"| {case}, {route} | {speeds} | {ratio:.2f} | {times} |")
        result[f"{case}, {route}"] = medians
    small, large, again, before, after, twice = million()
    print(
        f"\nA new policy is in force after {1000 * small:.0f} ms (median of 20); one with a million origins after {large:.1f} s,"
    )
    print(
        f"and the next one of that size after {again:.1f} s. Envoy's memory, with a main thread and one worker: {before:.0f} MB;"
    )
    print(f"with a million origins {after:.0f} MB; after the next million {twice:.0f} MB.")
    result["update"] = {"ms": 1000 * small, "million s": [large, again], "MB": [before, after, twice]}
    (ROOT / "target" / "bench-envoy.json").write_text(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
