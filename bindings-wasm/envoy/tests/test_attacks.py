"""Requests of clients that are not browsers: garbage, floods, split lines, paths with escapes. None may make a response
readable to more origins."""

import random
import threading
import unittest

import wire
from application import Application
from context import ALLOWED, APP, EVIL, POLICY, PREFLIGHT
from envoy_process import SHOW_REASON, Envoy, cluster, corsac, free_port, listener, to

CREDENTIALS = {"access-control-allow-credentials", "access-control-allow-origin"}
FOREIGN_WRITE = f"POST /200 HTTP/1.1\r\nHost: localhost\r\nOrigin: {EVIL}\r\n"
PSEUDO = [(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "localhost")]


class Attacks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.application, cls.port = Application(), free_port()
        policy = {
            **POLICY,
            "protection": {"writes": "reject"},
            "routes": [{"path": "/public/{*rest}", "allow_origins": ["*"], "allow_methods": ["GET"], "allow_credentials": False}],
        }
        filters = [SHOW_REASON, corsac(policy)]
        listeners = [listener("main", cls.port, filters, [to("application")], http_protocol_options={"enable_trailers": True})]
        cls.envoy = Envoy(listeners, [cluster("application", cls.application.port)]).start()

    @classmethod
    def tearDownClass(cls):
        cls.envoy.stop()
        cls.application.stop()

    def tearDown(self):
        """After any request, Envoy still runs, the module has not trapped, and the next request gets the usual
        decision.
        """
        self.assertIsNone(self.envoy.process.poll())
        self.assertNotIn("proxy_on", self.envoy.log())
        self.assertEqual(self.envoy.counters("vm_reload$"), {"wasm.corsac.vm_reload": 0})
        response = wire.send(self.port, "GET", "/200", [("Origin", APP)])
        self.assertEqual([pair for pair in response.cors() if pair[0] != "vary"], ALLOWED[:3])

    def grants_nothing(self, response):
        found = {name for name, _ in response.headers} & CREDENTIALS
        self.assertEqual(found, set(), response.headers)

    def test_several_origins(self):
        for origins in (
            [APP, EVIL],
            [EVIL, APP],
            [APP, APP],
            [APP, "null"],
            ["null", APP],
            [f"{APP}, {EVIL}"],
            [f"{APP} {EVIL}"],
            [f"{APP},"],
        ):
            headers = [("Origin", origin) for origin in origins]
            for send in (wire.send, wire.send_http2):
                for method, more in [("GET", []), ("OPTIONS", PREFLIGHT), ("POST", [])]:
                    with self.subTest(origins=origins, method=method):
                        self.grants_nothing(send(self.port, method, "/200", [*headers, *more]))

    def test_origins_that_look_allowed(self):
        for origin in [
            f"{APP}.evil.example", f"{APP}@evil.example", f"{APP}/", f"{APP}:443", f"{APP}#", f"{APP}?", f" {APP}x", APP.upper(), f"{APP}\t{EVIL}",
            "https://app.example.com.", "https://xapp.example.com", "http://app.example.com", f"{APP}\x7f", f"{APP}\xff", "\xef\xbb\xbf" + APP,
            "https://app.example.com\\@evil.example", "https://app%2eexample.com", "file://", "null", "", "*", "https://[::1]", APP + "x" * 20_000,
        ]:  # fmt: skip
            for send in (wire.send, wire.send_http2):
                with self.subTest(origin=origin[:60]):
                    try:
                        self.grants_nothing(send(self.port, "GET", "/200", [("Origin", origin)]))
                    except ConnectionError:
                        # Envoy resets what is not valid HTTP/2.
                        self.assertIs(send, wire.send_http2)

    def test_lines_that_split(self):
        """Values that a response repeats (an allowed origin, requested headers) cannot begin another line."""
        for value in (f"{APP}\r\nSet-Cookie: a=b", f"{APP}\nX: y", f"{APP}\rX: y", f"{APP}\0", f"{APP}\r\n\r\n<html>"):
            for method, more in [("GET", []), ("OPTIONS", PREFLIGHT)]:
                try:
                    response = wire.send_http2(self.port, method, "/200", [("Origin", value), *more])
                except ConnectionError:
                    continue
                self.grants_nothing(response)
        for value in ("x-a\r\nSet-Cookie: a=b", "x-a\nx-b", "x-a\0"):
            try:
                response = wire.send_http2(
                    self.port,
                    "OPTIONS",
                    "/200",
                    [("Origin", APP), ("Access-Control-Request-Method", "PUT"), ("Access-Control-Request-Headers", value)],
                )
            except ConnectionError:
                continue
            self.assertEqual(response.all("set-cookie"), [])

    def test_pseudo_headers(self):
        """HTTP/2 with fields that are missing, repeated, unknown or in the wrong place."""
        origin = ("origin", EVIL)
        for fields in [
            [*PSEUDO, (":path", "/public/x"), ("origin", APP)],
            [*PSEUDO, (":method", "OPTIONS"), origin],
            [(":method", "GET"), (":scheme", "http"), (":authority", "localhost"), origin],
            [(":scheme", "http"), (":path", "/"), (":authority", "localhost"), origin],
            [(":method", "GET"), (":path", "/"), (":authority", "localhost"), origin],
            [*PSEUDO, (":origin", APP), origin],
            [*PSEUDO, (":status", "200"), origin],
            [*PSEUDO[:2], origin, *PSEUDO[2:]],
            [*PSEUDO, ("Origin", APP)],
            [*PSEUDO, ("origin ", APP)],
            [*PSEUDO, ("connection", "upgrade"), ("upgrade", "websocket"), origin],
            [(":method", "CONNECT"), (":authority", "localhost"), origin],
            [(":method", "GE T"), *PSEUDO[1:], origin],
            [(":method", ""), *PSEUDO[1:], origin],
            [*PSEUDO[:2], (":path", ""), PSEUDO[3], origin],
            [*PSEUDO[:2], (":path", "*"), PSEUDO[3], origin],
            [*PSEUDO[:2], (":path", "http://localhost/public/x"), PSEUDO[3], origin],
            [*PSEUDO[:2], (":path", "public/x"), PSEUDO[3], origin],
        ]:  # fmt: skip
            with self.subTest(fields):
                connection = wire.Http2(self.port)
                try:
                    self.grants_nothing(connection.read(connection.start(fields)))
                except ConnectionError:
                    pass
                connection.close()

    def test_trailers(self):
        """Trailers are not headers: an origin in them is not allowed, and they do not make a request a preflight."""
        connection = wire.Http2(self.port)
        fields = [(":method", "POST"), *PSEUDO[1:], ("origin", EVIL)]
        response = connection.read(connection.start(fields, b"x", trailers=[("origin", APP), ("sec-fetch-site", "same-origin")]))
        self.assertEqual((response.status, response.all("x-reason")), (403, ["write-refused"]))
        connection.close()
        raw = f"{FOREIGN_WRITE}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        raw += f"1\r\nx\r\n0\r\nOrigin: {APP}\r\nSec-Fetch-Site: same-origin\r\n\r\n"
        response = wire.parsed(wire.exchange(self.port, raw.encode()))
        self.assertEqual((response.status, response.all("x-reason")), (403, ["write-refused"]))

    def test_smuggled_requests(self):
        """Two requests in one: Envoy refuses the first, or reads both, and each gets its own decision."""
        inner = f"{FOREIGN_WRITE}Content-Length: 0\r\n\r\n"
        before = len(self.application.seen)
        for head in [
            f"{FOREIGN_WRITE}Content-Length: {len(inner)}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            f"{FOREIGN_WRITE}Content-Length: 0\r\nContent-Length: {len(inner)}\r\n\r\n",
            f"{FOREIGN_WRITE}Transfer-Encoding: xchunked\r\n\r\n",
            f"OPTIONS /200 HTTP/1.1\r\nHost: localhost\r\nOrigin: {APP}\r\nAccess-Control-Request-Method: PUT\r\nContent-Length: 0\r\n\r\n",
        ]:
            raw = wire.exchange(self.port, (head + inner + "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").encode())
            self.assertNotIn(f"access-control-allow-origin: {EVIL}".encode(), raw.lower())
        self.assertEqual([path for path in self.application.seen[before:] if path == "/200"], [])

    def test_paths(self):
        """The policy of the open route applies only to paths below it, and never to a path with a detour."""
        for path in [
            "/public/../200", "/public/%2e%2e/200", "/public/..%2f200", "/public%2f..%2f200", "//public/x", "/public//../200", "/%70ublic/../x",
            "/public/..;/200", "/public\\..\\200", "/public/%00", "/public/%2e%2e%2f", "/public/.%2e/x", "/./public/x", "/publicx", "/public%20/x",
        ]:  # fmt: skip
            for send in (wire.send, wire.send_http2):
                with self.subTest(path):
                    response = send(self.port, "GET", path, [("Origin", EVIL)])
                    self.assertEqual(response.all("access-control-allow-origin"), [], path)

    def test_many_and_long_headers(self):
        """Lists at and above the limits; more headers than Envoy reads."""
        long = ", ".join(f"x-{number}" for number in range(2000))
        for headers in [
            [("Origin", APP), ("Access-Control-Request-Method", "PUT"), ("Access-Control-Request-Headers", long)],
            [("Origin", APP), ("Access-Control-Request-Method", "P" * 10_000)],
            [("Origin", APP), ("Access-Control-Request-Method", "PUT"), *[("Access-Control-Request-Headers", "x-id")] * 60],
            [("Origin", EVIL), *[("X-Many", "y")] * 500],
            [("Origin", APP)] * 60,
        ]:
            for send in (wire.send, wire.send_http2):
                try:
                    response = send(self.port, "OPTIONS", "/200", headers)
                except ConnectionError:
                    continue
                # Without a requested method, it is not a preflight.
                self.assertIn(response.status, (204, 403, 431) if headers[1][0].startswith("Access") else (200, 431))
                self.assertLess(sum(len(value) for _, value in response.headers), 2000)

    def test_noise(self):
        """Requests made of pieces that mean something, and of bytes that mean nothing."""
        chosen = random.Random(19)
        pieces = [
            b"GET ",
            b"OPTIONS ",
            b"/public/x",
            b"/",
            b" HTTP/1.1\r\n",
            b"Origin: ",
            APP.encode(),
            EVIL.encode(),
            b"Host: a",
        ]
        pieces += [b"Access-Control-Request-Method: PUT\r\n", b"Transfer-Encoding: chunked\r\n", b"Content-Length: 5\r\n"]
        pieces += [b"Connection: close\r\n", b"\r\n", b"\r\n\r\n", b"\0", b": ", b"\xff"]
        for _ in range(400):
            raw = b"".join(chosen.choice(pieces) for _ in range(chosen.randrange(1, 30)))
            connection = wire.connect(self.port)
            connection.settimeout(0.005)
            try:
                connection.sendall(raw)
                self.assertNotIn(b"access-control-allow-origin: " + EVIL.encode(), connection.recv(65536).lower())
            except OSError:
                pass
            connection.close()

    def test_a_flood(self):
        """Thousands of refused requests, each with a different origin: nothing about them is remembered."""
        before = memory(self.envoy.process.pid)

        def flood(number):
            connection = wire.Http2(self.port)
            for count in range(1500):
                origin = f"https://{number}-{count}.example.net"
                response = connection.send("OPTIONS", f"/{count}", [("Origin", origin), *PREFLIGHT])
                if response.status != 403:
                    failed.append(response.status)
            connection.close()

        failed, threads = [], [threading.Thread(target=flood, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failed, [])
        self.assertLess(memory(self.envoy.process.pid) - before, 40)


def memory(process):
    """The memory of a process, in megabytes."""
    with open(f"/proc/{process}/statm") as file:
        return int(file.read().split()[1]) * 4096 / 1e6
