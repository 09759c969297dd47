"""Tests of each difference that docs/python.md lists, with the other package and with corsac.

A test is named by its row: `test_<package>_<row>`, with `-` as `_`.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from corsac import ConfigError, CORSMiddleware, install
from corsac import wsgi as corsac_wsgi
from flask import Flask
from flask_cors import CORS as FlaskCORS  # noqa: N811
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware as StarletteCORS
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

DOCS = Path(__file__).parents[2] / "docs" / "python.md"
ORIGIN, EVIL = "https://app.example.com", "https://evil.example"
SETTINGS: Any = {
    "allow_origins": [ORIGIN],
    "allow_methods": ["PUT"],
    "allow_headers": ["X-A"],
    "allow_credentials": True,
    "expose_headers": ["ETag"],
}


async def page(request: Request) -> PlainTextResponse:
    if request.url.path == "/crash":
        raise ZeroDivisionError
    own = {"access-control-allow-origin": "*"} if request.url.path == "/own" else {}
    return PlainTextResponse("page", headers=own)


def served(middleware: Any, **settings: Any) -> TestClient:
    app = Starlette(routes=[Route(path, page) for path in ("/", "/own", "/crash")])
    app.add_middleware(middleware, **settings)
    return TestClient(app, raise_server_exceptions=False)


def both(**settings: Any) -> tuple[TestClient, TestClient]:
    return served(StarletteCORS, **settings), served(CORSMiddleware, **settings)


def get(client: Any, origin: str | None = ORIGIN, path: str = "/") -> Any:
    return client.get(path, headers={"Origin": origin} if origin else {}).headers


def preflight(client: Any, origin: str = ORIGIN, method: str = "PUT", headers: str = "x-a") -> Any:
    asks = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    return client.options("/", headers={"Origin": origin, **asks})


ACAO = "access-control-allow-origin"
ACAC = "access-control-allow-credentials"
ACAH = "access-control-allow-headers"
ACAM = "access-control-allow-methods"
ACAPN = "access-control-allow-private-network"
ACEH = "access-control-expose-headers"


def refused(**settings: Any) -> set[str]:
    with pytest.raises(ConfigError) as raised:
        CORSMiddleware(page, **settings)  # type: ignore[arg-type]
    return {issue.code for issue in raised.value.issues}


# --- Starlette


def test_starlette_any_origin_with_credentials() -> None:
    theirs = get(served(StarletteCORS, allow_origins=["*"], allow_credentials=True), "null")
    assert (theirs[ACAO], theirs[ACAC]) == ("null", "true")
    assert refused(allow_origins=["*"], allow_credentials=True) == {"any-origin-with-credentials"}


def test_starlette_origins_are_required() -> None:
    assert ACAO not in get(served(StarletteCORS), EVIL)
    assert refused() == {"missing-origins"}


def test_starlette_a_string_is_not_a_list() -> None:
    client = served(StarletteCORS, allow_origins=f"{ORIGIN}.evil.example, https://b.example")
    assert get(client)[ACAO] == ORIGIN, "a substring of what was configured"
    assert refused(allow_origins=ORIGIN) == {"wrong-type"}


def test_starlette_checked_settings() -> None:
    assert ACAO not in get(served(StarletteCORS, allow_origins=[ORIGIN + "/"]))
    assert refused(allow_origins=[ORIGIN + "/"], allow_methods=["put"]) == {"origin-trailing-slash", "method-case"}


def test_starlette_loose_regexes() -> None:
    settings: Any = {"allow_origin_regex": r"https://.*.example.com", "allow_credentials": True}
    assert get(served(StarletteCORS, **settings), "https://evilXexampleYcom".lower())[ACAC] == "true"
    assert get(served(StarletteCORS, **settings), "https://evil.test/.example.com")[ACAO].startswith("https://evil")
    assert refused(**settings) & {"regex-unescaped-dot", "regex-unbounded-host"}


def test_starlette_keyword_only() -> None:
    StarletteCORS(page, [ORIGIN])  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        CORSMiddleware(page, [ORIGIN])  # type: ignore[arg-type]


def test_starlette_vary_is_exact() -> None:
    theirs, ours = both(allow_origins=["*"])
    assert get(theirs, None)["vary"] == "Origin"
    assert ACAO not in get(theirs, None)
    assert "vary" not in get(ours, None)
    assert get(ours, None)[ACAO] == "*", "so that one cached copy serves all"


def options(client: Any) -> Any:
    return client.options("/", headers={"Origin": ORIGIN}).headers


def test_starlette_vary_on_options() -> None:
    for settings in (SETTINGS, {"allow_origins": ["*"]}):
        theirs, ours = both(**settings)
        assert options(theirs)["vary"] == "Origin"
        assert options(ours)["vary"] == "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"


def test_starlette_vary_names_what_decides() -> None:
    private = "Access-Control-Request-Private-Network"
    for allowed in (False, True):
        theirs, ours = (preflight(client).headers["vary"] for client in both(**SETTINGS, allow_private_network=allowed))
        assert private in theirs
        assert (private in ours) is allowed


def test_starlette_refused_origins_get_nothing() -> None:
    theirs, ours = (get(client, EVIL) for client in both(**SETTINGS))
    assert ACAC in theirs
    assert "access-control-expose-headers" in theirs
    assert [name for name in ours if name.startswith("access-control")] == []


def test_starlette_the_applications_own_headers() -> None:
    theirs, ours = (get(client, EVIL, "/own") for client in both(**SETTINGS))
    assert theirs[ACAO] == "*"
    assert ACAO not in ours


def test_starlette_preflight_status() -> None:
    theirs, ours = (preflight(client) for client in both(**SETTINGS))
    assert (theirs.status_code, theirs.text) == (200, "OK")
    assert (ours.status_code, ours.text) == (204, "")
    as_before = preflight(served(CORSMiddleware, **SETTINGS, preflight_status=200))
    assert (as_before.status_code, as_before.text) == (200, "")


def test_starlette_refused_preflights() -> None:
    theirs, ours = (preflight(client, EVIL) for client in both(**SETTINGS))
    assert (theirs.status_code, theirs.text) == (400, "Disallowed CORS origin")
    assert ACAM in theirs.headers
    assert (ours.status_code, ours.text) == (403, "corsac: origin-not-allowed\n")
    assert ACAM not in ours.headers


def test_starlette_browsers_refuse_methods_and_headers() -> None:
    theirs, ours = both(**SETTINGS)
    for asked in ({"method": "DELETE"}, {"headers": "x-b"}):
        assert preflight(theirs, **asked).status_code == 400
        answer = preflight(ours, **asked)
        assert answer.status_code == 204
        assert "DELETE" not in answer.headers[ACAM]
        assert "x-b" not in answer.headers[ACAH]


def test_starlette_browsers_refuse_the_private_network() -> None:
    asks = {"Origin": ORIGIN, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Private-Network": "true"}
    theirs, ours = (client.options("/", headers=asks) for client in both(**SETTINGS))
    assert (theirs.status_code, theirs.text) == (400, "Disallowed CORS private-network")
    assert ours.status_code == 204
    for answer in (theirs, ours):
        assert ACAPN not in answer.headers
    allowed = served(CORSMiddleware, **SETTINGS, allow_private_network=True).options("/", headers=asks)
    assert allowed.headers[ACAPN] == "true"


def test_starlette_private_network_any_origin() -> None:
    asks = {"Origin": EVIL, "Access-Control-Request-Method": "GET", "Access-Control-Request-Private-Network": "true"}
    settings: Any = {"allow_origins": ["*"], "allow_private_network": True}
    assert served(StarletteCORS, **settings).options("/", headers=asks).headers[ACAPN] == "true"
    assert refused(**settings) == {"private-network-any-origin"}


def test_starlette_any_method_is_a_star() -> None:
    theirs, ours = both(allow_origins=["*"], allow_methods=["*"])
    assert preflight(theirs, headers="accept").headers[ACAM] == "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, QUERY"
    assert preflight(ours, headers="accept").headers[ACAM] == "*"
    assert preflight(theirs, method="BREW", headers="accept").status_code == 400
    assert preflight(ours, method="BREW", headers="accept").status_code == 204
    with_credentials = served(CORSMiddleware, **{**SETTINGS, "allow_methods": ["*"]})
    lines = preflight(with_credentials, method="BREW").headers.get_list(ACAM)
    assert lines == ["GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS", "BREW"]
    assert with_credentials.request("BREW", "/", headers={"Origin": ORIGIN}).status_code == 405


def test_starlette_lower_case_names() -> None:
    theirs, ours = both(**SETTINGS)
    assert preflight(theirs).headers[ACAH] == "Accept, Accept-Language, Content-Language, Content-Type, X-A"
    assert preflight(ours).headers[ACAH] == "accept, accept-language, content-language, content-type, x-a"
    assert (get(theirs)[ACEH], get(ours)[ACEH]) == ("ETag", "etag")


def test_starlette_simple_methods_are_always_allowed() -> None:
    theirs, ours = (preflight(client, method="POST") for client in both(**SETTINGS))
    assert (theirs.status_code, ours.status_code) == (400, 204)
    assert ours.headers[ACAM] == "GET, HEAD, POST, PUT"


def test_starlette_empty_elements() -> None:
    theirs, ours = (preflight(client, headers="x-a,").status_code for client in both(**SETTINGS))
    assert (theirs, ours) == (400, 204)


def test_starlette_any_header_is_a_star() -> None:
    theirs, ours = (preflight(client) for client in both(allow_origins=["*"], allow_headers=["*"]))
    assert theirs.headers[ACAH] == "x-a"
    assert ours.headers[ACAH] == "*"
    echoed = {**SETTINGS, "allow_headers": ["*"]}
    assert preflight(served(CORSMiddleware, **echoed), headers="x-b, x-c").headers[ACAH] == "x-b, x-c"
    assert ACAH not in preflight(served(CORSMiddleware, **echoed), headers="x-b;").headers


def test_starlette_errors_have_headers() -> None:
    theirs = served(StarletteCORS, **SETTINGS).get("/crash", headers={"Origin": ORIGIN})
    assert (theirs.status_code, ACAO in theirs.headers) == (500, False)
    app = Starlette(routes=[Route("/crash", page)])
    install(app, **SETTINGS)
    ours = TestClient(app, raise_server_exceptions=False).get("/crash", headers={"Origin": ORIGIN})
    assert (ours.status_code, ours.headers[ACAO]) == (500, ORIGIN)


# --- flask-cors


def flask() -> Flask:
    app = Flask(__name__)

    @app.get("/")
    def hello() -> str:
        return "hello"

    return app


def theirs_of(**settings: Any) -> Any:
    app = flask()
    FlaskCORS(app, **settings)
    return app.test_client()


def ours_of(**settings: Any) -> Any:
    app = flask()
    app.wsgi_app = corsac_wsgi.CORSMiddleware(app.wsgi_app, **settings)  # type: ignore[method-assign]
    return app.test_client()


def test_flask_origins_are_required() -> None:
    assert get(theirs_of(), EVIL)[ACAO] == EVIL
    with pytest.raises(ConfigError) as raised:
        ours_of()
    assert raised.value.issues[0].code == "missing-origins"


def test_flask_any_origin_with_credentials() -> None:
    assert get(theirs_of(origins="*", supports_credentials=True), EVIL)[ACAC] == "true"
    assert refused(allow_origins=["*"], allow_credentials=True) == {"any-origin-with-credentials"}


def test_flask_patterns_are_not_regexes() -> None:
    theirs = theirs_of(origins=[r"https://.*\.example\.com"])
    assert get(theirs, "https://a.example.com.evil.test")[ACAO] == "https://a.example.com.evil.test"
    ours = ours_of(allow_origins=["https://*.example.com"])
    assert get(ours, "https://a.example.com")[ACAO] == "https://a.example.com"
    assert ACAO not in get(ours, "https://a.example.com.evil.test")


def test_flask_origins_are_compared_as_browsers_send_them() -> None:
    assert ACAO in get(theirs_of(origins=[ORIGIN]), ORIGIN.upper())
    assert ACAO not in get(ours_of(allow_origins=[ORIGIN]), ORIGIN.upper())


def test_flask_vary_with_a_single_origin() -> None:
    assert "Vary" not in get(theirs_of(origins=[ORIGIN]))
    assert get(ours_of(allow_origins=[ORIGIN]))["Vary"] == "Origin"


def test_flask_methods_are_listed() -> None:
    assert "DELETE" in preflight(theirs_of(origins=[ORIGIN]), headers="x-a").headers[ACAM]
    assert preflight(ours_of(allow_origins=[ORIGIN])).headers[ACAM] == "GET, HEAD, POST"


# --- django-cors-headers


@pytest.fixture
def django_client(monkeypatch: pytest.MonkeyPatch) -> Any:
    import wsgi_apps  # noqa: F401  # configures Django
    from django.conf import settings
    from django.test import Client

    monkeypatch.setattr(settings, "MIDDLEWARE", ["corsheaders.middleware.CorsMiddleware"])
    monkeypatch.setattr(settings, "CORS_ALLOWED_ORIGINS", [ORIGIN], raising=False)
    return Client()


def test_django_refused_preflights(django_client: Any) -> None:
    theirs = preflight(django_client, EVIL)
    assert (theirs.status_code, ACAO in theirs.headers) == (200, False)
    assert preflight(ours_of(**SETTINGS), EVIL).status_code == 403


def test_django_methods_and_headers_are_listed(django_client: Any) -> None:
    theirs = preflight(django_client).headers
    assert "DELETE" in theirs[ACAM]
    assert "authorization" in theirs[ACAH]
    ours = preflight(ours_of(allow_origins=[ORIGIN])).headers
    assert ours[ACAM] == "GET, HEAD, POST"
    assert "authorization" not in ours[ACAH]


def test_django_max_age(django_client: Any) -> None:
    assert preflight(django_client).headers["access-control-max-age"] == "86400"
    assert preflight(ours_of(**SETTINGS)).headers["access-control-max-age"] == "600"


def test_django_the_applications_own_headers(django_client: Any) -> None:
    assert get(django_client, EVIL, "/own")[ACAO] == "*"
    assert ACAO not in get(served(CORSMiddleware, **SETTINGS), EVIL, "/own")


def test_django_any_origin_with_credentials(django_client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    monkeypatch.setattr(settings, "CORS_ALLOW_ALL_ORIGINS", True, raising=False)
    monkeypatch.setattr(settings, "CORS_ALLOW_CREDENTIALS", True, raising=False)
    assert get(django_client, EVIL)[ACAO] == EVIL
    assert refused(allow_origins=["*"], allow_credentials=True) == {"any-origin-with-credentials"}


def test_every_row_of_the_docs_has_its_test() -> None:
    rows: set[str] = set()
    package = ""
    for line in DOCS.read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"### (Starlette|flask-cors|django-cors-headers)", line):
            package = heading[1].lower().split("-")[0]
        if row := re.match(r"\| `([a-z-]+)` \|", line):
            rows.add(f"test_{package}_{row[1].replace('-', '_')}")
    tests = {name for name in globals() if name.startswith(("test_starlette_", "test_flask_", "test_django_"))}
    assert rows == tests
