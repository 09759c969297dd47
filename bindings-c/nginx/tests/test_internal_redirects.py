"""A request that nginx redirects internally has the headers of the policy of its last location, however many policies have decided on it
before."""

import re
import unittest

import context
from context import ALLOWED, APP, EVIL, FILES, OTHER, PREFLIGHT, PREFLIGHT_ANSWER
from server import Nginx, exchange, free_port, send

HTTP = """
default_type text/plain;
root html;
add_header X-Reason $corsac_reason always;
server {
    listen 127.0.0.1:%(port)d;
    corsac_policy app.toml;
    location = / { }
    location = /index.html { }
    location /folder/ { corsac_policy other.toml; }
    location = /folder/index.html { corsac_policy app.toml; }
    location /other/ { alias html/folder/; }
    location = /other/index.html { corsac_policy other.toml; alias html/folder/index.html; }
    location /off/ { alias html/folder/; }
    location = /off/index.html { corsac off; alias html/folder/index.html; }
    location /named/ { try_files /none @other; }
    location @other { corsac_policy other.toml; return 200 "other"; }
    location /twice/ { rewrite ^ /twice-other last; }
    location = /twice-other { corsac_policy other.toml; error_page 404 @app; return 404; }
    location /again/ { rewrite ^ /again-other last; }
    location = /again-other { corsac_policy other.toml; rewrite ^ /again-app last; }
    location = /again-app { return 200 "app"; }
    location @app { corsac_policy app.toml; return 200 "app"; }
}
"""
OTHER_ALLOWED = [("access-control-allow-origin", OTHER), ("vary", "Origin")]
REFUSED = [("vary", "Origin")]


class InternalRedirects(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.port = free_port()
        cls.nginx = Nginx(context.MODULE, FILES, HTTP % {"port": cls.port}).start(cls.port)

    @classmethod
    def tearDownClass(cls):
        cls.nginx.stop()

    def expect(self, path, origin, cors, reason, method="GET", status=200):
        answer = send(self.port, method, path, [("Origin", origin)])
        self.assertEqual((answer.status, answer.cors(), answer.all("x-reason")), (status, cors, [reason]), (path, origin))

    def test_the_same_policy_after_the_redirect(self):
        for path in ("/", "/index.html"):
            self.expect(path, APP, ALLOWED, "origin-allowed")
            self.expect(path, EVIL, REFUSED, "origin-not-allowed")
            answer = send(self.port, "OPTIONS", path, PREFLIGHT)
            self.assertEqual((answer.status, answer.cors()), (204, PREFLIGHT_ANSWER))

    def test_another_policy_after_the_redirect(self):
        for path in ("/other/", "/named/x"):
            self.expect(path, APP, REFUSED, "origin-not-allowed")
            self.expect(path, OTHER, OTHER_ALLOWED, "origin-allowed")
        for path in ("/folder/", "/again/x"):
            self.expect(path, APP, ALLOWED, "origin-allowed")
            self.expect(path, OTHER, REFUSED, "origin-not-allowed")

    def test_no_policy_after_the_redirect(self):
        answer = send(self.port, "GET", "/off/", [("Origin", APP)])
        self.assertEqual((answer.status, answer.cors()), (200, []))

    def test_the_policy_that_failed_decides_on_its_error_page(self):
        self.expect("/twice/x", OTHER, OTHER_ALLOWED, "origin-allowed", status=404)
        self.expect("/twice/x", APP, REFUSED, "origin-not-allowed", status=404)
        # The page is served as a GET.
        self.expect("/twice/x", OTHER, OTHER_ALLOWED, "origin-allowed", "POST", 404)
        self.expect("/twice/x", APP, REFUSED, "origin-not-allowed", "POST", 404)

    def test_the_next_request_of_a_connection_has_its_own_decision(self):
        requests = [("/", APP), ("/", EVIL), ("/other/", APP), ("/other/", OTHER), ("/", None), ("/", APP)]
        lines = {origin: f"Origin: {origin}\r\n" if origin else "" for _, origin in requests}
        raw = "".join(f"GET {path} HTTP/1.1\r\nHost: x\r\n{lines[origin]}\r\n" for path, origin in requests)
        got = exchange(self.port, raw.encode() + b"GET /none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").decode()
        found = [re.findall(r"\naccess-control-allow-origin: (\S+)", response) for response in got.split("HTTP/1.1 ")[1:]]
        self.assertEqual(found, [[APP], [], [], [OTHER], [], [APP], []])
        self.assertEqual(got.lower().count("\r\nvary: origin\r\n"), 7)


if __name__ == "__main__":
    unittest.main()
