#!/usr/bin/env python3
"""The instructions that nginx executes outside the kernel for one request: without CORS headers, with the same headers written by hand,
and with corsac.

servers.py measures the whole time of a request, most of which is spent in the kernel and differs from second to second. These counts repeat.
"""

import contextlib
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from servers import ALLOWED, NGINX_BY_HAND, PAGE, nginx_module, nginx_server  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from measure import finish, progress, row  # noqa: E402

FEW, MANY = 100, 600
PATHS = {"/": "the index of a folder", "/index.html": "a file"}
ORIGINS = {"no Origin": [], "an allowed origin": ALLOWED}


def connect(process, port):
    for _ in range(600):
        with contextlib.suppress(OSError):
            return socket.create_connection(("127.0.0.1", port), timeout=60)
        if process.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit(f"nginx does not listen under valgrind:\n{process.stderr.read()}")


def total(configurations, module, path, headers, count):
    """The instructions of one process that starts, serves `count` requests with the first configuration on one connection, and ends."""
    server, (port, *_) = nginx_server(configurations, module)
    tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    process = subprocess.Popen([*tool, *server.command("-g", "daemon off; master_process off;")], stderr=subprocess.PIPE, text=True)
    request = "\r\n".join([f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *headers, "", ""]).encode()
    with connect(process, port) as connection:
        for _ in range(count):
            connection.sendall(request)
            response = b""
            while not response.endswith(PAGE.encode()):
                piece = connection.recv(65536)
                if not piece:
                    sys.exit("nginx closed the connection")
                response += piece
            if not response.startswith(b"HTTP/1.1 200 "):
                sys.exit(f"nginx did not serve the file: {response!r}")
    process.send_signal(signal.SIGTERM)
    printed = process.communicate()[1]
    server.folder.cleanup()
    return int(re.search(r"Collected : (\d+)", printed)[1])


def of_one_request(*variant):
    return (total(*variant, MANY) - total(*variant, FEW)) / (MANY - FEW)


def rows():
    policy, module = "corsac_policy cors.toml;", nginx_module()
    variants = {"no headers": ([""], None), "the same headers by hand": ([NGINX_BY_HAND], None), "corsac": ([policy], module)}
    for path, served in PATHS.items():
        for origin, headers in ORIGINS.items():
            progress(f"instructions for {served}, {origin}")
            found = {name: of_one_request(*variant, path, headers) for name, variant in variants.items()}
            for name in ["no headers", "the same headers by hand"][: 2 if headers else 1]:
                title = f"instructions for {served}, {origin}, against {name}"
                yield row(title, "instructions", found["corsac"], found[name], {"no headers": "without"}.get(name, "by hand"))
    progress("instructions for a server without a policy")
    without, beside = (of_one_request(*variant, "/index.html", []) for variant in (variants["no headers"], (["", policy], module)))
    yield row("instructions for a file of a server without a policy, beside one with a policy, against no module", "instructions", beside, without, "without")


def main():
    finish(rows())


if __name__ == "__main__":
    main()
