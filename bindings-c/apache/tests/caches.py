"""Pages from mod_cache are sent under the policy of their section, although httpd sends them before it knows the
section."""

import os
import random
import tempfile
import unittest
from pathlib import Path

import httpd
from context import APP, EVIL, PREFLIGHT
from server import Backend, free_port, send
from upgrade import HANDSHAKE

PARTNER = "https://partner.example"
LOADED = (
    "socache_shmcb {mpm} authz_core authz_host headers proxy proxy_http dir mime alias rewrite cache cache_disk cache_socache"
)
CONF = """
CacheEnable {store} /
CacheRoot "{root}/cache"
CacheSocache shmcb
CacheDefaultExpire 600
CacheIgnoreNoLastMod on
CacheIgnoreCacheControl on
CacheHeader on
CacheQuickHandler {quick}
Header set Access-Control-Allow-Origin "https://theirs.example"
CorsacPolicy partner.toml
ProxyPass /strict http://127.0.0.1:{backend}/
ProxyPass /match http://127.0.0.1:{backend}/
ProxyPass /off http://127.0.0.1:{backend}/
ProxyPass /open http://127.0.0.1:{backend}/
ProxyPass /if http://127.0.0.1:{backend}/
<Location /strict>
    CorsacPolicy app.toml
</Location>
<LocationMatch "^/match/[0-9]+">
    CorsacPolicy app.toml
</LocationMatch>
<Location /off>
    CorsacPolicy off
</Location>
<If "%{{REQUEST_URI}} =~ m#^/if#">
    CorsacPolicy app.toml
</If>
<Directory "{root}/html/directory">
    CorsacPolicy app.toml
</Directory>
<Directory "{root}/html/index">
    DirectoryIndex x.strict
</Directory>
<Directory "{root}/html/own">
    DirectoryIndex x.strict
</Directory>
<Directory "{root}/html/fallback">
    FallbackResource /fallback/x.strict
</Directory>
<Directory "{root}/html/htaccess">
    AllowOverride All
</Directory>
<Files "*.strict">
    CorsacPolicy app.toml
</Files>
Alias /aliased "{root}/html/directory"
RewriteEngine on
RewriteRule ^/rewritten/(.*)$ /directory/$1 [PT]
RewriteRule ^/unseen/(.*)$ /index/$1 [PT,NS]
RewriteRule ^/cookie/(.*)$ /directory/$1 [PT,CO=name:value:localhost]
<Directory "{root}/html/denied">
    CorsacPolicy app.toml
    Require env nobody
</Directory>
Listen 127.0.0.1:{other}
<VirtualHost 127.0.0.1:{other}>
    CorsacPolicy app.toml
    ProxyPass / http://127.0.0.1:{backend}/
    <Location /off>
        CorsacPolicy off
    </Location>
</VirtualHost>
"""
# Each path, and the origins that may read it; None if no policy is in force.
PLACES = {
    "/open/1": {PARTNER}, "/strict/1": {APP}, "/match/1": {APP}, "/match/x": {PARTNER}, "/off/1": None, "/if/1": {APP},
    "/directory/x.txt": {APP}, "/files/x.strict": {APP}, "/files/x.txt": {PARTNER}, "/aliased/x.txt": {APP},
    "/rewritten/x.txt": {APP}, "/htaccess/x.txt": {PARTNER}, "/index/": {APP}, "/%73trict/2": {APP}, "/x/../strict/3": {APP},
    "//strict/4": {APP}, "/directory/x.txt?query": {APP}, "/denied/x.txt": {APP},
}  # fmt: skip
CREDENTIALS = "allow_credentials = true\n"
FILES = "directory/x.txt files/x.txt files/x.strict htaccess/x.txt index/x.strict denied/x.txt own/x.strict fallback/x.strict"


