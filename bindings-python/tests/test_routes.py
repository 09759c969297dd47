"""Routes through the bindings: the path that the client requested decides, however the host changes it."""

import asyncio
from typing import Any

import pytest
from asgi_kit import BODY, App, head, play
from corsac import ConfigError, CORSMiddleware, Policy
from corsac.wsgi import CORSMiddleware as WsgiMiddleware

SITE = "https://app.example.com"
OTHER = "https://other.example"
SETTINGS: Any = {
    "allow_origins": [SITE],
    "allow_credentials": True,
    "routes": [
        {"path": "/public/{*rest}", "allow_origins": ["*"], "allow_credentials": False},
        {"path": "/api/public/{*rest}", "allow_origins": [OTHER]},
    ],
}
PUBLIC, API, SITES, NOBODY = "*", OTHER, SITE, None


def which(headers: Any) -> str | None:
    """The origin that the headers allow. It shows which route applies, because each route allows a different one."""
    found = {bytes(name): bytes(value) for name, value in headers}
    value = found.get(b"access-control-allow-origin")
    return None if value is None else value.decode()


def asgi(scope: dict[str, Any], settings: Any = SETTINGS) -> str | None:
    """Requests the path from two origins. Returns the one that may read it, `*` for every origin, or None."""
    allowed = set()
    for origin in (SITE, OTHER):
        asked = {"type": "http", "method": "GET", "headers": [(b"origin", origin.encode())], **scope}
        allowed.add(which(play(CORSMiddleware(App(head(), BODY), **settings), asked)[0]["headers"]))
    allowed.discard(None)
    return allowed.pop() if allowed else None


def wsgi(environ: dict[str, Any]) -> str | None:
    allowed: set[str | None] = set()

    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return []

    for origin in (SITE, OTHER):

        def start(status: str, headers: Any, *_: Any) -> None:
            allowed.add(dict(headers).get("access-control-allow-origin"))

        WsgiMiddleware(app, **SETTINGS)({"REQUEST_METHOD": "GET", "HTTP_ORIGIN": origin, **environ}, start)
    allowed.discard(None)
    return allowed.pop() if allowed else None


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        # the raw path decides, without its query
        ({"path": "/x", "raw_path": b"/public/x"}, PUBLIC),
        ({"path": "/x", "raw_path": b"/public?/x"}, PUBLIC),
        ({"path": "/public/x", "raw_path": b"/x"}, SITES),
        ({"path": "/public/x", "raw_path": b"/pub%6Cic/x"}, NOBODY),
        ({"path": "/public/x", "raw_path": b"/x/../public/x"}, NOBODY),
        # a host that does not keep the raw path
        ({"path": "/public/x"}, PUBLIC),
        ({"path": "/public/x", "raw_path": None}, PUBLIC),
        ({"path": "/public/%2e%2e/x"}, PUBLIC),
        ({"path": "/x/../public/x"}, NOBODY),
        ({"path": "/öffentlich"}, SITES),
        ({"path": "/\udcff"}, SITES),
        ({}, NOBODY),
        # the application is mounted: Starlette, uvicorn
        ({"path": "/api/public/x", "raw_path": b"/api/public/x", "root_path": "/api"}, API),
        ({"path": "/api/public/x", "root_path": "/api/"}, API),
        ({"path": "/api", "raw_path": b"/api", "root_path": "/api"}, SITES),
        # a proxy has removed the prefix: hypercorn, granian, daphne
        ({"path": "/public/x", "raw_path": b"/public/x", "root_path": "/api"}, API),
        ({"path": "/public/x", "root_path": "/api"}, API),
        ({"path": "/public/x", "raw_path": b"/public/x?y", "root_path": "/api/"}, API),
        # the beginning of a name is not a prefix
        ({"path": "/publication", "raw_path": b"/publication", "root_path": "/public"}, PUBLIC),
        # the prefix is decoded
        ({"path": "/a b/x", "raw_path": b"/a%20b/x", "root_path": "/a b"}, SITES),
        ({"path": "/x", "raw_path": b"/x", "root_path": "/a?b"}, SITES),
        # other forms of target
        ({"path": "*", "raw_path": b"*"}, NOBODY),
        ({"path": "/public", "raw_path": b"http://x/public", "root_path": "/api"}, NOBODY),
    ],
)
def test_asgi(scope: dict[str, Any], expected: str | None) -> None:
    assert asgi(scope) == expected


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"PATH_INFO": "/public/x"}, PUBLIC),
        ({"SCRIPT_NAME": "", "PATH_INFO": "/public/x"}, PUBLIC),
        ({"SCRIPT_NAME": "/api", "PATH_INFO": "/public/x"}, API),
        ({"SCRIPT_NAME": "/api", "PATH_INFO": "/api/public/x"}, SITES),
        ({"SCRIPT_NAME": "/public", "PATH_INFO": ""}, PUBLIC),
        ({"SCRIPT_NAME": "", "PATH_INFO": ""}, NOBODY),
        ({"PATH_INFO": "/x/../public/x"}, NOBODY),
        ({"PATH_INFO": "/\xc3\xb6"}, SITES),
        ({"PATH_INFO": "/public/%2e%2e/x"}, PUBLIC),
        ({}, NOBODY),
        # the target as it was sent
        ({"RAW_URI": "/public/x?y", "PATH_INFO": "/public/x"}, PUBLIC),
        ({"REQUEST_URI": "/public/x", "RAW_URI": "/x", "PATH_INFO": "/x"}, PUBLIC),
        ({"RAW_URI": "/pub%6Cic/x", "PATH_INFO": "/public/x"}, NOBODY),
        ({"RAW_URI": "/api/public/x", "SCRIPT_NAME": "/api", "PATH_INFO": "/public/x"}, API),
        ({"RAW_URI": "/public/x?y", "SCRIPT_NAME": "/api", "PATH_INFO": "/public/x"}, API),
        ({"RAW_URI": "http://x/public", "PATH_INFO": "/public"}, NOBODY),
    ],
)
def test_wsgi(environ: dict[str, Any], expected: str | None) -> None:
    assert wsgi(environ) == expected


