"""Responses of httpd before it knows the directory: a server's redirects and refusals, and errors for unreadable
requests."""

import random
import tempfile
import unittest
from pathlib import Path

import httpd
from context import APP, EVIL, FOREIGN, OTHER, OTHER_POLICY, PREFLIGHT
from server import exchange, free_port, send
from test_protection import POLICY as PROTECTED
from upgrade import HANDSHAKE

LOADED = "mpm_event authz_core headers dir mime alias rewrite"
RULES = """
Redirect /{place}redirect/ https://example.com/
RedirectMatch 308 ^/{place}match/ https://example.com/
RewriteRule ^/{place}rule/ https://example.com/ [R=301,L]
RewriteRule ^/{place}found/ - [R=204,L]
RewriteRule ^/{place}forbidden/ - [F]
RewriteRule ^/{place}gone/ - [G]
Redirect 410 /{place}none/
"""
WAYS = "redirect match rule found forbidden gone none".split()
PLACES = {"": APP, "other/": OTHER, "off/": None, "page/": APP}
CONF = (
    "".join(f'Header always set {name} "{value}"\n' for name, value in FOREIGN)
    + "CorsacPolicy protected.toml\nRewriteEngine on\n"
    + "".join(RULES.format(place=place) for place in PLACES)
    + """
<Location /other>
    CorsacPolicy other.toml
</Location>
<Location /off>
    CorsacPolicy off
</Location>
<Location /page>
    ErrorDocument 403 /page.txt
</Location>
<Directory "{root}/html/linked">
    Options -FollowSymLinks
    CorsacPolicy other.toml
</Directory>
"""
)
THEIRS = [(name.lower(), value) for name, value in FOREIGN if name.startswith("Access")]


class Early(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="corsac-apache-")
        root = Path(cls.folder.name)
        root.chmod(0o755)
        (root / "html" / "linked").mkdir(parents=True)
        (root / "html" / "page.txt").write_text("page")
        (root / "html" / "linked" / "link").symlink_to(root / "html" / "page.txt")
        (root / "protected.toml").write_text(PROTECTED)
        (root / "other.toml").write_text(OTHER_POLICY)
        cls.port = free_port()
        cls.process = httpd.start(root, cls.port, LOADED, CONF.replace("{root}", str(root)))

    @classmethod
    def tearDownClass(cls):
        httpd.stop(cls.process)
        cls.folder.cleanup()

    def paths(self, *places):
        return [f"/{place}{way}/x" for place in places for way in WAYS]

    def none_of_theirs(self, answer):
        self.assertEqual([pair for pair in answer.headers if pair in THEIRS], [])

    def test_a_preflight_is_answered(self):
        for place, origin, status in (("", APP, 204), ("page/", APP, 204), ("other/", OTHER, 200)):
            for path in self.paths(place):
                with self.subTest(path):
                    answer = send(self.port, "OPTIONS", path, [("Origin", origin), ("Access-Control-Request-Method", "GET")], b"body")
                    self.assertEqual((answer.status, answer.body, answer.all("location")), (status, b"", []))
                    self.assertEqual(answer.all("access-control-allow-origin"), [origin])
                    self.none_of_theirs(answer)

    def test_a_preflight_is_refused(self):
        for path in self.paths("", "other/", "page/"):
            with self.subTest(path):
                answer = send(self.port, "OPTIONS", path, [("Origin", EVIL), *PREFLIGHT[1:]])
                self.assertEqual((answer.status, answer.body, answer.all("location")), (403, b"corsac: origin-not-allowed\n", []))
                self.assertEqual(answer.all("content-type"), ["text/plain; charset=utf-8"])
                self.none_of_theirs(answer)

    def test_a_write_and_a_handshake_are_refused(self):
        for path in self.paths(""):
            for method, more, reason in (("POST", [], "write"), ("DELETE", [], "write"), ("GET", HANDSHAKE, "websocket")):
                with self.subTest(path, method=method):
                    answer = send(self.port, method, path, [("Origin", EVIL), *more], b"x" if method == "POST" else b"")
                    self.assertEqual((answer.status, answer.body), (403, f"corsac: {reason}-refused\n".encode()))
                    self.none_of_theirs(answer)

    def test_the_connection_stays_in_order(self):
        refused = f"POST /rule/x HTTP/1.1\r\nHost: x\r\nOrigin: {EVIL}\r\nContent-Length: 5000\r\n\r\n" + "x" * 5000
        last = "GET /page.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        got = exchange(self.port, (refused + refused + last).encode())
        heads = [part.split(b"\r\n")[0] for part in got.split(b"HTTP/1.1 ")[1:]]
        self.assertEqual(heads, [b"403 Forbidden", b"403 Forbidden", b"200 OK"])

    def test_an_unreadable_request_keeps_no_foreign_header(self):
        for head in (f"OPTIONS /x HTTP/1.1\r\nOrigin: {APP}\r\nAccess-Control-Request-Method: GET", "GET /x HTTP/1.1\r\nHost: a b"):
            got = exchange(self.port, (head + "\r\nConnection: close\r\n\r\n").encode())
            self.assertIn(b" 400 ", got.split(b"\r\n")[0])
            self.assertNotIn(b"Access-Control-Allow-Origin: foreign", got)

    def test_a_directory_that_is_not_reached_lets_nobody_read(self):
        for origin in (APP, OTHER, EVIL):
            answer = send(self.port, "GET", "/linked/link", [("Origin", origin)])
            self.assertEqual((answer.status, answer.all("access-control-allow-origin")), (403, []))
            self.none_of_theirs(answer)

    def test_at_random(self):
        chance = random.Random(11)
        for _ in range(600):
            place, way, origin = chance.choice(list(PLACES)), chance.choice(WAYS), chance.choice((APP, OTHER, EVIL, None))
            method, asks = chance.choice(("GET", "HEAD", "POST", "PUT", "OPTIONS")), chance.random() < 0.5
            headers = [("Origin", origin)] if origin else []
            headers += [("Access-Control-Request-Method", "GET")] if asks else []
            answer = send(self.port, method, f"/{place}{way}/x", headers)
            with self.subTest(place=place, way=way, origin=origin, method=method, asks=asks):
                if PLACES[place] is None:
                    self.assertEqual(answer.all("access-control-allow-origin"), ["foreign"])
                    continue
                self.none_of_theirs(answer)
                self.assertEqual(answer.all("access-control-allow-origin"), [origin] if origin == PLACES[place] else [])
                preflight = method == "OPTIONS" and origin is not None and asks
                if preflight:
                    self.assertEqual(answer.status < 300, origin == PLACES[place])
                elif place == "" and method in ("POST", "PUT") and origin:
                    self.assertEqual(answer.status, 403)
