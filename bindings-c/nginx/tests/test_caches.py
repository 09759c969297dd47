"""A cache that keeps a refusal must not send it to other readers: nginx's own cache and Varnish, configured to keep
everything."""

import unittest

import context
from context import APP, EVIL
from server import Backend, Nginx, free_port, send
from upgrade import HANDSHAKE, KEY
from varnish import Varnish

POLICY = """
allow_origins = ["https://app.example.com"]
[protection]
writes = "reject"
websockets = "reject"
"""
ADD = 'add_header Cache-Control "public, max-age=600" always; expires 1h;'
HTTP = """
proxy_cache_path temp/cache keys_zone=cache:1m;
default_type text/plain;
server {
    listen 127.0.0.1:%(origin)d;
    corsac_policy protected.toml;
    location /plain/ { proxy_pass %(backend)s; }
    location /added/ { ADD proxy_pass %(backend)s; }
}
server {
    listen 127.0.0.1:%(cache)d;
    proxy_cache cache;
    proxy_cache_key $server_port$uri$is_args$args;
    proxy_set_header Host $http_host;
    add_header X-Cache $upstream_cache_status always;
    proxy_cache_valid any 1m;
    location / { proxy_pass http://127.0.0.1:%(origin)d; }
    location /plain/upgraded/ { proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_http_version 1.1; proxy_pass http://127.0.0.1:%(origin)d; }
    location /plain/posts/ { proxy_cache_methods POST; proxy_pass http://127.0.0.1:%(origin)d; }
    location /plain/ignored/posts/ { proxy_cache_methods POST; proxy_cache_key $request_method$server_port$uri; proxy_ignore_headers Cache-Control; proxy_pass http://127.0.0.1:%(origin)d; }
    location /plain/ignored/upgraded/ { proxy_ignore_headers Cache-Control Expires; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_http_version 1.1; proxy_pass http://127.0.0.1:%(origin)d; }
    location /plain/ignored/ { proxy_ignore_headers Cache-Control Expires; proxy_pass http://127.0.0.1:%(origin)d; }
    location /added/ignored/ { proxy_ignore_headers Cache-Control Expires; proxy_pass http://127.0.0.1:%(origin)d; }
}
""".replace("ADD", ADD)
# Lines that people write to keep errors for a while. Below `ignored`, Varnish's own rules do not run after them. Varnish
# removes `Upgrade` before it asks the backend, except below `upgraded`.
VCL = """
sub vcl_recv { if (req.url ~ "/upgraded/") { set req.http.X-Upgrade = req.http.Upgrade; } }
sub vcl_backend_fetch { if (bereq.http.X-Upgrade) { set bereq.http.Upgrade = bereq.http.X-Upgrade; } }
sub vcl_backend_response { set beresp.ttl = 60s; if (bereq.url ~ "/ignored/") { return (deliver); } }
sub vcl_deliver { if (obj.hits > 0) { set resp.http.X-Cache = "HIT"; } else { set resp.http.X-Cache = "MISS"; } }
"""
KEYED = [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", KEY)]
# Headers of refused handshakes. For each there is a reader with the same headers, except for the handshake.
HANDSHAKES = [
    [("Origin", EVIL)],
    [("Sec-Fetch-Site", "cross-site")],
    [("Origin", EVIL), ("Sec-Fetch-Site", "cross-site")],
    [("Origin", "null"), ("Sec-Fetch-Site", "cross-site")],
    [("Origin", APP)],
]


class Caches(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.backend = Backend()
        cls.ports = {name: free_port() for name in ("origin", "cache")}
        http = HTTP % {**cls.ports, "backend": f"http://127.0.0.1:{cls.backend.port}"}
        cls.nginx = Nginx(context.MODULE, {"protected.toml": POLICY}, http).start(cls.ports["origin"])
        cls.varnish = Varnish(cls.ports["origin"], VCL)
        cls.caches = cls.ports["cache"], cls.varnish.port
        cls.count = 0

    @classmethod
    def tearDownClass(cls):
        cls.varnish.stop()
        cls.nginx.stop()
        cls.backend.shutdown()
        cls.backend.server_close()

    def poison(self, port, folder, keyed, kept):
        """Sends each handshake twice, and then the requests of readers who could get its response. `kept` says whether
        the cache keeps it.
        """
        for headers in HANDSHAKES:
            with self.subTest((port == self.varnish.port, folder, headers, keyed)):
                type(self).count += 1
                path = f"{folder}{self.count}"
                for _ in range(2):
                    answer = send(port, "GET", path, [*headers, *keyed])
                    self.assertEqual((answer.status, answer.body), (403, b"corsac: websocket-refused\n"))
                    self.assertEqual(answer.all("cache-control"), ["no-store"])
                self.assertEqual(answer.all("x-cache") == ["HIT"], kept)
                for reader in (headers, [], [("Origin", APP)], [*headers, ("Sec-WebSocket-Version", "13")]):
                    for _ in range(2):
                        answer = send(port, "GET", path, reader)
                        self.assertEqual((answer.status, answer.body), (200, f"GET {path}".encode()), reader)
                    allowed = [APP] if ("Origin", APP) in reader else []
                    self.assertEqual(answer.all("access-control-allow-origin"), allowed, reader)

    def test_no_store(self):
        for port in self.caches:
            self.poison(port, "/plain/", KEYED, kept=False)
            self.poison(port, "/added/", KEYED, kept=False)
            self.poison(port, "/plain/upgraded/", KEYED[:1], kept=False)

    def test_caches_that_ignore_it(self):
        """Here the cache keeps the response, and only its `Vary` prevents others from getting it."""
        for port in self.caches:
            self.poison(port, "/plain/ignored/", KEYED[2:], kept=True)
            self.poison(port, "/added/ignored/", KEYED[2:], kept=True)
        # Varnish removes `Upgrade` before it asks the backend. So the response that it keeps is never sent for a request
        # with `Upgrade`.
        self.poison(self.ports["cache"], "/plain/ignored/", KEYED, kept=True)
        self.poison(self.varnish.port, "/plain/ignored/", KEYED, kept=False)
        for port in self.caches:
            self.poison(port, "/plain/ignored/upgraded/", KEYED[:1], kept=True)

    def test_a_cache_for_posts(self):
        """A refused write must not answer a GET. If `no-store` is ignored, the cache's key has to distinguish them."""
        for folder, kept in (("/plain/posts/", ["MISS"]), ("/plain/ignored/posts/", ["HIT"])):
            for headers in ([("Origin", EVIL)], [("Origin", EVIL), ("Sec-Fetch-Site", "cross-site")]):
                type(self).count += 1
                path = f"{folder}{self.count}"
                for _ in range(2):
                    answer = send(self.ports["cache"], "POST", path, headers, b"body")
                    self.assertEqual((answer.status, answer.body), (403, b"corsac: write-refused\n"))
                self.assertEqual(answer.all("x-cache"), kept, path)
                answer = send(self.ports["cache"], "GET", path, headers)
                self.assertEqual((answer.status, answer.body), (200, f"GET {path}".encode()))

    def test_allowed_responses_are_kept(self):
        """Otherwise, the tests above would prove nothing."""
        for port in self.caches:
            for _ in range(2):
                answer = send(port, "GET", "/added/kept", [("Origin", APP)])
            self.assertEqual((answer.status, answer.all("x-cache")), (200, ["HIT"]))