def test_a_route_may_have_its_own_function() -> None:
    asked: list[str] = []

    def known(origin: str) -> bool:
        asked.append(origin)
        return origin == OTHER

    settings: Any = {
        "allow_origins": [SITE],
        "routes": ({"path": path, alias: known} for path, alias in [("/a", "allow_origin"), ("/b", "allowOrigin")]),
    }
    policy = Policy(**settings)
    for path, expected in [("/a", OTHER), ("/b", OTHER), ("/c", SITE)]:
        assert asgi({"path": path}, {"policy": policy}) == expected
    assert asked == [SITE, OTHER] * 2, "what a route names replaces the policy's own origins"


def test_a_routes_function_may_be_async() -> None:
    async def known(origin: str) -> bool:
        await asyncio.sleep(0)
        return origin == OTHER

    settings: Any = {"allow_origins": [SITE], "routes": [{"path": "/a", "allow_origin": known}]}
    assert asgi({"path": "/a"}, settings) == OTHER
    assert asgi({"path": "/"}, settings) == SITE


@pytest.mark.parametrize("value", [None, "https://a.example", [SITE], 1])
def test_only_a_function_is_a_predicate_of_a_route(value: Any) -> None:
    with pytest.raises(ConfigError) as raised:
        Policy(allow_origins=[], routes=[{"path": "/", "allow_origin": value}])
    assert [(issue.code, issue.field) for issue in raised.value.issues] == [("unknown-key", "routes[0].allow_origin")]


@pytest.mark.parametrize("routes", ["/", 1, {"path": "/"}, None, [1], ["/"], list])
def test_values_that_are_not_lists_of_tables(routes: Any) -> None:
    with pytest.raises(ConfigError) as raised:
        Policy(allow_origins=[], routes=routes)
    assert {issue.code for issue in raised.value.issues} == {"wrong-type"}


def test_both_spellings_of_the_function_are_an_error() -> None:
    def known(origin: str) -> bool:
        return True

    with pytest.raises(ConfigError, match="duplicate-key"):
        Policy(allow_origin=known, allowOrigin=known)  # type: ignore[call-arg]
    assert Policy(allowOrigin=known).evaluate("GET", [("Origin", SITE)]).reason == "origin-allowed"  # type: ignore[call-arg]


def test_ten_thousand_routes_do_not_slow_down_a_request() -> None:
    routes: Any = [
        {"path": f"/t{number}/{{*rest}}", "allow_origins": [f"https://t{number}.example"]} for number in range(10_000)
    ]
    middleware = CORSMiddleware(App(head(), BODY), allow_origins=[], routes=routes)
    for number in (0, 5000, 9999):
        origin = f"https://t{number}.example".encode()
        scope = {"type": "http", "method": "GET", "path": f"/t{number}/x", "headers": [(b"origin", origin)]}
        assert which(play(middleware, scope)[0]["headers"]) == origin.decode()
