"""Writes and handshakes from other sites are refused before anything behind nginx sees them."""

import subprocess
import unittest

import context
from context import APP, EVIL, PREFLIGHT_VARY
from server import Backend, Nginx, exchange, free_port, send
from upgrade import HANDSHAKE, KEY, Echo, accept, handshake

TRUSTED = "https://partner.example.net"
POLICY = """
allow_origins = ["https://app.example.com"]
allow_headers = ["X-Token"]
expose_headers = ["ETag"]
[protection]
writes = "reject"
websockets = "reject"
trusted_origins = ["https://partner.example.net"]
"""
HTTP = """
log_format corsac '$request_method $uri $status [$corsac_reason] [$corsac_reported]';
error_log logs/error.log info;
root html;
default_type text/plain;
map $http_upgrade $upgrade { default upgrade; "" close; }
server {
    listen 127.0.0.1:%(port)d;
    listen 127.0.0.1:%(h2)d http2;
    listen 127.0.0.1:%(tls)d ssl;
    ssl_certificate cert.pem;
    ssl_certificate_key key.pem;
    access_log logs/access.log corsac;
    corsac_policy protected.toml;
    add_header X-Reason $corsac_reason always;
    client_max_body_size 1m;
    location /api/ { proxy_pass %(backend)s; }
    location /buffered-off/ { proxy_request_buffering off; proxy_pass %(backend)s; }
    location /auth/ { auth_request /check; proxy_pass %(backend)s; }
    location = /check { internal; proxy_pass_request_body off; proxy_set_header Content-Length ""; proxy_pass %(backend)s; }
    location /mirrored/ { mirror /copy; proxy_pass %(backend)s; }
    location = /copy { internal; proxy_pass %(backend)s; }
    location /return { return 200 "returned"; }
    location /put/ { dav_methods PUT DELETE; }
    location /ws/ { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $upgrade; proxy_pass http://127.0.0.1:%(ws)d; }
    location /late/ { corsac off; try_files /none @protected; }
    location /broken/ { corsac off; proxy_pass http://127.0.0.1:%(closed)d; error_page 502 @protected; }
    location /laxer/ { corsac_policy lax.toml; proxy_pass http://127.0.0.1:%(closed)d; error_page 502 @protected; }
    location /failing/ { corsac off; root none; error_page 404 = @protected; }
    location @protected { corsac_policy protected.toml; proxy_pass %(backend)s; }
    location /accel/ { corsac off; proxy_pass %(backend)s; }
    location /open/ { corsac off; proxy_pass %(backend)s/; proxy_intercept_errors on; error_page 500 /page.txt; }
    location /small/ { client_max_body_size 1; error_page 413 /page.txt; proxy_pass %(backend)s; }
    location /small-plain/ { client_max_body_size 1; proxy_pass %(backend)s; }
    location /page.txt { }
    location /dead/ { proxy_pass http://127.0.0.1:%(closed)d; error_page 502 /page.txt; }
    location /first/ { rewrite ^/first/(.*)$ /api/$1 last; }
}
server {
    listen 127.0.0.1:%(moved)d;
    corsac_policy protected.toml;
    return 301 https://example.com$request_uri;
}
server {
    listen 127.0.0.1:%(report)d;
    access_log logs/access.log corsac;
    corsac_policy report.toml;
    add_header X-Reported $corsac_reported always;
    location / { proxy_pass %(backend)s; }
    location /ws/ { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $upgrade; proxy_pass http://127.0.0.1:%(ws)d; }
}
server {
    listen 127.0.0.1:%(outer)d;
    location /default/ { proxy_pass http://127.0.0.1:%(port)d/api/; }
    location /host/ { proxy_set_header Host $host; proxy_pass http://127.0.0.1:%(port)d/api/; }
    location /right/ { proxy_set_header Host $http_host; proxy_pass http://127.0.0.1:%(port)d/api/; }
}
"""
VARY = ("vary", "Origin, Sec-Fetch-Site")
WRITES = ("POST", "PUT", "PATCH", "DELETE")


