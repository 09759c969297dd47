"""Once the filter has seen a request, its response has the headers of the policy, whether Envoy or the application
makes it."""

import time
import unittest

import wire
from application import Application
from context import ALLOWED, APP, EVIL, POLICY, PREFLIGHT, PREFLIGHT_ALLOWED, with_vary
from envoy_process import SHOW_REASON, Envoy, cluster, corsac, direct, free_port, http_filter, listener, to

ORIGIN = [("Origin", APP)]
OF_APPLICATION = with_vary(ALLOWED, "Accept-Language, Cookie")


def lists(response):
    """CORS headers with one space after each comma: Envoy joins lines without a space."""
    return [(name, ", ".join(part.strip() for part in value.split(","))) for name, value in response.cors()]


class Responses(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.application, cls.port, closed = Application(), free_port(), free_port()
        routes = [
            direct(200, "direct", [("Access-Control-Allow-Origin", "*"), ("Vary", "Accept")], prefix="/direct"),
            {"match": {"prefix": "/moved"}, "redirect": {"path_redirect": "/elsewhere"}},
            to("closed", prefix="/closed"),
            to("application", prefix="/app", timeout="0.5s"),
            to("application", prefix="/rewritten", prefix_rewrite="/app"),
        ]
        filters = [SHOW_REASON, corsac(POLICY), http_filter("buffer", "buffer.v3.Buffer", max_request_bytes=4096)]
        upstreams = [cluster("application", cls.application.port), cluster("closed", closed)]
        cls.envoy = Envoy(
            [listener("main", cls.port, filters, routes, http_protocol_options={"enable_trailers": True})], upstreams
        ).start()

    @classmethod
    def tearDownClass(cls):
        cls.envoy.stop()
        cls.application.stop()

    def both(self, method, path, headers=(), body=b""):
        """The same request over HTTP/1.1 and HTTP/2."""
        yield wire.send(self.port, method, path, headers, body)
        yield wire.send_http2(self.port, method, path, headers, body)

    def check(self, path, status, cors=ALLOWED, method="GET", body=b"", headers=ORIGIN):
        for response in self.both(method, path, headers, body):
            with self.subTest(path=path, method=method):
                self.assertEqual((response.status, lists(response)), (status, cors))

    def test_the_applications_responses(self):
        for status in (200, 201, 204, 304, 400, 401, 404, 500, 503):
            self.check(f"/app/{status}", status, OF_APPLICATION)
        self.check("/app/redirect", 302, OF_APPLICATION)
        self.check("/rewritten/200", 200, OF_APPLICATION)
        self.check("/app/200", 200, OF_APPLICATION, method="HEAD")
        self.check("/app/200", 200, [("vary", "Accept-Language, Cookie, Origin")], headers=[("Origin", EVIL)])
        self.check("/app/200", 200, [("vary", "Accept-Language, Cookie, Origin")], headers=[])

    def test_responses_that_envoy_makes(self):
        self.check("/direct", 200, with_vary(ALLOWED, "Accept"))
        self.check("/moved", 301)
        self.check("/no-route", 404)
        self.check("/closed", 503)
        self.check("/app/200", 413, method="POST", body=b"x" * 50_000)

    def test_upstreams_that_fail(self):
        for path, status in [("/app/hang", 504), ("/app/reset", 503), ("/app/garbage", 502)]:
            self.check(path, status)
        self.check("/app/early", 401, OF_APPLICATION, method="POST", body=b"x" * 64)
        # The headers were sent before the application failed.
        raw = wire.exchange(self.port, f"GET /app/partial HTTP/1.1\r\nHost: a\r\nOrigin: {APP}\r\n\r\n".encode())
        self.assertEqual(wire.parsed(raw).all("access-control-allow-origin"), [APP])

    def test_interim_responses_and_trailers(self):
        self.check("/app/interim", 200, OF_APPLICATION)
        for response in self.both("GET", "/app/trailers", ORIGIN):
            # Browsers ignore CORS headers in trailers.
            self.assertEqual(response.all("access-control-allow-origin"), [APP])

    def test_a_preflight_reaches_no_upstream(self):
        before = len(self.application.seen)
        for path in ("/app/200", "/app/hang", "/closed", "/moved", "/no-route", "/direct"):
            self.check(path, 204, PREFLIGHT_ALLOWED, method="OPTIONS", headers=[*ORIGIN, *PREFLIGHT])
            for response in self.both("OPTIONS", path, [("Origin", EVIL), *PREFLIGHT]):
                self.assertEqual((response.status, response.body), (403, b"corsac: origin-not-allowed\n"))
                self.assertEqual([name for name, _ in response.cors()], ["vary"])
        self.assertEqual(len(self.application.seen), before)

    def test_a_client_that_disconnects(self):
        for _ in range(20):
            connection = wire.connect(self.port)
            connection.sendall(f"POST /app/hang HTTP/1.1\r\nHost: a\r\nOrigin: {APP}\r\nContent-Length: 10\r\n\r\nxx".encode())
            connection.close()
            stream = wire.Http2(self.port)
            stream.start([(":method", "GET"), (":scheme", "http"), (":authority", "a"), (":path", "/app/hang"), ("origin", APP)])
            stream.close()
        time.sleep(0.2)
        self.check("/app/200", 200, OF_APPLICATION)

    def test_responses_from_before_the_filters_have_no_headers(self):
        """The guide lists these."""
        for name, raw in {
            "not HTTP": b"\x00\x01\x02\r\n\r\n",
            "a header without a name": b"GET / HTTP/1.1\r\nHost: a\r\nOrigin: https://app.example.com\r\n: x\r\n\r\n",
            "no host": b"GET / HTTP/1.1\r\nOrigin: https://app.example.com\r\n\r\n",
            "a header that is too long": b"GET / HTTP/1.1\r\nHost: a\r\nOrigin: https://app.example.com\r\nX: "
            + b"x" * 100_000
            + b"\r\n\r\n",
        }.items():
            with self.subTest(name):
                response = wire.parsed(wire.exchange(self.port, raw))
                self.assertIn(response.status, (400, 431))
                self.assertEqual(response.cors(), [])
