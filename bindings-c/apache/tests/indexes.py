"""If mod_dir or mod_negotiation replaces the requested path with a file, the policy of that file counts as well."""

import tempfile
import unittest
from pathlib import Path

import httpd
from context import APP, EVIL, OTHER, OTHER_POLICY, PREFLIGHT, PREFLIGHT_VARY
from server import Backend, free_port, send
from test_protection import POLICY as PROTECTED
from test_protection import TRUSTED
from upgrade import HANDSHAKE

LOADED = "mpm_prefork authz_core authz_host proxy proxy_http dir mime alias cgi negotiation"
CONF = """
AddType text/plain .protected
AddHandler cgi-script .protected .plain
AddEncoding x-gzip .gz
<Directory "%(root)s/html">
    Options +ExecCGI +MultiViews
</Directory>
<FilesMatch "\\.protected">
    CorsacPolicy protected.toml
</FilesMatch>
<Directory "%(root)s/html/index">
    DirectoryIndex app.protected
</Directory>
<Directory "%(root)s/html/zipped">
    DirectoryIndex app.protected.gz
</Directory>
<Directory "%(root)s/html/off">
    CorsacPolicy off
    DirectoryIndex app.protected
</Directory>
<Directory "%(root)s/html/both">
    CorsacPolicy other.toml
    DirectoryIndex app.protected
</Directory>
<Directory "%(root)s/html/inner">
    CorsacPolicy protected.toml
    DirectoryIndex /lax.plain
</Directory>
<LocationMatch "^/came/$">
    CorsacPolicy protected.toml
</LocationMatch>
<Directory "%(root)s/html/came">
    DirectoryIndex app.plain
</Directory>
<Directory "%(root)s/html/fallback">
    FallbackResource /fallback/app.protected
</Directory>
<Directory "%(root)s/html/proxied">
    DirectoryIndex /protected
</Directory>
<Location /protected>
    CorsacPolicy protected.toml
</Location>
<Location /lax.plain>
    CorsacPolicy other.toml
</Location>
ProxyPass /protected http://127.0.0.1:%(backend)d/api/x
"""
SCRIPT = """#!/bin/sh
echo "$REQUEST_METHOD" >> "%s"
printf 'Content-Type: text/plain\\r\\nAccess-Control-Allow-Origin: *\\r\\n\\r\\nran'
"""
PROTECTED_PAGES = "index/app.protected zipped/app.protected.gz off/app.protected both/app.protected fallback/app.protected many/app.protected"
FILES = f"{PROTECTED_PAGES} lax.plain came/app.plain proxied/x inner/x"
PLACES = ("/index/", "/zipped/", "/off/", "/both/", "/inner/", "/came/", "/fallback/", "/fallback/none", "/proxied/", "/many/app")


class Indexes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="corsac-apache-")
        root = cls.root = Path(cls.folder.name)
        root.chmod(0o755)
        cls.ran = root / "ran"
        cls.ran.write_text("")
        cls.ran.chmod(0o666)
        for name in FILES.split():
            file = root / "html" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(SCRIPT % cls.ran)
            file.chmod(0o755)
        (root / "protected.toml").write_text(PROTECTED)
        (root / "other.toml").write_text(OTHER_POLICY)
        cls.backend, cls.port = Backend(), free_port()
        cls.process = httpd.start(root, cls.port, LOADED, CONF % {"root": root, "backend": cls.backend.port})

    @classmethod
    def tearDownClass(cls):
        httpd.stop(cls.process)
        cls.backend.shutdown()
        cls.backend.server_close()
        cls.folder.cleanup()

    def ask(self, path, headers, method="GET", body=b""):
        before = len(self.ran.read_text()) + self.backend.seen
        answer = send(self.port, method, path, headers, body)
        return answer, len(self.ran.read_text()) + self.backend.seen > before

    def refused(self, reason, vary, headers, method="GET", body=b""):
        for path in PLACES:
            with self.subTest(path):
                answer, ran = self.ask(path, headers, method, body)
                self.assertEqual((answer.status, answer.body, ran), (403, f"corsac: {reason}\n".encode(), False))
                self.assertEqual(answer.all("content-type"), ["text/plain; charset=utf-8"])
                cors = [(name, value.removeprefix("negotiate, ")) for name, value in answer.cors()]
                self.assertEqual((cors, answer.all("content-encoding")), ([("vary", vary)], []))

    def test_writes_are_refused_before_it_runs(self):
        form = [("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "cross-site"), ("Origin", EVIL)]
        self.refused("write-refused", "Origin, Sec-Fetch-Site", form, "POST", b"to=mallory")
        self.assertIn("corsac: write-refused; ", (self.root / "error.log").read_text())

    def test_handshakes_are_refused_before_it_runs(self):
        self.refused("websocket-refused", "Origin, Sec-Fetch-Site, Upgrade, Sec-WebSocket-Key", [("Origin", EVIL), *HANDSHAKE])

    def test_preflights_are_answered(self):
        self.refused("origin-not-allowed", PREFLIGHT_VARY, [("Origin", EVIL), *PREFLIGHT[1:]], "OPTIONS")
        for path in PLACES:
            with self.subTest(path):
                # If the directory has a policy, that one decides, because the file is not known before authentication.
                origin, status = (OTHER, 200) if path == "/both/" else (APP, 204)
                answer, ran = self.ask(path, [("Origin", origin), ("Access-Control-Request-Method", "GET")], "OPTIONS")
                self.assertEqual((answer.status, answer.body, ran), (status, b"", False))
                self.assertEqual(answer.all("access-control-allow-origin"), [origin])

    def test_allowed_requests_get_the_headers_once(self):
        for path in PLACES:
            origin = OTHER if path == "/inner/" else APP
            for method in ("GET", "POST"):
                with self.subTest(path, method=method):
                    headers = [("Origin", origin), *([("Sec-Fetch-Site", "same-origin")] if method == "POST" else [])]
                    answer, ran = self.ask(path, headers, method)
                    self.assertEqual((answer.status, ran), (200, True))
                    self.assertEqual(answer.all("access-control-allow-origin"), [origin])
                    self.assertEqual(answer.all("access-control-expose-headers"), [] if origin == OTHER else ["etag"])
            answer, ran = self.ask(path, [("Origin", EVIL)])
            self.assertEqual((answer.status, ran, answer.all("access-control-allow-origin")), (200, True, []))

    def test_a_trusted_origin_may_write(self):
        for path in PLACES:
            answer, ran = self.ask(path, [("Origin", TRUSTED)], "POST")
            self.assertEqual((answer.status, ran), (200, True), path)