class Caches(unittest.TestCase):
    mpm, store, quick = "mpm_event", "disk", "on"

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="corsac-apache-")
        root = cls.root = Path(cls.folder.name)
        root.chmod(0o755)
        for name in FILES.split():
            file = root / "html" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("page")
            os.utime(file, (1e9, 1e9))  # old pages stay fresh for a long time
        (root / "html" / "htaccess" / ".htaccess").write_text('Header set X-Mine "yes"\n')
        (root / "cache").mkdir()
        (root / "cache").chmod(0o777)
        (root / "partner.toml").write_text(f'allow_origins = ["{PARTNER}"]\n{CREDENTIALS}')
        (root / "app.toml").write_text(f'allow_origins = ["{APP}"]\n{CREDENTIALS}[protection]\nwebsockets = "reject"\nwrites = "reject"\n')
        cls.backend, cls.port, cls.other = Backend(), free_port(), free_port()
        text = CONF.format(root=root, backend=cls.backend.port, other=cls.other, store=cls.store, quick=cls.quick)
        cls.process = httpd.start(root, cls.port, LOADED.format(mpm=cls.mpm), text)

    @classmethod
    def tearDownClass(cls):
        httpd.stop(cls.process)
        cls.backend.shutdown()
        cls.backend.server_close()
        cls.folder.cleanup()

    def check(self, path, allowed, origin, port=None):
        answer = send(port or self.port, "GET", path, [("Origin", origin)] if origin else [])
        found = answer.all("access-control-allow-origin")
        credentials = answer.all("access-control-allow-credentials")
        if allowed is None:
            self.assertNotIn(origin, [APP, PARTNER] if found == [origin] else [])
            return answer
        expected = [origin] if origin in allowed else []
        self.assertEqual((found, credentials), (expected, ["true"] if expected else []), (path, origin))
        self.assertIn("Origin", ", ".join(answer.all("vary")))
        return answer

    def test_the_section_decides_whoever_requested_the_page_first(self):
        hits = set()
        for path, allowed in PLACES.items():
            for origin in (APP, PARTNER, EVIL, None, PARTNER, APP):
                with self.subTest(path, origin=origin):
                    answer = self.check(path, allowed, origin)
                    hits |= {path} if answer.all("x-cache")[:1] and answer.all("x-cache")[0].startswith("HIT") else set()
        self.assertGreater(len(hits), 13)

    def test_a_virtual_host_has_its_own(self):
        for path, allowed in (("/strict/1", {APP}), ("/open/1", {APP}), ("/off/1", None)):
            for origin in (PARTNER, APP, PARTNER):
                self.check(path, allowed, origin, self.other)

    def test_a_cache_hides_no_refusal(self):
        for path in ("/strict/ws", "/directory/x.txt", "/files/x.strict", "/index/"):
            with self.subTest(path):
                for _ in range(2):
                    self.check(path, {APP}, APP)
                seen = self.backend.seen
                refused = send(self.port, "GET", path, [("Origin", PARTNER), *HANDSHAKE])
                self.assertEqual((refused.status, refused.body), (403, b"corsac: websocket-refused\n"))
                self.assertEqual(refused.all("access-control-allow-origin"), [])
                refused = send(self.port, "POST", path, [("Origin", PARTNER)], b"x")
                self.assertEqual((refused.status, refused.body), (403, b"corsac: write-refused\n"))
                if path == "/index/":
                    continue  # the directory's policy answers a preflight
                refused = send(self.port, "OPTIONS", path, [("Origin", PARTNER), *PREFLIGHT[1:]])
                self.assertEqual((refused.status, refused.body), (403, b"corsac: origin-not-allowed\n"))
                self.assertEqual((self.backend.seen, self.check(path, {APP}, APP).status), (seen, 200))

    def test_a_page_that_replaces_others_may_be_in_the_cache_itself(self):
        for place, itself in (("/own/", "/own/x.strict"), ("/fallback/a", "/fallback/x.strict")):
            for path in (place, itself, place, place):
                for origin in (APP, PARTNER):
                    with self.subTest(path, origin=origin):
                        answer = send(self.port, "GET", path, [("Origin", origin)])
                        # httpd's mod_dir may then find no page. If it finds one, only the origins of its policy may read it.
                        if answer.status == 200:
                            expected = [APP] if origin == APP else []
                            self.assertEqual(answer.all("access-control-allow-origin"), expected)
            refused = send(self.port, "GET", place, [("Origin", PARTNER), *HANDSHAKE])
            self.assertNotEqual(refused.status, 200)

    def test_rules_that_leave_subrequests_out(self):
        for origin in (APP, PARTNER, EVIL, PARTNER, APP):
            self.check("/unseen/x.strict", {APP}, origin)

    def test_finding_the_section_adds_nothing_to_the_response(self):
        for _ in range(3):
            self.assertLessEqual(len(self.check("/cookie/x.txt", {APP}, APP).all("set-cookie")), 1)

    def test_a_page_that_has_not_changed(self):
        for _ in range(2):
            etag = self.check("/directory/x.txt", {APP}, APP).all("etag")[0]
        answer = send(self.port, "GET", "/directory/x.txt", [("Origin", PARTNER), ("If-None-Match", etag)])
        self.assertEqual((answer.status, answer.all("access-control-allow-origin")), (304, []))

    def test_at_random(self):
        chance = random.Random(7)
        for _ in range(400):
            path, allowed = chance.choice(list(PLACES.items()))
            self.check(path, allowed, chance.choice((APP, PARTNER, EVIL, None)))


class Handler(Caches):
    quick = "off"


class Socache(Caches):
    store, mpm = "socache", "mpm_prefork"
