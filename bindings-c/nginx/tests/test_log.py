"""Refusals in the error log, whatever a client sends."""

import unittest

import context
from context import APP, EVIL
from server import Nginx, free_port, send

POLICY = """
allow_origins = ["https://app.example.com"]
allow_credentials = true
[[routes]]
path = "/protected"
protection = { writes = "reject", websockets = "reject" }
[[routes]]
path = "/reported"
protection = { writes = "reject", report_only = true }
"""
HTTP = """
error_log logs/error.log info;
server { listen 127.0.0.1:%(port)d; corsac_policy cors.toml; location / { return 200 "x"; } }
"""
OWN = "http://localhost"


class Log(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.port = free_port()
        cls.nginx = Nginx(context.MODULE, {"cors.toml": POLICY}, HTTP % {"port": cls.port}).start(cls.port)

    @classmethod
    def tearDownClass(cls):
        cls.nginx.stop()

    def lines(self, method, path, headers):
        """The module's lines about one request."""
        before = len(self.nginx.errors())
        send(self.port, method, path, headers)
        return [line for line in self.nginx.errors()[before:].splitlines() if "corsac: " in line]

    def line(self, method, path, headers):
        lines = self.lines(method, path, headers)
        self.assertEqual(len(lines), 1, lines)
        return lines[0]

    def test_a_refusal_names_the_origin(self):
        line = self.line("GET", "/x", [("Origin", EVIL)])
        self.assertRegex(line, r"\[info\].* corsac: origin-not-allowed for the origin `https://evil\.example\.org`; add the origin to `allow_origins`")
        line = self.line("POST", "/protected", [("Origin", EVIL)])
        self.assertIn("corsac: write-refused for the origin `https://evil.example.org`; if the origin may write", line)
        line = self.line("POST", "/reported", [("Origin", EVIL)])
        self.assertRegex(line, r"\[notice\].* corsac: only reported: write-refused for the origin `https://evil\.example\.org`; if")
        line = self.line("POST", "/protected", [("Sec-Fetch-Site", "cross-site")])
        self.assertIn("corsac: write-refused; if the origin may write", line)
        asks = [("Access-Control-Request-Method", "PUT")]
        line = self.line("OPTIONS", "/x", [("Origin", APP), *asks])
        self.assertIn("corsac: preflight-method-not-allowed for the origin `https://app.example.com`; add the method", line)

    def test_allowed_requests_are_not_logged(self):
        self.assertEqual(self.lines("GET", "/x", [("Origin", APP)]), [])
        self.assertEqual(self.lines("GET", "/x", []), [])

    def test_requests_of_the_sites_own_pages_are_not_logged(self):
        for headers in (
            [("Origin", OWN)],
            [("Origin", "https://www.example.com"), ("Host", "www.example.com")],
            [("Origin", "https://www.example.com"), ("Host", "inner"), ("Sec-Fetch-Site", "same-origin")],
        ):
            for path in ("/x", "/protected", "/reported"):
                self.assertEqual(self.lines("POST", path, headers), [], (headers, path))
        for headers in (
            [("Origin", "http://localhost:8080")],
            [("Origin", OWN), ("Sec-Fetch-Site", "cross-site")],
            [("Origin", "https://other.example.com"), ("Host", "www.example.com"), ("Sec-Fetch-Site", "same-site")],
        ):
            self.assertIn("corsac: origin-not-allowed for the origin", self.line("POST", "/x", headers))
        # A request that is really refused is logged, whichever page sends it.
        line = self.line("POST", "/protected", [("Origin", "a b"), ("Sec-Fetch-Site", "same-origin")])
        self.assertIn("corsac: write-refused for the origin `a b`; ", line)

    def test_an_origin_cannot_write_to_the_log(self):
        hostile = "https://evil\x1b[2J\x7f`\\x60\t\x80\xff; corsac: ok"
        line = self.line("GET", "/x", [("Origin", hostile)])
        self.assertIn(r"origin-malformed for the origin `https://evil\x1b[2J\x7f\x60\x5cx60\x09\x80\xff; corsac: ok`; no browser", line)
        self.assertEqual(line.count("`") % 2, 0)
        self.assertRegex(line.split("corsac: ", 1)[1], r"\A[ -~]+\Z")

    def test_a_long_origin_does_not_displace_the_rest_of_the_line(self):
        for byte in ("a", "\xff"):
            line = self.line("GET", "/end-of-the-request", [("Origin", byte * 4000)])
            self.assertIn("..." + "`; no browser sends", line)
            self.assertIn('request: "GET /end-of-the-request HTTP/1.1"', line)
            self.assertIn("client: 127.0.0.1", line)
            self.assertLess(len(line), 1500)

    def test_an_empty_origin_counts_as_an_origin(self):
        self.assertIn("origin-malformed for the origin ``; ", self.line("GET", "/x", [("Origin", "")]))
