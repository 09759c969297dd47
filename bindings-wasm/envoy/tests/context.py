"""Shared by several tests: policies, origins, and a preflight."""

APP = "https://app.example.com"
EVIL = "https://evil.example.org"
POLICY = {
    "allow_origins": [APP],
    "allow_methods": ["PUT", "DELETE"],
    "allow_headers": ["Authorization", "X-Id"],
    "allow_credentials": True,
    "expose_headers": ["ETag"],
}
PREFLIGHT = [("Access-Control-Request-Method", "PUT"), ("Access-Control-Request-Headers", "authorization")]
ALLOWED = [
    ("access-control-allow-credentials", "true"),
    ("access-control-allow-origin", APP),
    ("access-control-expose-headers", "etag"),
    ("vary", "Origin"),
]
PREFLIGHT_ALLOWED = [
    ("access-control-allow-credentials", "true"),
    ("access-control-allow-headers", "accept, accept-language, content-language, content-type, authorization, x-id"),
    ("access-control-allow-methods", "GET, HEAD, POST, PUT, DELETE"),
    ("access-control-allow-origin", APP),
    ("access-control-max-age", "600"),
    ("vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
]


def with_vary(headers, application):
    """The headers, with the application's `Vary` merged into the policy's."""
    merged = {"vary": f"{application}, {dict(headers)['vary']}"}
    return sorted((name, merged.get(name, value)) for name, value in headers)
