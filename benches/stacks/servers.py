#!/usr/bin/env python3
"""The cost of a request in a whole server: without CORS headers, with the same headers written by hand, with the usual package, and
with corsac.

Usage: servers.py [--quick] [SERVER]...

The variants of a server run side by side and are loaded in short turns. A variant's figure is the processor time of its process for each
request: it shows how many requests one processor can serve, and does not include what else the machine does.
"""

import contextlib
import functools
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from measure import BENCH, ROOT, Measured, benchmark, child_of, chosen, finish, in_turn, processor_time_of, progress, quick, ratio, row, run  # noqa: E402

sys.path.insert(0, str(ROOT / "bindings-c" / "nginx" / "tests"))
from server import Nginx, free_port  # noqa: E402

HERE = Path(__file__).resolve().parent.parent / "servers"
ORIGIN = "https://app.example.com"
ALLOWED = [f"Origin: {ORIGIN}"]
TURNS, WARM_UP = (150, 50) if quick() else (600, 200)
PREFIX = BENCH / "prefix"

# Settings for paths and protection are on, since the budget is for these.
POLICY = f"""allow_origins = ["{ORIGIN}"]
allow_credentials = true
protection = {{ writes = "reject", websockets = "reject" }}
[[routes]]
path = "/public/{{*rest}}"
allow_origins = ["*"]
allow_methods = ["GET"]
allow_credentials = false
[[routes]]
path = "/admin/{{*rest}}"
allow_methods = ["PUT", "DELETE"]
"""
PAGE = "page " * 200
NGINX_BY_HAND = f"""add_header Access-Control-Allow-Origin "{ORIGIN}" always;
add_header Access-Control-Allow-Credentials true always;
add_header Vary Origin always;"""


def listening(port):
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    sys.exit("a server does not listen")


@contextlib.contextmanager
def process(*command, port=None, env=None, forks=False):
    """Starts a server, which prints its port unless it was given one. Returns the port, and the process whose time is measured."""
    out = subprocess.DEVNULL if port else subprocess.PIPE
    started = subprocess.Popen([str(word) for word in command], cwd=HERE, env={**os.environ, **(env or {})}, stdout=out, text=True)
    try:
        if port is None:
            port = int(started.stdout.readline())
        listening(port)
        yield port, child_of(started) if forks else started.pid
    finally:
        started.terminate()
        started.wait()
        if started.stdout:
            started.stdout.close()


def nginx_server(configurations, module):
    """An nginx that serves one file on a port for each configuration, and these ports. It is not started yet."""
    ports = [free_port() for _ in configurations]
    servers = [f"server {{ listen 127.0.0.1:{port}; root html; {configuration} }}" for port, configuration in zip(ports, configurations, strict=True)]
    http = f"sendfile on; keepalive_requests 1000000; {' '.join(servers)}"
    return Nginx(module, {"cors.toml": POLICY, "html/index.html": PAGE}, http, workers=1), ports


@contextlib.contextmanager
def nginx(configurations, module):
    """One worker serves all variants: two workers with the same configuration differ by up to 3 %, because of where their memory is."""
    server, ports = nginx_server(configurations.values(), module)
    server.start(ports[0])
    try:
        worker = child_of(server.process)
        yield {name: (port, worker) for name, port in zip(configurations, ports, strict=True)}
    finally:
        server.stop()


@contextlib.contextmanager
def side_by_side(variants):
    """Each variant in a process of its own."""
    with contextlib.ExitStack() as stack:
        yield {name: stack.enter_context(start()) for name, start in variants.items()}


# For each server: how its variants are started. Their names, with the port and the measured process of each, are returned.
def uvicorn():
    python = {"PYTHONPATH": f"{BENCH / 'python'}:{HERE}"}
    options = ("--log-level", "critical", "--no-access-log")
    started = lambda name: (lambda port: process(sys.executable, "-m", "uvicorn", "--port", port, *options, f"asgi:{name}", port=port, env=python))(free_port())  # noqa: E731
    return side_by_side({"without": lambda: started("without"), "by hand": lambda: started("by_hand"), "Starlette": lambda: started("starlette"), "corsac": lambda: started("corsac")})


