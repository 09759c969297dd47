"""The data that the tests share: the module's file, a policy, and the configuration that most of them use."""

from server import Backend, Nginx, free_port

MODULE = None
vectors_passed = 0

APP = "https://app.example.com"
OTHER = "https://other.example.net"
EVIL = "https://evil.example.org"

POLICY = """
allow_origins = ["https://app.example.com", "https://*.app.example.com"]
allow_methods = ["PUT"]
allow_headers = ["X-Token"]
allow_credentials = true
expose_headers = ["ETag"]
"""
OTHER_POLICY = 'allow_origins = ["https://other.example.net"]\npreflight_status = 200\n'
FILES = {
    "app.toml": POLICY,
    "other.toml": OTHER_POLICY,
    "any.toml": 'allow_origins = ["*"]\n',
    "html/index.html": "index " * 50,
    "html/page.txt": "page " * 50,
    "html/folder/index.html": "folder",
    "html/50x.html": "sorry",
    "users": "user:{PLAIN}word\n",
}

ALLOWED = [
    ("access-control-allow-credentials", "true"),
    ("access-control-allow-origin", APP),
    ("access-control-expose-headers", "etag"),
    ("vary", "Origin"),
]
PREFLIGHT_VARY = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
PREFLIGHT = [("Origin", APP), ("Access-Control-Request-Method", "PUT"), ("Access-Control-Request-Headers", "x-token")]
PREFLIGHT_ANSWER = [
    ("access-control-allow-credentials", "true"),
    ("access-control-allow-headers", "accept, accept-language, content-language, content-type, x-token"),
    ("access-control-allow-methods", "GET, HEAD, POST, PUT"),
    ("access-control-allow-origin", APP),
    ("access-control-max-age", "600"),
    ("vary", PREFLIGHT_VARY),
]

# CORS headers, and a permission to cache, that an upstream or a line of nginx's configuration may set.
FOREIGN = [
    *((f"Access-Control-Allow-{name}", "foreign") for name in ("Origin", "Credentials", "Methods", "Headers", "Private-Network")),
    ("Access-Control-Expose-Headers", "foreign"),
    ("Access-Control-Max-Age", "99"),
    ("Cache-Control", "public"),
]

CODES = (200, 201, 204, 301, 302, 400, 401, 403, 404, 405, 410, 429, 500, 502, 503, 504)
HTTP = """
log_format corsac '$request_method $uri $status [$corsac_reason] [$corsac_origin]';
proxy_cache_path temp/cache keys_zone=cache:1m;
root html;
types { text/html html; text/plain txt; }
default_type text/plain;

server {
    listen 127.0.0.1:%(port)d;
    listen 127.0.0.1:%(h2)d http2;
    access_log logs/access.log corsac;
    corsac_policy app.toml;

    location /return { return 200 "returned"; }
    location /if { if ($request_method = OPTIONS) { return 405; } if ($arg_x) { add_header X-If yes; } proxy_pass %(backend)s/; }
    location /set { set $x 1; rewrite ^ /return last; }
    %(codes)s
    location /deny { deny all; }
    location /auth { auth_request /check; proxy_pass %(backend)s; }
    location = /check { internal; return 401; }
    location /basic { auth_basic realm; auth_basic_user_file users; }
    location /limited { limit_except GET { deny all; } proxy_pass %(backend)s; }
    location /try/ { try_files $uri /page.txt =404; }
    location /named/ { try_files $uri @app; }
    location @app { proxy_pass %(backend)s; }
    location /api/ { proxy_pass %(backend)s; }
    location /accel/ { corsac_policy other.toml; proxy_pass %(backend)s; }
    location /dead { proxy_pass http://127.0.0.1:%(closed)d; error_page 502 /50x.html; }
    location /dead-named { proxy_pass http://127.0.0.1:%(closed)d; error_page 502 @sorry; }
    location /dead-other { corsac_policy other.toml; proxy_pass http://127.0.0.1:%(closed)d; error_page 502 /50x.html; }
    location /intercepted/ { proxy_pass %(backend)s/; proxy_intercept_errors on; error_page 500 /50x.html; }
    location = /50x.html { }
    location @sorry { corsac off; return 502 "sorry"; }
    location /off/ { corsac off; proxy_pass %(backend)s; location /off/other/ { corsac_policy other.toml; proxy_pass %(backend)s; } }
    location /keep/ { corsac_hide_upstream off; proxy_pass %(backend)s; }
    location /added { add_header Access-Control-Allow-Origin "*" always; add_header Vary "Accept-Language"; return 200 "x"; }
    location /nested { add_header X-Nested yes; return 404; }
    location /gzip/ { gzip on; gzip_vary on; gzip_min_length 1; gzip_types *; alias html/; }
    location /zipped/ { gzip on; gzip_proxied any; gzip_vary on; gzip_min_length 1; gzip_types *; proxy_pass %(backend)s; }
    location /cached/ { proxy_cache cache; proxy_cache_valid 200 1m; add_header X-Cache $upstream_cache_status; proxy_pass %(backend)s; }
    location /any { corsac_policy any.toml; return 200 "any"; }
    location /put { dav_methods PUT DELETE; }
    location /too-large { client_max_body_size 1; error_page 413 /any; proxy_pass %(backend)s; }
    location /slow-body { client_max_body_size 1; proxy_pass %(backend)s; }
    location /reason { add_header X-Reason $corsac_reason always; return 200 "x"; }
}
server {
    listen 127.0.0.1:%(moved)d;
    listen 127.0.0.1:%(moved2)d http2;
    corsac_policy app.toml;
    return 301 https://example.com$request_uri;
}
server {
    listen 127.0.0.1:%(partly)d;
    location / { return 200 "none"; }
    location /app { corsac_policy app.toml; try_files /none @app; }
    location @app { corsac_policy other.toml; return 200 "app"; }
    location /fallback { error_page 404 = @app; }
    location /page { error_page 404 /50x.html; corsac_policy app.toml; }
}
"""


def start():
    """Starts nginx with this configuration: (nginx, backend, ports)."""
    backend = Backend()
    ports = {name: free_port() for name in ("port", "h2", "moved", "moved2", "partly", "closed")}
    codes = "\n    ".join(f"location = /codes/{code} {{ return {code} /; }}" for code in CODES)
    settings = {**ports, "backend": f"http://127.0.0.1:{backend.port}", "codes": codes}
    nginx = Nginx(MODULE, FILES, HTTP % settings)
    return nginx.start(ports["port"]), backend, ports
