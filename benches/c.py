#!/usr/bin/env python3
"""The C library's benchmark: decisions through the shared library, and nginx with and without the module under wrk.

Usage: python3 benches/c.py [decision] [nginx]

Prints one table and writes `target/bench-c.json`. A budget that is not met fails nothing: a noisy machine is no bug.
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

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "target" / "bench-c"
PREFIX = OUT / "prefix"
sys.path[:0] = [str(ROOT / "benches"), str(ROOT / "bindings-c" / "nginx" / "tests")]
from server import Nginx, free_port  # noqa: E402
from table import Row, table  # noqa: E402

ROUNDS, SECONDS, CONNECTIONS = 20, 1, 32
CASES = {"no Origin": [], "allowed": ["-H", "Origin: https://app.example.com"]}
POLICY = 'allow_origins = ["https://app.example.com"]\nallow_credentials = true\nexpose_headers = ["ETag"]\n'


def run(*command):
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT)


def decision():
    program = OUT / "decision"
    run("cc", "-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "benches/c.c", f"-I{PREFIX}/include", f"-L{PREFIX}/lib", "-lcorsac",
        f"-Wl,-rpath,{PREFIX}/lib", "-o", program)  # fmt: skip
    figures = json.loads(subprocess.run([program], check=True, capture_output=True, text=True).stdout)
    for name, figure in figures.items():
        most = {"allowed": 35, "preflight": 70}.get(name)
        case = f"{name}, {figure['headers']} headers, shared library"
        yield Row(case, figure["ns"], bounds="corsac", at_most=most, budget=f"{most} ns or less") if most else Row(case, figure["ns"])
    made = sum(figure["allocations"] for figure in figures.values())
    yield Row("allocations in all of these", made, unit=lambda count: f"{count:.0f}", bounds="corsac", at_most=0, budget="0")


def rate(port, headers):
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", *headers, f"http://127.0.0.1:{port}/page.txt"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said:
        raise SystemExit(said)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])


def worker_seconds(server):
    """The processor time that the server's worker has used. Steadier than a rate where others use the machine, too."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    while not (workers := children.read_text().split()):
        time.sleep(0.01)  # it listens before it forks
    worker = workers[0]
    user, system = Path(f"/proc/{worker}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def nginx():
    run("make", "--silent", "-C", "bindings-c/nginx", f"OUT={OUT}/nginx", f"CORSAC_PREFIX={PREFIX}")
    module = OUT / "nginx" / "ngx_http_corsac_module.so"
    files = {"cors.toml": POLICY, "html/page.txt": "page " * 200}
    servers = {}
    try:
        for which, loaded, policy in (("without", None, ""), ("with", module, "corsac_policy cors.toml;")):
            port = free_port()
            http = f"sendfile on; keepalive_requests 1000000; server {{ listen 127.0.0.1:{port}; root html; {policy} }}"
            servers[which] = port, Nginx(loaded, files, http, workers=1).start(port)
        for case, headers in CASES.items():
            rates, costs = ({"without": [], "with": []} for _ in range(2))
            for round_ in range(ROUNDS):
                # In turn, and the other way round each time, so that a drift of the machine hits both.
                for which in ("without", "with")[:: 1 if round_ % 2 else -1]:
                    port, server = servers[which]
                    before = worker_seconds(server)
                    rates[which].append(rate(port, headers))
                    costs[which].append((worker_seconds(server) - before) / (rates[which][-1] * SECONDS) * 1e9)
            ratio = statistics.median(b / a for a, b in zip(rates["without"], rates["with"], strict=True))
            middle = {which: statistics.median(values) for which, values in rates.items()}
            # A share of the rate is at least, where a time is at most.
            row = Row(f"nginx, a static file, {case}: requests a second", middle["with"], peer=middle["without"], ratio=ratio,
                      unit=lambda per_second: f"{per_second:,.0f}/s", budget="0.97 or more")  # fmt: skip
            row.met = ratio >= 0.97
            yield row
            cost = {which: statistics.median(values) for which, values in costs.items()}
            yield Row(f"nginx, a static file, {case}: the worker's processor time a request", cost["with"], peer=cost["without"],
                      ratio=cost["without"] / cost["with"])  # fmt: skip
    finally:
        for _, server in servers.values():
            server.stop()


def main():
    parts = [part for part in (decision, nginx) if not sys.argv[1:] or part.__name__ in sys.argv[1:]]
    missing = [tool for tool in ("cc", "nginx", "wrk") if shutil.which(tool) is None]
    if missing or not Path("/usr/share/nginx/src/conf_flags").exists():
        raise SystemExit("missing: run apt-get install gcc nginx nginx-dev wrk")
    OUT.mkdir(parents=True, exist_ok=True)
    run("make", "--silent", "-C", "bindings-c", "install", "PROFILE=release", f"PREFIX={PREFIX}")
    rows = [row for part in parts for row in part()]
    print(table(rows))
    print(f"({os.cpu_count()} processors; nginx with one worker, {ROUNDS} rounds of {SECONDS} s each way, interleaved)")
    report = {"stack": "c", "rows": [row.json() for row in rows]}
    (ROOT / "target" / "bench-c.json").write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