def gunicorn():
    python = {"PYTHONPATH": f"{BENCH / 'python'}:{HERE}"}
    options = ("--workers", 1, "--worker-class", "gthread", "--threads", 1, "--keep-alive", 60, "--log-level", "critical")

    def started(name):
        port = free_port()
        return process(sys.executable, "-m", "gunicorn", *options, "--bind", f"127.0.0.1:{port}", f"wsgi:{name}", port=port, env=python, forks=True)

    return side_by_side({"without": lambda: started("without"), "by hand": lambda: started("by_hand"), "corsac": lambda: started("corsac")})


def node(framework, package):
    return side_by_side({variant: lambda variant=variant: process("node", "node.js", framework, variant) for variant in ("without", "by hand", package, "corsac")})


def axum():
    program = benchmark("corsac-benches", "server")
    return side_by_side({variant: lambda variant=variant: process(program, variant) for variant in ("without", "by hand", "tower-http", "corsac")})


def nginx_module():
    run("make", "--silent", "-C", "bindings-c/nginx", f"OUT={BENCH}/nginx", f"CORSAC_PREFIX={PREFIX}")
    return BENCH / "nginx" / "ngx_http_corsac_module.so"


def with_nginx():
    return nginx({"without": "", "by hand": NGINX_BY_HAND, "corsac": "corsac_policy cors.toml;"}, nginx_module())


SERVERS = {
    "uvicorn": (uvicorn, ["an allowed origin"]),
    "gunicorn": (gunicorn, ["an allowed origin"]),
    "http": (lambda: node("http", "cors"), ["an allowed origin"]),
    "Express": (lambda: node("express", "cors"), ["an allowed origin"]),
    "Fastify": (lambda: node("fastify", "@fastify/cors"), ["an allowed origin"]),
    "axum": (axum, ["an allowed origin"]),
    "nginx": (with_nginx, ["no Origin", "an allowed origin"]),
}


@contextlib.contextmanager
def loading(running, headers):
    """For each variant, a function that loads it for one turn and returns the nanoseconds of processor time for each request."""
    program = benchmark("corsac-benches", "load")
    addresses = [f"127.0.0.1:{port}" for port, _ in running.values()]
    with subprocess.Popen([program, *headers, *addresses], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as load:

        def turn(number, pid):
            before = processor_time_of(pid)
            load.stdin.write(f"{number}\n")
            answered = load.stdout.readline()
            if not answered:
                sys.exit("a server did not answer every request")
            return (processor_time_of(pid) - before) / int(answered)

        yield {variant: functools.partial(turn, number, pid) for number, (variant, (_, pid)) in enumerate(running.items())}


def compare(name):
    """Rows for one server: corsac against each other variant."""
    start, cases = SERVERS[name]
    with start() as running:
        for case in cases:
            progress(f"{name}, {case}")
            with loading(running, ALLOWED if case != "no Origin" else []) as gauges:
                in_turn(WARM_UP, gauges)  # By then, just-in-time compilers have done most of their work.
                found = in_turn(TURNS, gauges)
            for variant in [other for other in found if other != "corsac"]:
                title = {"by hand": "the same headers by hand", "without": "no headers"}.get(variant, variant)
                if case == "no Origin" and variant == "by hand":
                    continue  # Those headers do not depend on the request.
                yield row(f"{name}, {case}, against {title}", "ns", Measured(found["corsac"]), Measured(found[variant]), variant,
                          ratio(found[variant], found["corsac"]), kind="time")  # fmt: skip


def main():
    finish([row for name in chosen(SERVERS) for row in compare(name)])


if __name__ == "__main__":
    main()
