"""The path that the client requests decides the route, with each server, with root paths and mounts."""

import http.client
from collections.abc import Iterator

import pytest
from serving import SECONDS, Response, Server, serving

UVICORN = ["uvicorn", "--port", "{port}", "--log-level", "warning"]
HYPERCORN = ["hypercorn", "--bind", "127.0.0.1:{port}"]
GRANIAN = ["granian", "--interface", "asgi", "--port", "{port}", "--no-ws"]
DAPHNE = ["daphne", "--port", "{port}", "--verbosity", "0"]
GUNICORN = ["gunicorn", "--bind", "127.0.0.1:{port}", "--log-level", "warning"]
WHOLE = {
    "uvicorn": [*UVICORN, "path_apps:outside"],
    "uvicorn-h11": [*UVICORN, "--http", "h11", "path_apps:outside"],
    "uvicorn-mount": [*UVICORN, "path_apps:mounted"],
    "uvicorn-sub": [*UVICORN, "path_apps:sub"],
    "hypercorn": [*HYPERCORN, "path_apps:outside"],
    "hypercorn-mount": [*HYPERCORN, "path_apps:mounted"],
    "granian": [*GRANIAN, "path_apps:outside"],
    "granian-mount": [*GRANIAN, "path_apps:mounted"],
    "daphne": [*DAPHNE, "path_apps:outside"],
    "daphne-mount": [*DAPHNE, "path_apps:mounted"],
    "gunicorn": [*GUNICORN, "path_apps:wsgi"],
    "gunicorn-mount": [*GUNICORN, "path_apps:wsgi_mounted"],
    "gunicorn-script": [*GUNICORN, "--env", "SCRIPT_NAME=/api", "path_apps:wsgi"],
    "granian-wsgi": ["granian", "--interface", "wsgi", "--port", "{port}", "path_apps:wsgi"],
}
# The proxy removes `/api`, and the server is configured for that.
STRIPPED = {
    "uvicorn-root": [*UVICORN, "--root-path", "/api", "path_apps:outside"],
    "hypercorn-root": [*HYPERCORN, "--root-path", "/api", "path_apps:outside"],
    "granian-root": [*GRANIAN, "--url-path-prefix", "/api", "path_apps:outside"],
    "daphne-root": [*DAPHNE, "--root-path", "/api", "path_apps:outside"],
    "gunicorn-proxy": [*GUNICORN, "path_apps:wsgi_behind_a_proxy"],
}
SITE, FILES = "https://app.example.com", "https://files.example.com"
PATHS = {
    "/api/public": "*",
    "/api/public/x?y=/../z": "*",
    "/api/public/a%20b": "*",
    "/api/public/%2e%2e/%2e%2e/secret": None,
    "/api/public/../secret": None,
    "/api//public/x": None,
    "/api/public%2Fx": None,
    "/api/pub%6Cic/x": None,
    "/api/public/%": None,
    "/api/v1/files/x": FILES,
    "/api/v1/files": FILES,
    "/api/v1/filesystem": SITE,
    "/api/other": SITE,
}


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Server]]:
    with serving(WHOLE | STRIPPED) as running:
        yield running


def allowed(server: Server, path: str, **headers: str) -> str | None:
    """The origin whose pages may read the path: one of the two sites, `*` for every origin, or None."""
    found = set()
    for origin in (SITE, FILES):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=SECONDS)
        # The path is sent as it is, because a library could change it.
        connection._validate_path = lambda url: None  # type: ignore[attr-defined]
        asked = {"origin": origin, **{name.replace("_", "-"): value for name, value in headers.items()}}
        connection.request("GET", path, headers=asked)
        answer = Response(connection.getresponse())
        connection.close()
        assert answer.status < 500
        found.add(answer.headers.get("access-control-allow-origin", [None])[0])
    found.discard(None)
    assert len(found) <= 1
    return found.pop() if found else None


@pytest.mark.parametrize("name", WHOLE)
def test_the_client_s_path_decides(servers: dict[str, Server], name: str) -> None:
    for path, expected in PATHS.items():
        if name == "granian-wsgi" and "%" in path:
            continue  # it keeps only the decoded path, which the application sees too
        who = allowed(servers[name], path)
        # If a mount reads such a path in its own way, the request may not reach the policy.
        assert who == expected or ("%" in path and who is None), path


@pytest.mark.parametrize("name", STRIPPED)
def test_a_prefix_that_a_proxy_removed_is_added_again(servers: dict[str, Server], name: str) -> None:
    for path, expected in PATHS.items():
        who = allowed(servers[name], path.removeprefix("/api"), x_forwarded_prefix="/api")
        assert who == expected or (expected is None and who is None), path
