"""Responses that corsac itself makes have only its own headers, whatever the configuration adds and wherever it adds
it."""

import subprocess
import unittest

import context
from context import APP, EVIL, FOREIGN, PREFLIGHT_VARY
from server import Backend, Nginx, exchange, free_port, send
from upgrade import HANDSHAKE

POLICY = """
allow_origins = ["https://app.example.com"]
expose_headers = ["ETag"]
[protection]
writes = "reject"
websockets = "reject"
"""
KEPT = "keep_app_headers = true\n" + POLICY
MORE = "/usr/lib/nginx/modules/ngx_http_headers_more_filter_module.so"
ADD = " ".join(f"add_header {name} {value} always;" for name, value in FOREIGN)
SET = " ".join(f'more_set_headers "{name}: {value}";' for name, value in FOREIGN)
HTTP = """
default_type text/plain;
root html;
ADD
server {
    listen 127.0.0.1:%(port)d;
    listen 127.0.0.1:%(h2)d http2;
    corsac_policy protected.toml;
    location /inherited/ { return 200 x; }
    location /own/ { ADD add_header X-Mine yes always; location /own/nested/ { ADD expires 1h; proxy_pass %(backend)s; } }
    location /if/ { if ($request_uri ~ x) { ADD } proxy_pass %(backend)s; }
    location /more/ { SET return 200 x; }
    location /both/ { ADD SET expires max; proxy_pass %(backend)s; }
    location /page/ { ADD error_page 403 /forbidden.html; proxy_pass %(backend)s; }
    location /named/ { ADD error_page 403 = @open; return 200 x; }
    location @open { corsac off; return 200 open; }
    location /tried/ { corsac off; ADD try_files /none @protected; }
    location /dead/ { corsac off; ADD proxy_pass http://127.0.0.1:%(closed)d; error_page 502 @protected; }
    location @protected { corsac_policy protected.toml; ADD expires 1h; proxy_pass %(backend)s; }
    location /rewritten/ { ADD rewrite ^ /own/x last; }
    location /keep/ { corsac_hide_upstream off; ADD proxy_pass %(backend)s; }
    location /app/ { corsac_policy kept.toml; ADD proxy_pass %(backend)s; }
    location /kept/ { corsac_hide_upstream off; corsac_policy kept.toml; SET proxy_pass %(backend)s; }
    location /gzip/ { ADD gzip on; gzip_vary on; gzip_min_length 1; gzip_types *; return 200 xxxxxxxxxxxxxxxxxxxxxxxx; }
    location /small/ { ADD client_max_body_size 1; return 200 x; }
    location /folder { ADD expires 1h; }
    location /upstream/ { proxy_pass %(backend)s; }
}
server { listen 127.0.0.1:%(moved)d; corsac_policy protected.toml; ADD SET return 301 https://example.com$request_uri; }
server { listen 127.0.0.1:%(page)d; corsac_policy protected.toml; error_page 403 418 /page.txt; location / { ADD return 418; } location /page.txt { ADD } }
""".replace("ADD", ADD).replace("SET", SET)
PLACES = [
    "/inherited/x", "/own/x", "/own/nested/x", "/if/x", "/more/x", "/both/x", "/page/x", "/named/x", "/tried/x", "/rewritten/x",
    "/keep/x", "/app/x", "/kept/x", "/gzip/x", "/small/x", "/folder", "/upstream/x",
]  # fmt: skip
FILES = {"protected.toml": POLICY, "kept.toml": KEPT, "html/page.txt": "page", "html/forbidden.html": "no", "html/folder/index.html": "x"}
ASKS = ("Access-Control-Request-Method", "POST")
READ = [("access-control-allow-origin", APP), ("access-control-expose-headers", "etag")]
TEXT = [("content-type", "text/plain; charset=utf-8")]
ONCE = [("cache-control", "no-store"), *TEXT]
WRITE, SOCKET = ("vary", "Origin, Sec-Fetch-Site"), ("vary", "Origin, Sec-Fetch-Site, Upgrade, Sec-WebSocket-Key")
# A request, and the status, the headers and the body of its one response.
CASES = [
    ("POST", [("Origin", EVIL)], 403, [*ONCE, WRITE], "write-refused"),
    ("DELETE", [("Origin", APP)], 403, [*READ, *ONCE, WRITE], "write-refused"),
    ("GET", [("Origin", EVIL), *HANDSHAKE[1:]], 403, [*ONCE, SOCKET], "websocket-refused"),
    ("GET", [("Origin", APP), *HANDSHAKE[1:]], 403, [*READ, *ONCE, SOCKET], "websocket-refused"),
    ("OPTIONS", [("Origin", EVIL), ASKS], 403, [*TEXT, ("vary", PREFLIGHT_VARY)], "origin-not-allowed"),
    ("OPTIONS", [("Origin", APP), ASKS], 403, [READ[0], *TEXT, ("vary", PREFLIGHT_VARY)], "write-refused"),
]
COMPARED = ("content-type", "cache-control", "vary", "expires", "location")


