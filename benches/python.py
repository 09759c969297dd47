#!/usr/bin/env python3
"""The Python middleware against Starlette's own, both around the same bare ASGI application, in one run.

Usage: .venv/bin/python benches/python.py    (make bench STACK=python)

Builds the extension as it is released, measures in turn (bare, Starlette, corsac, again and again, the best of all
rounds), prints one table and writes `target/bench-python.json`. The added cost is what is compared: the time with the
middleware less the time of the bare application; a preflight never reaches the application and is compared as a whole.
"""

import contextlib
import gc
import itertools
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from table import Row, table

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / "target" / "bench-python"
ORIGIN = b"https://app.example.com"
ROUNDS = 25

# What Chromium sends with a fetch, but for Origin.
BROWSER = [
    (b"host", b"api.example.com"),
    (b"connection", b"keep-alive"),
    (b"sec-ch-ua-platform", b'"Linux"'),
    (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"),
    (b"sec-ch-ua", b'"Chromium";v="142", "Not_A Brand";v="99"'),
    (b"sec-ch-ua-mobile", b"?0"),
    (b"accept", b"*/*"),
    (b"sec-fetch-site", b"cross-site"),
    (b"sec-fetch-mode", b"cors"),
    (b"sec-fetch-dest", b"empty"),
    (b"referer", b"https://app.example.com/"),
    (b"accept-encoding", b"gzip, deflate, br, zstd"),
    (b"accept-language", b"en-US,en;q=0.9"),
]


def build():
    """The package with the extension as `make dist` makes it."""
    subprocess.run(["cargo", "build", "--locked", "--release", "--quiet", "-p", "corsac-python"], cwd=ROOT, check=True)
    shutil.rmtree(BUILT, ignore_errors=True)
    shutil.copytree(ROOT / "bindings-python" / "python" / "corsac", BUILT / "corsac", ignore=shutil.ignore_patterns("*.so"))
    shutil.copyfile(ROOT / "target" / "release" / "lib_corsac.so", BUILT / "corsac" / "_corsac.abi3.so")
    sys.path.insert(0, str(BUILT))


async def receive():
    return {"type": "http.request"}


async def send(message):
    pass


def scope(*headers, method="GET"):
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": "/", "raw_path": b"/", "query_string": b"", "root_path": "", "headers": BROWSER + list(headers),
        "client": ("127.0.0.1", 40000), "server": ("127.0.0.1", 8000), "state": {},
    }  # fmt: skip


def preflight(names=b"x-request-id,x-other"):
    asks = [(b"access-control-request-method", b"PUT"), (b"access-control-request-headers", names)]
    return scope((b"origin", ORIGIN), *asks, method="OPTIONS")


def round_of(app, scopes, calls):
    """Nanoseconds a call. Nothing here waits, so a coroutine is done after one step."""
    turns = list(itertools.islice(itertools.cycle(scopes), calls))
    start = time.perf_counter_ns()
    for turn in turns:
        try:
            app(turn, receive, send).send(None)
        except StopIteration:
            pass
    return (time.perf_counter_ns() - start) / calls


def measure(cases):
    """The best of many rounds, taken in turn so that a noisy moment hits all alike."""
    best = {}
    gc.disable()
    for turn in range(ROUNDS):
        for name, (scopes, apps) in cases.items():
            for who, app in apps.items():
                calls = 200 if who == "starlette" and "10,000" in name else 2000
                taken = round_of(app, scopes, calls)
                best[name, who] = min(best.get((name, who), taken), taken)
        gc.collect()
    return best


def under_uvicorn():
    """Requests a second, the same headers set by hand and by a policy: the best of a few short runs, taken in turn."""
    best = {"by_hand": 0.0, "guarded": 0.0}
    servers = {name: serve(name) for name in best}
    try:
        for _ in range(5):
            for name, (port, _) in servers.items():
                command = ["wrk", "-t1", "-c16", "-d2s", "-H", f"Origin: {ORIGIN.decode()}", f"http://127.0.0.1:{port}/"]
                printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                best[name] = max(best[name], float(re.search(r"Requests/sec:\s+([\d.]+)", printed)[1]))
    finally:
        for _, process in servers.values():
            process.terminate()
            process.wait()
    return best["by_hand"], best["guarded"]


def serve(name):
    """Starts uvicorn and waits until it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    here = Path(__file__).resolve().parent
    command = [sys.executable, "-m", "uvicorn", "--port", str(port), "--log-level", "critical", "--no-access-log"]
    process = subprocess.Popen([*command, f"python_app:{name}"], cwd=here, env={**os.environ, "PYTHONPATH": str(BUILT)})
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return port, process
        time.sleep(0.05)
    sys.exit("uvicorn does not answer")


def main():
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: apt-get install -y wrk")
    build()
    import corsac
    from python_app import bare as application
    from starlette.middleware.cors import CORSMiddleware as Starlette

    # Starlette looks through a list: the origin in question is its last.
    def both(count):
        settings = {
            "allow_origins": [f"https://tenant-{number}.example.com" for number in range(count - 1)] + [ORIGIN.decode()],
            "allow_methods": ["PUT"], "allow_headers": ["X-Request-Id", "X-Other"], "allow_credentials": True,
        }  # fmt: skip
        return {
            "bare": application,
            "starlette": Starlette(application, **settings),
            "corsac": corsac.CORSMiddleware(application, **settings),
        }

    one, many = both(1), both(10_000)
    asked = scope((b"origin", ORIGIN))
    tenants = [scope((b"origin", b"https://tenant-%d.example.com" % number)) for number in range(9000, 9100)]
    hostile = {"corsac": one["corsac"]}
    cases = {
        "no Origin": ([scope()], one),
        "1 origin": ([asked], one),
        "100 origins": ([asked], both(100)),
        "10,000 origins": ([asked], many),
        "10,000 origins, another each time": (tenants, many),
        "1 origin, another one asks": ([scope((b"origin", b"https://evil.example"))], one),
        "preflight, in all": ([preflight()], one),
        "1 MiB of Access-Control-Request-Headers": ([preflight(b"," * 2**20)], hostile),
        "1 MiB of Origin": ([scope((b"origin", b"x" * 2**20))], hostile),
    }
    best = measure(cases)
    least = {"no Origin": 7, "1 origin": 8, "10,000 origins": 100, "preflight, in all": 8}
    rows = []
    for name in cases:
        ours = best[name, "corsac"]
        if (name, "starlette") not in best:
            peer = best["preflight, in all", "corsac"]
            rows.append(Row(f"{name}, against an ordinary preflight", ours, peer, ours / peer, bounds="ratio", at_most=3, budget="3× or less"))
            continue
        bare = 0 if name.startswith("preflight") else best[name, "bare"]
        peer, ours = best[name, "starlette"] - bare, ours - bare
        row = Row(name, ours, peer, peer / ours, budget=f"{least[name]}× or more" if name in least else "")
        row.met = peer / ours >= least[name] if name in least else None
        rows.append(row)
    rows.append(Row("the bare application", best["no Origin", "bare"]))
    without, guarded = under_uvicorn()
    per_second = "requests a second under uvicorn, against the same headers by hand"
    row = Row(per_second, guarded, without, guarded / without, unit=lambda rate: f"{rate:,.0f}", budget="0.97× or more")
    row.met = guarded / without >= 0.97
    rows.append(row)
    print(table(rows))
    path = ROOT / "target" / "bench-python.json"
    path.write_text(json.dumps({"stack": "python", "rows": [row.json() for row in rows]}, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
