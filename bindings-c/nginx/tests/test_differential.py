"""Random configurations and requests, each compared with the same policy in a location that does nothing else.

To run it by hand for any number of seeds: `test_differential.py ngx_http_corsac_module.so FIRST COUNT`.
"""

import random
import sys
import unittest
import zlib
from pathlib import Path

import context
from context import APP, EVIL, FOREIGN
from server import Backend, Nginx, free_port, send
from upgrade import KEY

MORE = "/usr/lib/nginx/modules/ngx_http_headers_more_filter_module.so"
PROTECTION = '[protection]\nwrites = "reject"\nwebsockets = "reject"\ntrusted_origins = ["https://partner.example.net"]\n'
EXACT = f'allow_origins = ["{APP}"]\nexpose_headers = ["ETag"]\nallow_methods = ["GET"]\n'
POLICIES = {
    "exact.toml": EXACT + PROTECTION,
    "credentials.toml": "allow_credentials = true\n" + EXACT + PROTECTION,
    "any.toml": 'allow_origins = ["*"]\n' + PROTECTION,
    "nobody.toml": "allow_origins = []\npreflight_status = 200\n" + PROTECTION,
    "open.toml": EXACT,
    "report.toml": EXACT + PROTECTION + "report_only = true\n",
    "continued.toml": "preflight_continue = true\n" + EXACT + PROTECTION,
}
HTTP = """
proxy_cache_path temp/cache keys_zone=cache:1m;
default_type text/plain;
root html;
server {
    listen 127.0.0.1:%(plain)d;
    %(references)s
}
server {
    listen 127.0.0.1:%(mixed)d;
    %(around)s
    location = /page.txt { %(page)s }
    location @named { %(named)s return 503 named; }
    location = /check { internal; return 401; }
    %(locations)s
}
server {
    listen 127.0.0.1:%(cache)d;
    proxy_cache cache;
    proxy_cache_key $uri;
    proxy_cache_valid any 1m;
    proxy_ignore_headers Cache-Control Expires %(ignored)s;
    proxy_set_header Host $http_host;
    proxy_set_header Upgrade $http_upgrade;
    add_header X-Cache $upstream_cache_status always;
    location / { proxy_pass http://127.0.0.1:%(mixed)d; }
}
"""
HANDLERS = [
    'return 200 "returned";', "return 404;", 'return 403 "mine";', "return 301 /elsewhere;", "proxy_pass %s;", "proxy_pass %s/status/;",
    "try_files /none /page.txt;", "try_files /none =404;", "try_files /none @named;", "deny all;", "auth_request /check; proxy_pass %s;",
    "limit_except GET { deny all; } proxy_pass %s;", "rewrite ^ /page.txt last;", "proxy_intercept_errors on; proxy_pass %s/status/;",
    "dav_methods PUT DELETE;", "proxy_pass http://127.0.0.1:1;", "alias html/page.txt;", "empty_gif;",
]  # fmt: skip


def decorations(choose, inside=True):
    """Lines that people write next to a handler."""
    lines = []
    for name, value in FOREIGN:
        if choose.random() < 0.4:
            lines.append(f"add_header {name} {value}{choose.choice(['', ' always'])};")
        if choose.random() < 0.2:
            lines.append(f'more_set_headers "{name}: {value}";')
    for line in (
        "add_header Vary Accept-Language always;", 'more_set_headers "Vary: Cookie";', "expires 1h;", "expires max;", "gzip on;",
        "gzip_vary on; gzip_min_length 1; gzip_types *;", "error_page 401 403 404 502 503 /page.txt;", "error_page 403 404 = @named;",
        "error_page 404 =200 /page.txt;", "charset utf-8; charset_types *;", "more_clear_headers Vary Cache-Control;", "etag off;",
        "addition_types *; add_after_body /page.txt;",
    ):  # fmt: skip
        if choose.random() < 0.15:
            lines.append(line)
    if inside and choose.random() < 0.15:
        lines.append("if ($request_method) { add_header Access-Control-Allow-Origin foreign; }")
    # nginx accepts only one of these.
    once = [[line for line in lines if line.startswith(name)][1:] for name in ("error_page", "expires")]
    return " ".join(line for line in lines if line not in sum(once, []))


