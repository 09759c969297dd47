"""One request, one route: nginx's changes to a path make no difference, and no detour leads to a more permissive
route."""

import unittest

import context
from context import APP, EVIL
from server import Backend, Nginx, free_port, send

POLICY = """
allow_origins = ["https://app.example.com"]

[[routes]]
path = "/public/{*rest}"
allow_origins = ["*"]

[[routes]]
path = "/admin/{*rest}"
allow_origins = []

[[routes]]
path = "/api/{version}/items"
allow_origins = ["https://items.example.com"]

[[routes]]
path = "/api/v1/items"
allow_origins = ["https://old.example.com"]
"""
HTTP = """
log_format corsac '[$corsac_reason]';
default_type text/plain;
root html;
server {
    listen 127.0.0.1:%(port)d;
    corsac_policy cors.toml;
    location /public/ { return 200 "public"; }
    location /admin/ { return 200 "admin"; }
    location /api/ { return 200 "api"; }
    location / { return 200 "top"; }
    location /public/files/ { alias html/secret/; }
    location /public/tried/ { try_files /none /secret/page.txt; }
    location /secret/ { }
    location /public/named/ { try_files /none @app; }
    location @app { proxy_pass %(backend)s; }
    location /moved/ { rewrite ^/moved/(.*)$ /public/$1 last; }
    location /public/moved/ { rewrite ^ /admin/x last; }
    location /public/page/ { error_page 404 /secret/page.txt; return 404; }
    location /public/sent/accel/ { proxy_pass %(backend)s; }
    location /page.txt { return 200 "page"; }
    location ~* ^/public/regex/ { proxy_pass %(backend)s; }
}
server {
    listen 127.0.0.1:%(slashes)d;
    merge_slashes off;
    corsac_policy cors.toml;
    location /public/ { return 200 "public"; }
    location /admin/ { return 200 "admin"; }
    location / { return 200 "top"; }
}
"""
NOBODY = ("origin-not-allowed", [])
ANY = ("any-origin", ["*"])


