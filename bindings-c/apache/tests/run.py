#!/usr/bin/env python3
"""Runs mod_corsac in the real Apache httpd, with the requests of the nginx module's tests. Usage: run.py mod_corsac.so"""

import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[2] / "nginx" / "tests"))
import apply  # noqa: E402
import caches  # noqa: E402
import early  # noqa: E402
import httpd  # noqa: E402
import indexes  # noqa: E402
from context import ALLOWED, APP, EVIL, OTHER, OTHER_POLICY, POLICY, PREFLIGHT, PREFLIGHT_ANSWER, PREFLIGHT_VARY  # noqa: E402
from server import Backend, Response, exchange, free_port, send  # noqa: E402
from test_protection import POLICY as PROTECTED  # noqa: E402
from test_protection import TRUSTED  # noqa: E402
from test_routes import POLICY as ROUTES  # noqa: E402
from upgrade import HANDSHAKE, KEY, Echo, accept, handshake  # noqa: E402

ORIGIN = [("Origin", APP)]
REFUSED = [("vary", "Origin")]
LOADED = "socache_shmcb ssl mpm_event authz_core authz_host authn_core auth_basic authn_file authz_user headers proxy proxy_http proxy_wstunnel dir mime alias rewrite deflate filter"
CONF = """
Listen 127.0.0.1:%(tls)d
<VirtualHost 127.0.0.1:%(tls)d>
    SSLEngine on
    SSLCertificateFile cert.pem
    CorsacPolicy protected.toml
    ProxyPass / http://127.0.0.1:%(backend)d/
</VirtualHost>
CorsacPolicy app.toml
RewriteEngine on
RewriteRule ^/gone$ - [G]
<Location /deny>
    Require all denied
</Location>
<Location /basic>
    AuthType Basic
    AuthName realm
    AuthUserFile users
    Require valid-user
</Location>
<Location /off>
    CorsacPolicy off
</Location>
<Location /off/other>
    CorsacPolicy other.toml
</Location>
<Location /added>
    Header always set Access-Control-Allow-Origin "*"
    Header set Vary "Accept-Language"
</Location>
Alias /added html
Alias /zipped html
<Location /zipped>
    SetOutputFilter DEFLATE
</Location>
<Location /keep>
    CorsacPolicy keep.toml
</Location>
<Location /errors>
    CorsacPolicy other.toml
    ErrorDocument 404 /page.txt
</Location>
ProxyPass /api http://127.0.0.1:%(backend)d/api
ProxyPass /keep http://127.0.0.1:%(backend)d/api
ProxyPass /off/api http://127.0.0.1:%(backend)d/api
ProxyPass /dead http://127.0.0.1:%(closed)d/
<Location /protected>
    CorsacPolicy protected.toml
</Location>
<Location /protected/basic>
    AuthType Basic
    AuthName realm
    AuthUserFile users
    Require valid-user
</Location>
<Location /protected/report>
    CorsacPolicy report.toml
</Location>
<Location /lost>
    CorsacPolicy off
    ProxyErrorOverride on
    ErrorDocument 500 /protected-page.txt
</Location>
<Location /protected-page.txt>
    CorsacPolicy protected.toml
</Location>
ProxyPass /lost http://127.0.0.1:%(backend)d/status/500
ProxyPass /protected/ws ws://127.0.0.1:%(ws)d/
ProxyPass /protected http://127.0.0.1:%(backend)d/api
<LocationMatch (?i)^/+(public|admin|moved)>
    CorsacPolicy routes.toml
</LocationMatch>
Alias /public html
Alias /admin html
RewriteRule ^/moved/(.*)$ /public/$1 [PT]
"""


def spaced(self, name, plain=Response.all):
    """httpd itself removes the spaces from `Vary` when it sends the header."""
    values = plain(self, name)
    return [", ".join(field.strip() for field in value.split(",")) for value in values] if name == "vary" else values


def cors(self):
    return sorted([pair for pair in self.headers if pair[0].startswith("access-control-")] + [("vary", value) for value in self.all("vary")])


Response.all, Response.cors = spaced, cors


