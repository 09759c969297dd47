"""Snippets that people paste today, and the module. The tests show the fault of each snippet, and that the module does
not have it."""

import unittest

import context
from context import ALLOWED, APP, EVIL, FILES, PREFLIGHT, PREFLIGHT_ANSWER
from server import Backend, Nginx, free_port, send

ADD = "add_header Access-Control-Allow-Origin $allowed"
HTTP = """
map $http_origin $allowed { default ""; "~^https://.*\\.example\\.com" $http_origin; }
root html;
server {
    listen 127.0.0.1:%(pasted)d;
    location /nested/ { ADD; add_header Vary Origin; location /nested/inner/ { add_header X-Frame-Options DENY; return 200 x; } }
    location /errors/ { ADD; return 404; }
    location /if/ {
        ADD always;
        if ($request_method = OPTIONS) { add_header Access-Control-Allow-Methods "GET, PUT"; return 204; }
        return 200 x;
    }
    location /map/ { ADD always; return 200 x; }
    location /proxied/ { ADD always; proxy_pass %(backend)s; }
    location /static/ { ADD always; alias html/; }
    location /star/ { add_header Access-Control-Allow-Origin "*" always; add_header Access-Control-Allow-Credentials true always; return 200 x; }
    location /echo/ { add_header Access-Control-Allow-Origin $http_origin always; add_header Access-Control-Allow-Credentials true always; return 200 x; }
}
server {
    listen 127.0.0.1:%(ours)d;
    corsac_policy app.toml;
    location /nested/ { location /nested/inner/ { add_header X-Frame-Options DENY; return 200 x; } }
    location /errors/ { return 404; }
    location /if/ { return 200 x; }
    location /map/ { return 200 x; }
    location /proxied/ { proxy_pass %(backend)s; }
    location /static/ { alias html/; }
    location /star/ { return 200 x; }
    location /echo/ { return 200 x; }
}
""".replace("ADD", ADD)


class Recipes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.backend = Backend()
        cls.ports = {"pasted": free_port(), "ours": free_port()}
        settings = {**cls.ports, "backend": f"http://127.0.0.1:{cls.backend.port}"}
        cls.nginx = Nginx(context.MODULE, FILES, HTTP % settings).start(cls.ports["pasted"])

    @classmethod
    def tearDownClass(cls):
        cls.nginx.stop()
        cls.backend.shutdown()
        cls.backend.server_close()

    def both(self, path, origin=APP, preflight=False):
        headers = [("Origin", origin), *PREFLIGHT[1:]] if preflight else [("Origin", origin)]
        method = "OPTIONS" if preflight else "GET"
        return [send(self.ports[which], method, path, headers) for which in ("pasted", "ours")]

    def test_a_nested_add_header_drops_the_outer_ones(self):
        pasted, ours = self.both("/nested/inner/")
        self.assertEqual(pasted.cors(), [])
        self.assertEqual(ours.cors(), ALLOWED)
        self.assertEqual(ours.all("x-frame-options"), ["DENY"])

    def test_without_always_errors_have_no_headers(self):
        pasted, ours = self.both("/errors/")
        self.assertEqual((pasted.cors(), ours.cors()), ([], ALLOWED))

    def test_if_loses_the_outer_headers(self):
        pasted, ours = self.both("/if/", preflight=True)
        self.assertEqual(pasted.all("access-control-allow-origin"), [])
        self.assertEqual((ours.status, ours.cors()), (204, PREFLIGHT_ANSWER))

    def test_an_unanchored_map_lets_anyone_in(self):
        pasted, ours = self.both("/map/", "https://a.example.com.evil.example.org")
        self.assertEqual(pasted.all("access-control-allow-origin"), ["https://a.example.com.evil.example.org"])
        self.assertEqual(ours.cors(), [("vary", "Origin")])

    def test_a_backends_header_makes_two(self):
        pasted, ours = self.both("/proxied/x")
        self.assertEqual(len(pasted.all("access-control-allow-origin")), 3)
        self.assertEqual(ours.all("access-control-allow-origin"), [APP])

    def test_static_files_refuse_preflights(self):
        pasted, ours = self.both("/static/page.txt", preflight=True)
        self.assertEqual((pasted.status, ours.status), (405, 204))

    def test_a_star_with_credentials_works_for_nobody(self):
        pasted, ours = self.both("/star/")
        self.assertEqual(pasted.all("access-control-allow-origin"), ["*"])
        self.assertEqual(ours.cors(), ALLOWED)

    def test_an_echo_lets_anyone_in_with_credentials(self):
        pasted, ours = self.both("/echo/", EVIL)
        self.assertEqual(pasted.all("access-control-allow-origin"), [EVIL])
        self.assertEqual(ours.cors(), [("vary", "Origin")])