class Refusals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.backend = Backend()
        cls.ports = {name: free_port() for name in ("port", "h2", "moved", "page", "closed")}
        http = HTTP % {**cls.ports, "backend": f"http://127.0.0.1:{cls.backend.port}"}
        cls.nginx = Nginx(context.MODULE, FILES, http, before=[MORE]).start(cls.ports["port"])

    @classmethod
    def tearDownClass(cls):
        cls.nginx.stop()
        cls.backend.shutdown()
        cls.backend.server_close()

    def expect(self, answer, status, headers, reason):
        """`add_header` may let caches keep the refusal of a preflight, because the `Vary` of that refusal names everything."""
        ignored = set() if ("cache-control", "no-store") in headers else {"cache-control", "expires"}
        # `gzip_vary` adds `Accept-Encoding` to corsac's `Vary`.
        lines = [(name, value.removeprefix("Accept-Encoding, ")) for name, value in answer.headers]
        got = [(name, value) for name, value in lines if name.startswith("access-control-") or name in set(COMPARED) - ignored]
        self.assertEqual((answer.status, sorted(got), answer.body), (status, sorted(headers), f"corsac: {reason}\n".encode()))

    def test_in_every_location(self):
        for path in PLACES:
            for method, headers, *expected in CASES:
                with self.subTest((path, method, headers)):
                    before = self.backend.seen
                    self.expect(send(self.ports["port"], method, path, headers), *expected)
                    self.assertEqual(self.backend.seen, before)

    def test_after_an_error_in_another_location(self):
        method, headers, *expected = CASES[0]
        self.expect(send(self.ports["port"], method, "/dead/x", headers), *expected)
        self.expect(send(self.ports["port"], method, "/small/x", headers, b"body"), *expected)

    def test_in_a_server_that_answers_itself(self):
        for port in ("moved", "page"):
            for method, headers, *expected in CASES:
                with self.subTest((port, method, headers)):
                    self.expect(send(self.ports[port], method, "/x", headers), *expected)

    def test_a_preflight_that_is_allowed(self):
        policy = [("access-control-allow-headers", "accept, accept-language, content-language, content-type"), READ[0],
                  ("access-control-allow-methods", "GET, HEAD, POST"), ("access-control-max-age", "600")]  # fmt: skip
        for path in PLACES:
            answer = send(self.ports["port"], "OPTIONS", path, [("Origin", APP), ("Access-Control-Request-Method", "GET")])
            self.assertEqual((answer.status, answer.cors()), (204, sorted([*policy, ("vary", PREFLIGHT_VARY)])), path)

    def test_allowed_requests_have_no_other_cors_headers_either(self):
        """CORS headers that an upstream, `add_header` or another module sets are removed. `Cache-Control` and `Expires`
        stay.
        """
        for path in PLACES:
            if path.startswith(("/keep/", "/app/", "/kept/")):
                continue
            for origin, expected in ((APP, READ), (EVIL, [])):
                answer = send(self.ports["port"], "GET", path, [("Origin", origin)])
                got = [pair for pair in answer.cors() if pair[0] != "vary"]
                self.assertEqual(got, expected, path)
        self.assertEqual(send(self.ports["port"], "GET", "/inherited/x", [("Origin", EVIL)]).all("cache-control"), ["public"])

    def test_allowed_requests_keep_others_headers_if_the_policy_says_so(self):
        for path in ("/keep/x", "/app/x", "/kept/x"):
            answer = send(self.ports["port"], "GET", path, [("Origin", EVIL)])
            self.assertIn("foreign", answer.all("access-control-allow-origin"), path)
            self.assertEqual(set(answer.all("access-control-max-age")), {"99"}, path)

    def test_unreadable_requests_have_no_cors_headers_of_others(self):
        """nginx answers a second `Host` with 400 before it chooses a location. The policy may or may not refuse the
        rest of the request.
        """
        for method, headers in [*((method, headers) for method, headers, *_ in CASES), ("GET", [("Origin", EVIL)])]:
            with self.subTest((method, headers)):
                answer = send(self.ports["port"], method, "/x", [*headers, ("Host", "x"), ("Host", "x")])
                self.assertEqual(answer.status, 400)
                self.assertEqual([pair for pair in answer.cors() if pair[1] == "foreign" or pair[1] == "99"], [])
                self.assertIn("Origin", answer.all("vary")[0])

    def test_the_connection_stays_open(self):
        refused = f"POST /own/x HTTP/1.1\r\nHost: x\r\nOrigin: {EVIL}\r\nContent-Length: 4\r\n\r\nbody"
        moved = refused.replace("Content-Length: 4\r\n\r\nbody", "\r\n")
        got = exchange(self.ports["port"], (refused + moved + refused.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")).encode())
        self.assertEqual(got.count(b"HTTP/1.1 403 "), 3)
        self.assertEqual((got.count(b"foreign"), got.lower().count(b"cache-control: no-store\r\n"), got.count(b"public")), (0, 3, 0))

    def test_http2(self):
        for path in ("/own/x", "/more/x", "/both/x"):
            command = ["curl", "-sS", "-i", "--http2-prior-knowledge", "-X", "POST", "-H", f"Origin: {EVIL}"]
            said = subprocess.run([*command, f"http://127.0.0.1:{self.ports['h2']}{path}"], capture_output=True, text=True, check=True).stdout
            self.assertTrue(said.startswith("HTTP/2 403"), said)
            self.assertIn("\ncache-control: no-store\n", said)
            self.assertNotIn("access-control-", said)
            self.assertNotIn("public", said)
