#!/usr/bin/env python3
"""Builds the example servers, starts each, and sends all of them the same requests. Usage: servers.py PREFIX OUT"""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bindings-c" / "nginx" / "tests"))
from server import free_port, send  # noqa: E402

APP, EVIL = "https://app.example.com", "https://evil.example.org"
POLICY = """
allow_origins = ["https://app.example.com"]
allow_methods = ["PUT"]
allow_headers = ["X-Token"]
allow_credentials = true
"""
# Routes and protection: the servers have to pass on `Host`, and the target as it was sent.
GUARD = """
allow_origins = []
[protection]
writes = "reject"
websockets = "reject"
[[routes]]
path = "/open/{*rest}"
allow_origins = ["*"]
"""
VARY = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
READABLE = [("access-control-allow-credentials", "true"), ("access-control-allow-origin", APP)]
LISTS = [
    ("access-control-allow-headers", "accept, accept-language, content-language, content-type, x-token"),
    ("access-control-allow-methods", "GET, HEAD, POST, PUT"),
]
PREFLIGHT = sorted([*READABLE, *LISTS, ("access-control-max-age", "600"), ("vary", VARY)])
ASKS = [("Access-Control-Request-Method", "PUT"), ("Access-Control-Request-Headers", "x-token")]
SERVERS = {
    "server_evhttp": ["libevent"],
    "server_civetweb": ["-lcivetweb"],
    "server": ["libmicrohttpd"],
}
# (name, method, path, headers, status, CORS headers and Vary, body)
CASES = [
    ("allowed", "GET", "/hello", [("Origin", APP)], 200, [*READABLE, ("vary", "Accept-Language, Origin")], b"GET hello\n"),
    ("refused", "GET", "/hello", [("Origin", EVIL)], 200, [("vary", "Accept-Language, Origin")], b"GET hello\n"),
    ("no origin", "GET", "/hello", [], 200, [("vary", "Accept-Language, Origin")], b"GET hello\n"),
    ("put", "PUT", "/hello", [("Origin", APP)], 200, [*READABLE, ("vary", "Accept-Language, Origin")], b"PUT hello\n"),
    ("head", "HEAD", "/hello", [("Origin", APP)], 200, [*READABLE, ("vary", "Accept-Language, Origin")], b""),
    ("two origins", "GET", "/hello", [("Origin", APP)] * 2, 200, [("vary", "Accept-Language, Origin")], b"GET hello\n"),
    ("not found", "GET", "/none", [("Origin", APP)], 404, [*READABLE, ("vary", "Origin")], b"not found\n"),
    ("crash", "GET", "/crash", [("Origin", APP)], 500, [*READABLE, ("vary", "Origin")], b"crash\n"),
    ("crash, refused", "GET", "/crash", [("Origin", EVIL)], 500, [("vary", "Origin")], b"crash\n"),
    ("preflight", "OPTIONS", "/hello", [("Origin", APP), *ASKS], 204, PREFLIGHT, b""),
    ("preflight of nothing", "OPTIONS", "/none", [("Origin", APP), *ASKS], 204, PREFLIGHT, b""),
    ("preflight, split", "OPTIONS", "/hello", [("Origin", APP), *ASKS, ASKS[1]], 204, PREFLIGHT, b""),
    ("preflight, refused", "OPTIONS", "/hello", [("Origin", EVIL), *ASKS], 403, [("vary", VARY)], b"corsac: origin-not-allowed\n"),
    ("plain options", "OPTIONS", "/hello", [("Origin", APP)], 200, [*READABLE, ("vary", "Accept-Language, " + VARY)], b"OPTIONS hello\n"),
]  # fmt: skip

# (name, method, path, headers, whether it is refused, ACAO)
GUARDED = [
    ("open", "GET", "/open/x", [("Origin", EVIL)], None, ["*"]),
    ("open, a query", "GET", "/open/x?/../y", [("Origin", EVIL)], None, ["*"]),
    ("open, an escaped percent", "GET", "/open/100%25", [("Origin", EVIL)], None, ["*"]),
    ("open, an escaped slash", "GET", "/open/a%2Fb", [("Origin", EVIL)], None, ["*"]),
    ("open, a plus", "GET", "/open/a+b", [("Origin", EVIL)], None, ["*"]),
    ("closed", "GET", "/hello", [("Origin", EVIL)], None, []),
    ("closed, dots", "GET", "/open/../hello", [("Origin", EVIL)], None, []),
    ("closed, escaped dots", "GET", "/open/%2e%2e/hello", [("Origin", EVIL)], None, []),
    ("closed, an escaped slash", "GET", "/open%2f..%2fhello", [("Origin", EVIL)], None, []),
    ("write", "POST", "/hello", [("Origin", EVIL)], b"corsac: write-refused\n", []),
    ("write, to an open path", "POST", "/open/x", [("Origin", EVIL)], b"corsac: write-refused\n", ["*"]),
    ("write, cross-site according to the browser", "PUT", "/hello", [("Sec-Fetch-Site", "cross-site")], b"corsac: write-refused\n", []),
    ("write, from another port", "DELETE", "/hello", [("Origin", "http://localhost:81")], b"corsac: write-refused\n", []),
    ("write, same origin", "POST", "/hello", [("Origin", "http://localhost")], None, []),
    ("write, no browser", "POST", "/hello", [], None, []),
    ("handshake", "GET", "/hello", [("Origin", EVIL), ("Upgrade", "websocket"), ("Sec-WebSocket-Key", "x")],
     b"corsac: websocket-refused\n", []),
]  # fmt: skip