class Requests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="corsac-apache-")
        root = Path(cls.folder.name)
        root.chmod(0o755)
        (root / "html").mkdir()
        (root / "html" / "page.txt").write_text("page " * 500)
        (root / "app.toml").write_text(POLICY)
        (root / "other.toml").write_text(OTHER_POLICY)
        (root / "keep.toml").write_text(POLICY + "keep_app_headers = true\n")
        (root / "protected.toml").write_text(PROTECTED)
        (root / "report.toml").write_text(PROTECTED + "report_only = true\n")
        (root / "routes.toml").write_text(ROUTES)
        (root / "html" / "protected-page.txt").write_text("page")
        made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "-", "-out", "-", "-subj", "/CN=localhost", "-days", "2"]
        (root / "cert.pem").write_text(subprocess.run(made, capture_output=True, text=True, check=True).stdout)
        (root / "users").write_text("")
        cls.backend, cls.echo, cls.port, cls.tls, cls.root = Backend(), Echo(), free_port(), free_port(), root
        settings = {"root": root, "tls": cls.tls, "backend": cls.backend.port, "ws": cls.echo.port, "closed": free_port()}
        cls.process = httpd.start(root, cls.port, LOADED, CONF % settings)

    @classmethod
    def tearDownClass(cls):
        httpd.stop(cls.process)
        cls.echo.stop()
        cls.backend.shutdown()
        cls.backend.server_close()
        cls.folder.cleanup()

    def get(self, path, headers=ORIGIN, method="GET"):
        return send(self.port, method, path, headers)

    def test_preflights_come_first(self):
        for path in ("/page.txt", "/none", "/deny/x", "/basic/x", "/api/x", "/dead/x"):
            with self.subTest(path):
                seen = self.backend.seen
                answer = send(self.port, "OPTIONS", path, PREFLIGHT, b"body")
                self.assertEqual((answer.status, answer.body, answer.cors()), (204, b"", PREFLIGHT_ANSWER))
                self.assertEqual(self.backend.seen, seen)

    def test_a_refused_preflight_says_why(self):
        for path in ("/page.txt", "/deny/x"):
            answer = self.get(path, [("Origin", EVIL), *PREFLIGHT[1:]], "OPTIONS")
            self.assertEqual((answer.status, answer.body), (403, b"corsac: origin-not-allowed\n"))
            self.assertEqual(answer.all("content-type"), ["text/plain; charset=utf-8"])
            self.assertEqual(answer.cors(), [("vary", PREFLIGHT_VARY)])

    def test_a_status_of_200_has_a_length(self):
        answer = self.get("/off/other/x", [("Origin", OTHER), *PREFLIGHT[1:]], "OPTIONS")
        self.assertEqual((answer.status, answer.all("content-length"), answer.body), (200, ["0"], b""))

    def test_headers_are_on_httpds_own_responses(self):
        for path, status in (("/page.txt", 200), ("/none", 404), ("/deny/x", 403), ("/basic/x", 401), ("/dead/x", 503), ("/gone", 410)):
            with self.subTest(path):
                answer = self.get(path)
                self.assertEqual((answer.status, answer.cors()), (status, ALLOWED))
                self.assertEqual(self.get(path, [("Origin", EVIL)]).cors(), REFUSED)

    def test_headers_are_on_206_and_304(self):
        answer = self.get("/page.txt", [*ORIGIN, ("Range", "bytes=0-3")])
        self.assertEqual((answer.status, answer.cors()), (206, ALLOWED))
        etag = self.get("/page.txt").all("etag")[0]
        answer = self.get("/page.txt", [*ORIGIN, ("If-None-Match", etag)])
        self.assertEqual((answer.status, answer.cors()), (304, ALLOWED))

    def test_the_backends_own_headers_are_removed(self):
        for origin, expected in ((APP, ALLOWED[:3]), (EVIL, [])):
            for path in ("/api/x", "/api/status/500"):
                answer = self.get(path, [("Origin", origin)])
                self.assertEqual(answer.cors(), [*expected, ("vary", "Accept-Language, Cookie, Origin")])
        self.assertEqual(self.get("/api/names-origin").all("vary"), ["Accept-Language, Cookie, origin"])

    def test_off(self):
        answer = self.get("/off/api/x")
        self.assertEqual(answer.all("access-control-allow-credentials"), ["maybe"])

    def test_no_header_of_ours_is_added_to_an_origin_that_stays(self):
        answer = self.get("/keep/alone")
        self.assertEqual(answer.all("access-control-allow-origin"), ["https://wrong.example", "*"])
        self.assertEqual(answer.all("access-control-allow-credentials") + answer.all("access-control-expose-headers"), [])

    def test_mod_headers_cannot_make_a_second_line(self):
        answer = self.get("/added/page.txt")
        self.assertEqual(answer.cors(), [*ALLOWED[:3], ("vary", "Accept-Language, Origin")])

    def test_deflate_and_vary(self):
        answer = self.get("/zipped/page.txt", [*ORIGIN, ("Accept-Encoding", "gzip")])
        self.assertEqual((answer.all("content-encoding"), answer.all("vary")), (["gzip"], ["Accept-Encoding, Origin"]))

    def test_an_error_document_keeps_the_policy_of_the_failed_request(self):
        answer = self.get("/errors/x", [("Origin", OTHER)])
        self.assertEqual((answer.status, answer.cors()), (404, [("access-control-allow-origin", OTHER), *REFUSED]))
        self.assertTrue(answer.body.startswith(b"page"))

    def test_repeated_lines_are_one_value(self):
        self.assertEqual(self.get("/page.txt", ORIGIN * 2).cors(), REFUSED)

    def write(self, path, headers, method="POST", body=b"", port=None):
        before = self.backend.seen
        answer = send(port or self.port, method, path, headers, body)
        return answer, self.backend.seen - before

    def test_a_write_from_elsewhere_is_refused_before_the_backend_sees_it(self):
        form = [("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "cross-site"), ("Origin", EVIL)]
        for path in ("/protected/x", "/protected/basic/x"):
            for method in ("POST", "PUT", "PATCH", "DELETE"):
                answer, seen = self.write(path, form, method, b"to=mallory")
                self.assertEqual((answer.status, answer.body, seen), (403, b"corsac: write-refused\n", 0))
                self.assertEqual(answer.all("content-type"), ["text/plain; charset=utf-8"])
                self.assertEqual(answer.cors(), [("vary", "Origin, Sec-Fetch-Site")])
        for headers in ([("Origin", TRUSTED)], [], [("Origin", EVIL), ("Sec-Fetch-Site", "same-origin")],
                        [("Origin", "https://api.example.com"), ("Host", "api.example.com")]):  # fmt: skip
            answer, seen = self.write("/protected/x", headers)
            self.assertEqual((answer.status, seen), (200, 1), headers)
        self.assertIn("corsac: write-refused; if the origin may write, add it to `trusted_origins`", (self.root / "error.log").read_text())

    def test_a_refused_body_leaves_the_connection_in_order(self):
        refused = f"POST /protected/x HTTP/1.1\r\nHost: x\r\nOrigin: {EVIL}\r\nContent-Length: 50000\r\n\r\n" + "x" * 50000
        last = "GET /page.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        got = exchange(self.port, (refused + refused + last).encode())
        heads = [part.split(b"\r\n")[0] for part in got.split(b"HTTP/1.1 ")[1:]]
        self.assertEqual(heads, [b"403 Forbidden", b"403 Forbidden", b"200 OK"])

    def test_only_reported(self):
        answer, seen = self.write("/protected/report/x", [("Origin", EVIL)])
        self.assertEqual((answer.status, seen), (200, 1))
        self.assertIn("corsac: only reported: write-refused; ", (self.root / "error.log").read_text())

    def test_a_sites_own_pages_are_not_in_the_log(self):
        for host, logged in (("own.example", 0), ("other.example", 1)):
            before = (self.root / "error.log").read_text().count("corsac: origin-not-allowed; ")
            self.assertEqual(self.get("/page.txt", [("Origin", "http://own.example"), ("Host", host)]).status, 200)
            self.assertEqual((self.root / "error.log").read_text().count("corsac: origin-not-allowed; ") - before, logged)

    def test_a_finished_write_is_not_refused_afterwards(self):
        answer, seen = self.write("/lost", [("Origin", EVIL)])
        self.assertEqual((answer.status, answer.body, seen), (500, b"page", 1))

    def test_the_scheme_is_compared_if_the_connection_is_tls(self):
        before = self.backend.seen
        for scheme, status in (("http", "403"), ("https", "200")):
            origin = f"Origin: {scheme}://127.0.0.1:{self.tls}"
            command = ["curl", "-sSk", "-o", "-", "-w", "%{http_code}", "-X", "POST", "-H", origin, f"https://127.0.0.1:{self.tls}/api/x"]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            self.assertEqual(said[-3:], status, said)
        self.assertEqual(self.backend.seen, before + 1)

    def test_handshakes_are_refused_before_the_backend_sees_them(self):
        for path, origin, status in (("/protected/ws", EVIL, 403), ("/protected/ws", "https://ws.example.com", 101), ("/protected/ws", TRUSTED, 101)):
            before = self.echo.seen
            headers = [("Host", "ws.example.com"), ("Origin", origin), *HANDSHAKE]
            if status == 403:
                answer = self.get(path, headers)
                self.assertEqual((answer.status, answer.body), (403, b"corsac: websocket-refused\n"))
            else:
                head, echoed = handshake(self.port, path, headers)
                self.assertTrue(head.startswith("HTTP/1.1 101") and accept(KEY) in head and echoed, head)
            self.assertEqual(self.echo.seen - before, status == 101)

    def test_one_request_one_route(self):
        for path, origin, allowed in (
            ("/public/page.txt", EVIL, ["*"]), ("/public/page.txt?/../admin", EVIL, ["*"]), ("/admin/page.txt", APP, []),
            ("/ADMIN/page.txt", APP, []), ("/moved/page.txt", EVIL, []), ("/moved/page.txt", APP, [APP]),
            ("/public/../admin/page.txt", EVIL, []), ("/public/%2e%2e/admin/page.txt", EVIL, []), ("//public/page.txt", EVIL, []),
            ("/admin/../public/page.txt", EVIL, []), ("/public//page.txt", EVIL, ["*"]), ("/public/a+b", EVIL, ["*"]),
            ("http://localhost/public/page.txt", EVIL, []),
        ):  # fmt: skip
            with self.subTest(path):
                self.assertEqual(self.get(path, [("Origin", origin)]).all("access-control-allow-origin"), allowed)
        answer = self.get("/public/../admin/page.txt", [("Origin", APP), *PREFLIGHT[1:]], "OPTIONS")
        self.assertEqual((answer.status, answer.body), (403, b"corsac: path-ambiguous\n"))

    def test_a_bad_policy_is_refused_with_its_fix(self):
        (self.root / "bad.toml").write_text('allow_origins = ["https://app.example.com/"]\n')
        text = (self.root / "httpd.conf").read_text().replace("CorsacPolicy app.toml", "CorsacPolicy bad.toml")
        (self.root / "bad.conf").write_text(text)
        done = subprocess.run(["apache2", "-d", self.root, "-f", "bad.conf", "-t"], capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)
        for part in ("bad.toml", "allow_origins[0]", "[origin-trailing-slash]", "write `https://app.example.com`"):
            self.assertIn(part, done.stderr)

    def test_a_policy_for_only_some_methods_is_refused(self):
        text = (self.root / "httpd.conf").read_text()
        (self.root / "limit.conf").write_text(text + "<Location /lim>\n<LimitExcept GET>\nCorsacPolicy app.toml\n</LimitExcept>\n</Location>\n")
        done = subprocess.run(["apache2", "-d", self.root, "-f", "limit.conf", "-t"], capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("CorsacPolicy cannot occur within <Limit>", done.stderr)

    def test_the_guide_is_a_configuration(self):
        (block,) = re.findall(r"^```apache\n(.*?)^```", (HERE.parents[3] / "docs" / "c.md").read_text(), re.M | re.S)
        block = block.replace("LoadModule corsac_module /usr/lib/apache2/modules/mod_corsac.so\n", "").replace("/etc/apache2/cors.toml", "app.toml")
        own = (self.root / "httpd.conf").read_text().partition("CorsacPolicy")[0]
        (self.root / "guide.conf").write_text(own.partition("Listen 127.0.0.1")[0] + "".join(re.findall(r"^LoadModule.*\n", own, re.M)) + block)
        done = subprocess.run(["apache2", "-d", self.root, "-f", "guide.conf", "-t"], capture_output=True, text=True)
        self.assertIn("Syntax OK", done.stderr)

    def test_the_readme_is_a_configuration_that_answers_preflights(self):
        text = (HERE.parents[3] / "README.md").read_text()
        policy, block = (re.search(rf"^```{language}\n(.*?)^```", text, re.M | re.S)[1] for language in ("toml", "apache"))
        block = block.replace("LoadModule corsac_module /usr/lib/apache2/modules/mod_corsac.so\n", "").replace("/etc/apache2/cors.toml", "cors.toml")
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            root.chmod(0o755)
            (root / "html").mkdir()
            (root / "cors.toml").write_text(policy)
            port = free_port()
            process = httpd.start(root, port, "mpm_event authz_core mime", block)
            try:
                answer = send(port, "OPTIONS", "/x", [("Origin", APP), ("Access-Control-Request-Method", "PUT")])
            finally:
                httpd.stop(process)
        self.assertEqual(answer.status, 204)
        self.assertEqual(answer.all("access-control-allow-methods"), ["GET, HEAD, POST, PUT, DELETE"])


if __name__ == "__main__":
    tests = map(unittest.defaultTestLoader.loadTestsFromTestCase, (Requests, apply.Apply, indexes.Indexes, early.Early, caches.Caches, caches.Handler, caches.Socache))
    result = unittest.TextTestRunner(verbosity=0).run(unittest.TestSuite(tests))
    bad = len({getattr(test, "test_case", test) for test, _ in result.failures + result.errors})
    print(f"apache: {result.testsRun - bad} passed, {bad} failed")
    sys.exit(1 if bad or not result.testsRun else 0)