def request(choose):
    """A method, and headers."""
    method = choose.choice(["GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "OPTIONS"])
    headers = []
    origin = choose.choice([None, None, APP, APP, EVIL, "null", "https://partner.example.net", "http://localhost", "a b", ""])
    headers += [] if origin is None else [("Origin", origin)] * choose.choice([1, 1, 1, 1, 2])
    for name, values in [
        ("Access-Control-Request-Method", ["GET", "POST", ""] if method == "OPTIONS" else []),
        ("Access-Control-Request-Headers", ["x-a", "accept"]),
        ("Sec-Fetch-Site", ["cross-site", "same-origin", "none", "a b"]),
        ("Upgrade", ["websocket", "h2c, WebSocket", "h2c"]), ("Sec-WebSocket-Key", [KEY]),
        ("Accept-Encoding", ["gzip"]),
    ]:  # fmt: skip
        if values and choose.random() < 0.25:
            headers.append((name, choose.choice(values)))
    return method, headers


def owned(answer):
    return sorted(pair for pair in answer.headers if pair[0].startswith("access-control-"))


def text(answer):
    """The body, without changes that were made on the way."""
    body = answer.body
    if answer.all("transfer-encoding") and body:
        size, _, body = body.partition(b"\r\n")
        body = body[: int(size, 16)]
    return zlib.decompress(body, 31) if answer.all("content-encoding") else body


def varies(answer):
    return {name.strip().lower() for line in answer.all("vary") for name in line.split(",")}


class Mixed:
    """One random configuration and the requests to it."""

    def __init__(self, seed, module):
        self.choose = random.Random(seed)
        self.backend = Backend()
        self.ports = {name: free_port() for name in ("plain", "mixed", "cache")}
        address = f"http://127.0.0.1:{self.backend.port}"
        self.places, locations = [], []
        for number in range(40):
            policy = self.choose.choice(list(POLICIES))
            handler = self.choose.choice(HANDLERS).replace("%s", address)
            self.places.append((f"/{number}/502", policy))
            locations.append(f"location /{number}/ {{ corsac_policy {policy}; {decorations(self.choose)} {handler} }}")
        references = [f'location /{name} {{ corsac_policy {name}; return 299 "x"; }}' for name in POLICIES]
        settings = {
            **self.ports, "references": "\n".join(references), "locations": "\n".join(locations), "around": decorations(self.choose, inside=False),
            "page": decorations(self.choose), "named": decorations(self.choose), "ignored": self.choose.choice(["", "X-Accel-Expires"]),
        }  # fmt: skip
        files = {**POLICIES, "html/page.txt": "page " * 50}
        self.locations = locations
        self.nginx = Nginx(module, files, HTTP % settings, before=[MORE]).start(self.ports["plain"])

    def stop(self):
        self.nginx.stop()
        self.backend.shutdown()
        self.backend.server_close()

    def faults(self, count):
        """The faults in this many requests."""
        for _ in range(count):
            place, policy = self.choose.choice(self.places)
            method, headers = request(self.choose)
            plain = send(self.ports["plain"], method, f"/{policy}", headers)
            before = self.backend.seen
            mixed = send(self.ports["mixed"], method, place, headers, b"body" if method in ("POST", "PUT") else b"")
            said = list(self.compare(plain, mixed, self.backend.seen - before))
            # A cache never answers a handshake.
            shakes = any(name in ("Upgrade", "Sec-WebSocket-Key") for name, _ in headers)
            if method in ("GET", "HEAD") and plain.status == 299 and not shakes:
                cached = send(self.ports["cache"], method, place, headers)
                if cached.body.startswith(b"corsac: "):
                    said.append("another reader's refusal came from the cache")
                elif owned(cached) != owned(mixed):
                    said.append(f"another reader's headers came from the cache: {cached.headers}")
            elif method == "GET":
                # Later readers would see what the cache has stored.
                send(self.ports["cache"], method, place, headers)
            for what in said:
                yield f"{what}\n  {method} {headers}\n  {self.locations[int(place.split('/')[1])]}\n  {mixed.status} {mixed.headers}\n  plain {plain.status} {plain.headers}"

    def compare(self, plain, mixed, asked):
        if owned(plain) != owned(mixed):
            yield "other CORS headers"
        if not varies(plain) <= varies(mixed) or (varies(plain) and len(mixed.all("vary")) > 1):
            yield "another Vary"
        if plain.status == 299:
            return
        if (plain.status, plain.body) != (mixed.status, text(mixed)):
            yield "another answer"
        if plain.all("content-type") != mixed.all("content-type"):
            yield "another type"
        if plain.all("cache-control") not in ([], mixed.all("cache-control")):
            yield "another Cache-Control"
        if asked:
            yield "the backend was asked"


class Differential(unittest.TestCase):
    def test_some_seeds(self):
        for seed in (1, 2):
            mixed = Mixed(seed, context.MODULE)
            try:
                self.assertEqual(list(mixed.faults(50 if Nginx.valgrind else 500))[:3], [], f"seed {seed}")
                self.assertNotIn("[alert]", mixed.nginx.errors())
            finally:
                mixed.stop()


def main():
    module, first, count = Path(sys.argv[1]).resolve(), int(sys.argv[2]), int(sys.argv[3])
    for seed in range(first, first + count):
        mixed = Mixed(seed, module)
        faults = list(mixed.faults(1000))
        alerts = "[alert]" in mixed.nginx.errors()
        mixed.stop()
        if faults or alerts:
            print(f"seed {seed}: {len(faults)} faults{', alerts' if alerts else ''}\n{faults[:1]}"[:4000])
    print(f"{count} seeds")


if __name__ == "__main__":
    main()