# The demo's server has its own routes.
DEMO = {"/hello": "/api/own-headers", "/none": "/none", "/crash": "/api/crash"}
# Responses to requests that the server's library refuses before it calls the program's handler.
OWN = {
    "server_civetweb": [
        ("own error", "PUT", "/hello", [("Origin", APP), ("Content-Length", "x")], 411, [*READABLE, ("vary", "Origin")], b"Length Required\n"),
        ("own error, refused", "PUT", "/hello", [("Origin", EVIL), ("Content-Length", "x")], 411, [("vary", "Origin")], b"Length Required\n"),
    ],
}  # fmt: skip


def as_demo(method, path, status, headers, body):
    """The expected responses of the demo's server: it answers in JSON, and serves these paths only with GET."""
    known = path != "/hello" or method in ("GET", "HEAD")
    headers = [(name, value.replace("Accept-Language", "Accept-Encoding")) for name, value in headers]
    if not known and status == 200:
        status, headers = 404, [(name, value.replace("Accept-Encoding, ", "")) for name, value in headers]
    return [status, headers, body if status == 403 else None]


def build(name, libraries, prefix, out):
    packages = ["corsac", *[library for library in libraries if not library.startswith("-")]]
    environment = {**os.environ, "PKG_CONFIG_PATH": f"{prefix}/lib/pkgconfig"}
    flags = subprocess.run(
        ["pkg-config", "--cflags", "--libs", *packages], env=environment, capture_output=True, text=True, check=True
    ).stdout.split()
    source = ROOT / "examples" / "c" / f"{name}.c"
    lines = len(source.read_text().splitlines())
    if lines >= 150:
        raise SystemExit(f"servers: {name}.c has {lines} lines")
    command = ["cc", "-std=c11", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-pedantic", source, *flags]
    command += [library for library in libraries if library.startswith("-")]
    subprocess.run([*command, "-pthread", f"-Wl,-rpath,{prefix}/lib", "-o", out / name], check=True)
    return out / name


class Server:
    """A running program, which has to end without an error."""

    def __init__(self, program, policy):
        self.name, self.port, self.faults = program.name, free_port(), []
        self.process = subprocess.Popen([program, str(self.port), policy], stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return self
            except OSError:
                time.sleep(0.05)
        raise SystemExit(f"{self.name} does not listen")

    def __exit__(self, *_):
        self.process.terminate()
        if self.process.wait(timeout=10) != 0:
            self.faults.append(f"{self.name}: ended with {self.process.returncode}")
        self.process.stderr.close()

    def expect(self, what, wanted, got):
        if got != wanted:
            self.faults.append(f"{self.name}: {what}\n  wanted {wanted}\n  got    {got}")


def drive(program, policy):
    """Runs the cases; returns what failed."""
    with Server(program, policy) as server:
        for what, method, path, headers, *wanted in [*CASES, *OWN.get(program.name, [])]:
            answer = send(server.port, method, DEMO[path] if program.name == "server" else path, headers)
            got = [answer.status, answer.cors(), answer.body]
            if program.name == "server":
                wanted = as_demo(method, path, *wanted)
                got[2] = got[2] if answer.status == 403 else None
            server.expect(what, wanted, got)
            if method == "OPTIONS" and answer.status == 204:
                server.expect(f"{what}: a 204 has no length", [], answer.all("content-length"))
    return server.faults


def drive_guarded(program, policy):
    with Server(program, policy) as server:
        for what, method, path, headers, refusal, origins in GUARDED:
            answer = send(server.port, method, path, headers, b"body" if method in ("POST", "PUT") else b"")
            got = [answer.body if answer.status == 403 else None, answer.all("access-control-allow-origin")]
            server.expect(what, [refusal, origins], got)
            if refusal is not None:
                vary = "Origin, Sec-Fetch-Site" + ", Upgrade, Sec-WebSocket-Key" * (b"websocket" in refusal)
                server.expect(f"{what}: vary", [vary], answer.all("vary"))
                server.expect(f"{what}: cache-control", ["no-store"], answer.all("cache-control"))
    return server.faults


def drive_reload(program, policy):
    """SIGHUP reads the file again. A refused file leaves the old policy in force, and the server prints the reason."""
    policy.write_text(POLICY)
    with Server(program, policy) as server:
        for text, origin, allowed in (
            (POLICY.replace(APP, EVIL), EVIL, [EVIL]), ("allow_origins = 1\n", EVIL, [EVIL]), (POLICY, EVIL, []),
        ):  # fmt: skip
            policy.write_text(text)
            server.process.send_signal(signal.SIGHUP)
            if text.endswith("1\n"):
                server.expect("a bad policy is reported", True, policy.name in server.process.stderr.readline())
            for _ in range(100):
                found = send(server.port, "GET", "/api/hello", [("Origin", origin)]).all("access-control-allow-origin")
                if found == allowed:
                    break
                time.sleep(0.02)
            server.expect(f"reload: {text}", allowed, found)
    return server.faults


def main():
    prefix, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    policy, guard = out / "cors.toml", out / "guard.toml"
    policy.write_text(POLICY)
    guard.write_text(GUARD)
    faults = []
    for name, libraries in SERVERS.items():
        program = build(name, libraries, prefix, out)
        faults += drive(program, policy) + drive_guarded(program, guard)
    faults += drive_reload(out / "server", out / "reloaded.toml")
    print("\n".join(faults), end="\n" if faults else "")
    count = (len(CASES) + len(GUARDED)) * len(SERVERS) + sum(map(len, OWN.values())) + 1
    print(f"servers: {count - len(faults)} passed, {len(faults)} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