class Protection(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.backend, cls.echo = Backend(), Echo()
        names = ("port", "h2", "tls", "moved", "report", "outer", "closed")
        cls.ports = {name: free_port() for name in names}
        http = HTTP % {**cls.ports, "backend": f"http://127.0.0.1:{cls.backend.port}", "ws": cls.echo.port}
        # Any certificate works here.
        made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "-", "-out", "-", "-subj", "/CN=localhost", "-days", "2"]
        pem = subprocess.run(made, capture_output=True, text=True, check=True).stdout
        files = {"protected.toml": POLICY, "lax.toml": 'allow_origins = ["*"]\n', "report.toml": POLICY + "report_only = true\n", "html/page.txt": "page", "html/put/x": "old",
                 "cert.pem": pem, "key.pem": pem}  # fmt: skip
        cls.nginx = Nginx(context.MODULE, files, http).start(cls.ports["port"])

    @classmethod
    def tearDownClass(cls):
        cls.nginx.stop()
        cls.echo.stop()
        cls.backend.shutdown()
        cls.backend.server_close()

    def ask(self, path, headers, method="POST", body=b"", port="port"):
        """Returns the response, and the number of requests that the backend got."""
        before = self.backend.seen
        answer = send(self.ports[port], method, path, headers, body)
        return answer, self.backend.seen - before

    def refused(self, path, headers, method="POST", body=b"", port="port", cors=()):
        answer, seen = self.ask(path, headers, method, body, port)
        self.assertEqual((answer.status, answer.body), (403, b"corsac: write-refused\n"))
        self.assertEqual(answer.all("content-type"), ["text/plain; charset=utf-8"])
        self.assertEqual(answer.cors(), sorted([*cors, VARY]))
        self.assertEqual(seen, 0, "the backend was asked")
        return answer

    def passes(self, path, headers, method="POST", port="port"):
        answer, seen = self.ask(path, headers, method, port=port)
        self.assertEqual((answer.status, seen), (200, 1))
        return answer

    def test_a_write_from_elsewhere_is_refused_before_the_backend_sees_it(self):
        for method in WRITES:
            for path in ("/api/x", "/buffered-off/x", "/auth/x", "/mirrored/x", "/late/x", "/first/x", "/dead/x"):
                with self.subTest((method, path)):
                    self.refused(path, [("Origin", EVIL)], method)
        for path in ("/failing/x", "/broken/x", "/laxer/x"):
            self.refused(path, [("Origin", EVIL)])
        # If the second location allows it, the headers are still those of the location that failed.
        answer, seen = self.ask("/laxer/x", [("Origin", TRUSTED)])
        self.assertEqual((answer.status, seen, answer.all("access-control-allow-origin")), (502, 1, ["*"]))
        # The browser's headers decide, whatever the body is. A form on another page sends such a request.
        form = [("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "cross-site"), ("Origin", EVIL)]
        self.refused("/api/x", form, body=b"to=mallory&sum=1")
        self.refused("/api/x", [("Sec-Fetch-Site", "same-site"), ("Origin", EVIL)])
        self.refused("/api/x", [("Sec-Fetch-Site", "cross-site")])
        self.refused("/api/x", [("Origin", "null")])

    def test_a_page_that_may_read_can_read_why(self):
        cors = [("access-control-allow-origin", APP), ("access-control-expose-headers", "etag")]
        self.refused("/api/x", [("Origin", APP), ("Sec-Fetch-Site", "cross-site")], cors=cors)

    def test_what_passes(self):
        self.passes("/api/x", [("Origin", "http://localhost"), ("Sec-Fetch-Site", "same-origin")])
        self.passes("/api/x", [("Origin", "http://localhost")])
        self.passes("/api/x", [("Origin", "https://api.example.com"), ("Host", "api.example.com")])
        self.passes("/api/x", [("Origin", "https://api.example.com"), ("Host", "API.example.com:443")])
        self.passes("/api/x", [])
        self.passes("/api/x", [("Sec-Fetch-Site", "none")])
        self.passes("/api/x", [("Origin", TRUSTED), ("Sec-Fetch-Site", "cross-site")])
        self.passes("/api/x", [("Origin", EVIL), ("Sec-Fetch-Site", "cross-site")], "GET")
        self.passes("/api/x", [("Origin", EVIL)], "OPTIONS")

    def test_a_subrequest_is_not_checked(self):
        answer, seen = self.ask("/auth/x", [("Origin", TRUSTED)])
        self.assertEqual((answer.status, seen), (200, 2))

    def test_nginx_itself_writes_nothing_either(self):
        self.refused("/put/x", [("Origin", EVIL)], "PUT", b"new")
        self.refused("/put/x", [("Origin", EVIL)], "DELETE")
        self.assertEqual((self.nginx.prefix / "html/put/x").read_text(), "old")
        self.assertEqual(self.ask("/put/x", [("Origin", TRUSTED)], "PUT", b"new")[0].status, 204)
        self.assertEqual((self.nginx.prefix / "html/put/x").read_text(), "new")
        self.refused("/return", [("Origin", EVIL)])
        answer = self.refused("/x", [("Origin", EVIL)], port="moved")
        self.assertEqual(answer.all("location"), [])

    def test_a_refused_body_leaves_the_connection_in_order(self):
        length = 200_000
        head = f"Host: localhost\r\nOrigin: {EVIL}\r\n"
        whole = f"POST /api/x HTTP/1.1\r\n{head}Content-Length: {length}\r\n\r\n".encode() + b"GET /return HTTP/1.1\r\n" * (length // 22 + 1)
        whole = whole[: whole.index(b"\r\n\r\n") + 4 + length]
        chunked = f"PUT /api/x HTTP/1.1\r\n{head}Transfer-Encoding: chunked\r\n\r\n".encode() + b"5\r\nhello\r\n" * 1000 + b"0\r\n\r\n"
        expects = f"POST /api/x HTTP/1.1\r\n{head}Content-Length: 4\r\nExpect: 100-continue\r\n\r\nbody".encode()
        last = b"GET /return HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        before = self.backend.seen
        got = exchange(self.ports["port"], whole + chunked + whole + expects + last)
        heads = [part.split(b"\r\n")[0] for part in got.split(b"HTTP/1.1 ")[1:] if not part.startswith(b"100")]
        self.assertEqual(heads, [b"403 Forbidden"] * 4 + [b"200 OK"])
        self.assertTrue(got.endswith(b"returned"))
        self.assertEqual(self.backend.seen, before)

    def test_a_finished_write_is_not_refused_afterwards(self):
        """The write ran in a location without a policy. The page that nginx sends afterwards is not another write."""
        for path, status, reason in (("/accel/x", 200, ["origin-not-allowed"]), ("/open/status/500", 500, [])):
            answer, seen = self.ask(path, [("Origin", EVIL)])
            self.assertEqual((answer.status, answer.body, seen), (status, b"page", 1), path)
            self.assertEqual(answer.all("x-reason"), reason)

    def test_requests_that_nginx_refuses_first(self):
        answer, seen = self.ask("/small/x", [("Origin", EVIL)], body=b"body")
        self.assertEqual((answer.status, answer.body, seen), (413, b"page", 0))
        self.refused("/small-plain/x", [("Origin", EVIL)], body=b"body")
        self.assertEqual(self.ask("/dead/x", [("Origin", TRUSTED)])[0].status, 502)
        self.assertEqual(self.ask("/small-plain/x", [("Origin", TRUSTED)], body=b"body")[0].status, 413)

    def test_a_preflight_for_a_write_that_would_be_refused(self):
        asks = [("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "x-token")]
        answer, seen = self.ask("/api/x", [("Origin", APP), *asks], "OPTIONS")
        self.assertEqual((answer.status, answer.body, seen), (403, b"corsac: write-refused\n", 0))
        self.assertEqual(answer.cors(), [("access-control-allow-origin", APP), ("vary", PREFLIGHT_VARY)])

    def test_handshakes_are_refused_before_the_backend_sees_them(self):
        host = [("Host", "ws.example.com")]
        for headers in (
            [("Origin", EVIL), *HANDSHAKE], [("Origin", APP), *HANDSHAKE], [("Origin", "null"), *HANDSHAKE],
            [("Origin", EVIL), ("Upgrade", "WebSocket")], [("Origin", EVIL), ("Sec-WebSocket-Key", KEY)],
            [("Sec-Fetch-Site", "cross-site"), *HANDSHAKE], [("Origin", EVIL), ("Upgrade", "h2c"), ("Upgrade", "websocket")],
        ):  # fmt: skip
            with self.subTest(headers):
                before = self.echo.seen
                answer = send(self.ports["port"], "GET", "/ws/x", [*host, *headers[:-1], headers[-1]])
                self.assertEqual((answer.status, answer.body), (403, b"corsac: websocket-refused\n"))
                self.assertEqual(self.echo.seen, before)
        for headers in ([("Origin", "https://ws.example.com")], [("Origin", TRUSTED)], []):
            before = self.echo.seen
            head, echoed = handshake(self.ports["port"], "/ws/x", [*host, *headers, *HANDSHAKE])
            self.assertTrue(head.startswith("HTTP/1.1 101"), head)
            self.assertIn(accept(KEY), head)
            self.assertEqual((echoed, self.echo.seen), (b"\x81\x85\x00\x00\x00\x00hello", before + 1))

    def test_only_reported(self):
        answer = self.passes("/api/reported", [("Origin", EVIL)], port="report")
        self.assertEqual(answer.all("x-reported"), ["write-refused"])
        self.assertEqual(answer.all("vary"), ["Accept-Language, Cookie, Origin"])
        self.assertEqual(self.passes("/api/x", [], port="report").all("x-reported"), [])
        head, echoed = handshake(self.ports["report"], "/ws/x", [("Host", "x"), ("Origin", EVIL), *HANDSHAKE])
        self.assertTrue(head.startswith("HTTP/1.1 101") and echoed, head)
        self.assertIn("X-Reported: websocket-refused", head)
        self.assertIn("POST /api/reported 200 [origin-not-allowed] [write-refused]", (self.nginx.prefix / "logs/access.log").read_text())

    def test_the_log_says_what_to_do(self):
        self.refused("/api/logged", [("Origin", EVIL)])
        self.passes("/api/logged-too", [("Origin", EVIL)], port="report")
        lines = [line for line in self.nginx.errors().splitlines() if "/api/logged" in line and "corsac" in line]
        self.assertEqual(len(lines), 2, lines)
        self.assertRegex(lines[0], r"\[info\].* corsac: write-refused for the origin `https://evil\.example\.org`; if the origin may write, add it to `trusted_origins`")
        self.assertRegex(lines[1], r"\[notice\].* corsac: only reported: write-refused for the origin `https://evil\.example\.org`; if")

    def test_a_proxy_has_to_pass_the_host_on(self):
        """If a browser does not send Sec-Fetch-Site, its Origin is compared with Host, and nginx by default sends another Host."""
        host = f"app.internal:{self.ports['outer']}"
        own = [("Host", host), ("Origin", f"http://{host}")]
        for path in ("/default/x", "/host/x"):
            answer, seen = self.ask(path, own, port="outer")
            self.assertEqual((answer.status, seen), (403, 0), path)
        self.passes("/right/x", own, port="outer")
        # Newer browsers send `Sec-Fetch-Site`.
        self.passes("/default/x", [*own, ("Sec-Fetch-Site", "same-origin")], port="outer")

    def test_http2_and_tls(self):
        def curl(*arguments, check=True):
            command = ["curl", "-sS", "-k", "-i", "-X", "POST", *arguments]
            return subprocess.run(command, capture_output=True, text=True, check=check).stdout.replace("\r", "")

        h2, tls = f"127.0.0.1:{self.ports['h2']}", f"127.0.0.1:{self.ports['tls']}"
        before = self.backend.seen
        head = curl("--http2-prior-knowledge", "-H", f"Origin: {EVIL}", f"http://{h2}/api/x")
        self.assertTrue(head.startswith("HTTP/2 403") and head.endswith("corsac: write-refused\n"), head)
        # nginx ends a stream when it has responded, and this curl reports an error if it is still sending.
        curl("--http2-prior-knowledge", "-H", f"Origin: {EVIL}", "-d", "x" * 100_000, f"http://{h2}/api/x", check=False)
        # A browser's Origin is compared with `:authority`. Over TLS, a page with an http origin is another site.
        head = curl("-H", f"Origin: http://{tls}", f"https://{tls}/api/x")
        self.assertTrue(head.startswith("HTTP/1.1 403"), head)
        self.assertEqual(self.backend.seen, before)
        for arguments in (["--http2-prior-knowledge", "-H", f"Origin: http://{h2}", f"http://{h2}/api/x"],
                          ["-H", f"Origin: https://{tls}", f"https://{tls}/api/x"]):  # fmt: skip
            head = curl(*arguments)
            self.assertRegex(head, r"^HTTP/(1\.1|2) 200")
        self.assertEqual(self.backend.seen, before + 2)

    def test_nothing_was_logged_as_an_error_of_ours(self):
        self.assertNotIn("corsac: no decision", self.nginx.errors())
        self.assertNotIn("[alert]", self.nginx.errors())