class Routes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.backend = Backend()
        cls.ports = {name: free_port() for name in ("port", "slashes")}
        files = {"cors.toml": POLICY, "html/secret/page.txt": "secret"}
        http = HTTP % {**cls.ports, "backend": f"http://127.0.0.1:{cls.backend.port}"}
        said = "add_header X-Reason $corsac_reason always;\n"
        cls.nginx = Nginx(context.MODULE, files, said + http).start(cls.ports["port"])

    @classmethod
    def tearDownClass(cls):
        cls.nginx.stop()
        cls.backend.shutdown()
        cls.backend.server_close()

    def route(self, path, origin=EVIL, port="port", method="GET", headers=()):
        answer = send(self.ports[port], method, path, [("Origin", origin), *headers])
        return answer, (*answer.all("x-reason"), answer.all("access-control-allow-origin"))

    def test_the_route_of_a_path(self):
        for path, origin, expected in [
            ("/public/x", EVIL, ANY), ("/public", EVIL, ANY), ("/public/", EVIL, ANY), ("/public/x?../admin", EVIL, ANY),
            ("/admin/x", APP, NOBODY), ("/other", APP, ("origin-allowed", [APP])), ("/other", EVIL, NOBODY),
            ("/api/v2/items", "https://items.example.com", ("origin-allowed", ["https://items.example.com"])),
            ("/api/v1/items", "https://items.example.com", NOBODY),
            ("/api/v1/items/", "https://old.example.com", ("origin-allowed", ["https://old.example.com"])),
        ]:  # fmt: skip
            with self.subTest(path):
                self.assertEqual(self.route(path, origin)[1], expected)

    def test_changes_of_a_path_inside_nginx_do_not_change_its_route(self):
        for path, body in [
            ("/public/files/page.txt", b"secret"), ("/public/tried/x", b"secret"), ("/public/named/x", b"GET /public/named/x"),
            ("/public/moved/x", b"admin"), ("/public/page/x", b"secret"), ("/public/sent/accel/x", b"page"),
            ("/public/regex/x", b"GET /public/regex/x"),
        ]:  # fmt: skip
            with self.subTest(path):
                answer, said = self.route(path)
                self.assertEqual((answer.body, said), (body, ANY))
        # Such a change cannot allow more either: `/moved/x` is on no route.
        answer, said = self.route("/moved/x")
        self.assertEqual((answer.body, said), (b"public", NOBODY))
        self.assertEqual(self.route("/moved/x", APP)[1], ("origin-allowed", [APP]))

    def test_a_detour_is_ambiguous(self):
        """Each path can be read in several ways, and leads to one folder or to another. What a backend does is unknown."""
        for path, body in [
            ("/public/../admin/x", b"admin"), ("/public/%2e%2e/admin/x", b"admin"), ("/public/..%2fadmin/x", b"admin"),
            ("/public/.%2E/admin/x", b"admin"), ("/public//../admin/x", b"admin"), ("/public/x/../../admin/x", b"admin"),
            ("/public%2f..%2fadmin/x", b"admin"), ("//admin/../public/x", b"public"), ("/admin/../public/x", b"public"),
            ("/public/..\\admin/x", None), ("/public/%5c../admin", None), ("/public%2fx", b"public"), ("/%2fpublic/x", b"public"),
            ("/public/x#/../../admin", None), ("//public/x", b"public"), ("/api//v1/items", b"api"), ("/./public/x", b"public"),
        ]:  # fmt: skip
            with self.subTest(path):
                answer, said = self.route(path)
                self.assertEqual(said, ("path-ambiguous", []))
                self.assertEqual(answer.all("vary"), ["Origin"])
                self.assertIn(answer.body, (body, answer.body if body is None else body))

    def test_slashes_that_are_not_merged(self):
        for path in ("//public/x", "/public//../admin/x", "/admin//../public/x", "//admin/x"):
            with self.subTest(path):
                self.assertEqual(self.route(path, APP, "slashes")[1], ("path-ambiguous", []))
        self.assertEqual(self.route("/public//x", EVIL, "slashes")[1], ANY)

    def test_advisories(self):
        # flask-cors, CVE-2024-6866: paths were matched without regard to case. Here the rule of `/admin/` also applies to
        # `/ADMIN/`, and that of `/public/` to `/Public/`.
        self.assertEqual(self.route("/ADMIN/x", APP)[1], NOBODY)
        self.assertEqual(self.route("/Public/x")[1], ANY)
        # flask-cors, CVE-2024-6844: `+` became a space, so that another rule applied.
        for path in ("/admin/a+b", "/admin/a%2Bb", "/admin/a%20b"):
            self.assertEqual(self.route(path, APP)[1], NOBODY)
        self.assertEqual(self.route("/api/v+1/items", "https://items.example.com")[1][0], "origin-allowed")
        # flask-cors, CVE-2024-6839: the longer pattern took precedence over the more specific one.
        self.assertEqual(self.route("/api/v1/items", "https://items.example.com")[1], NOBODY)
        # rack-cors, CVE-2019-18978: `..` led from a public path to another.
        self.assertEqual(self.route("/public/../admin/x")[1], ("path-ambiguous", []))

    def test_preflights(self):
        asks = [("Access-Control-Request-Method", "POST")]
        answer = self.route("/public/x", method="OPTIONS", headers=asks)[0]
        self.assertEqual((answer.status, answer.all("access-control-allow-origin")), (204, ["*"]))
        for path in ("/public/../admin/x", "/public/%2e%2e/admin/x"):
            answer = self.route(path, APP, method="OPTIONS", headers=asks)[0]
            self.assertEqual((answer.status, answer.body), (403, b"corsac: path-ambiguous\n"))
        answer = self.route("/moved/x", method="OPTIONS", headers=asks)[0]
        self.assertEqual((answer.status, answer.body), (403, b"corsac: origin-not-allowed\n"))

    def test_only_the_path_of_an_absolute_target_counts(self):
        answer, said = self.route("http://localhost/public/x?y")
        self.assertEqual((answer.body, said), (b"public", ANY))
        self.assertEqual(self.route("http://localhost/admin/x", APP)[1], NOBODY)

    def test_unreadable_requests_have_no_origin(self):
        for path in ("/public/%zz", "/public/%00", "/../public/x", "/public//../../admin/x", "/public/%"):
            answer = send(self.ports["port"], "GET", path, [("Origin", APP)])
            self.assertEqual((answer.status, answer.all("access-control-allow-origin")), (400, []))
