"""The application `corsac.django`: its middleware in Django's handlers and under servers, its setting, its checks."""

import asyncio
import json
import logging
import re
import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import corsac.django.checks
import corsheaders.conf
import pytest
import wsgi_apps  # noqa: F401  # configures Django
from corsac import ConfigError, Policy, PredicateCache, Reloadable
from corsac.django import CorsacMiddleware
from corsac.django.setting import read_setting
from django.core.checks import CheckMessage, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import AsyncClient, Client
from django.test.utils import override_settings
from django_site import DECISIONS, MIDDLEWARE, ORIGIN, POLICY, SETTINGS, SHARED
from serving import Server, serving
from test_django_vectors import Scoped, plain

EVIL = "https://evil.example"
ALLOWED = {"access-control-allow-origin": ORIGIN, "access-control-allow-credentials": "true", "vary": "Origin"}


@contextmanager
def site(**changed: Any) -> Iterator[None]:
    with override_settings(**{**SETTINGS, **changed}):
        yield


@pytest.fixture(autouse=True)
def _site() -> Iterator[None]:
    with site():
        yield


def clients() -> list[Client]:
    return [Client(raise_request_exception=False), Sync(raise_request_exception=False)]


class Sync(Client):
    """The client for asynchronous servers, used like the other."""

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.inner = AsyncClient(**options)

    def generic(self, method: str, path: Any, *given: Any, headers: Any = None, **more: Any) -> Any:
        async def ask() -> Any:
            response: Any = await self.inner.generic(method, path, headers=headers)
            if response.streaming:
                response.whole = b"".join([chunk async for chunk in response])
            return response

        return asyncio.run(ask())


def ask(client: Client, path: str, origin: str | None = ORIGIN, method: str = "GET", **headers: str) -> Any:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.generic(method, path, headers={**given, **({} if origin is None else {"origin": origin})})


def preflight(client: Client, path: str, origin: str = ORIGIN) -> Any:
    asks = {"access_control_request_method": "PUT", "access_control_request_headers": "x-a"}
    return ask(client, path, origin, "OPTIONS", **asks)


def cors(response: Any) -> dict[str, str]:
    headers = {name.lower(): value for name, value in response.items()}
    return {name: value for name, value in headers.items() if name.startswith("access-control") or name == "vary"}


def body(response: Any) -> bytes:
    if not response.streaming:
        return bytes(response.content)
    return response.whole if hasattr(response, "whole") else b"".join(response)


# --- Django's handlers


def test_every_response_has_the_headers() -> None:
    for client in clients():
        for debug in (False, True):
            with site(DEBUG=debug):
                for path, status in {
                    "/stream/": 200,
                    "/missing/": 404,
                    "/crash/": 500,
                    "/middleware/": 500,
                    "/forbidden/": 403,
                    "/later": 301,
                }.items():
                    response = ask(client, path)
                    assert (response.status_code, cors(response)) == (status, ALLOWED), path
                    assert cors(ask(client, path, EVIL)) == {"vary": "Origin"}, path
                    assert cors(ask(client, path, None)) == {"vary": "Origin"}, path
                if debug:
                    assert b"ZeroDivisionError" in body(ask(client, "/crash/"))
        bad_host = ask(client, "/", host="other.example")
        assert (bad_host.status_code, cors(bad_host)) == (400, ALLOWED)
        assert body(ask(client, "/stream/")) == b"0\n1\n2\n3\n4\n"
    file = ask(clients()[0], "/file/")
    assert (body(file), cors(file)) == ((Path(__file__).parent / "django_site.py").read_bytes(), ALLOWED)
    file.close()


def test_csrf_failures_are_readable() -> None:
    client = Client(enforce_csrf_checks=True)
    refused = ask(client, "/", method="POST")
    assert (refused.status_code, cors(refused)) == (403, {**ALLOWED, "vary": "Origin"})


def test_preflights() -> None:
    for client in clients():
        for path in ("/", "/missing", "/crash/", "/middleware/", "/later"):
            response = preflight(client, path)
            assert (response.status_code, response.content) == (204, b""), "no redirect, and no view"
            assert response["access-control-allow-methods"] == "GET, HEAD, POST, PUT"
            assert "content-type" not in response
            refused = preflight(client, path, EVIL)
            assert (refused.status_code, refused.content) == (403, b"corsac: origin-not-allowed\n")
            assert refused["content-type"] == "text/plain; charset=utf-8"
            assert "access-control-allow-origin" not in refused
        options = ask(client, "/", method="OPTIONS")
        assert (options.status_code, body(options)) == (200, b"hello"), "it is not a preflight"


def test_the_application_s_own_headers(caplog: pytest.LogCaptureFixture) -> None:
    for client in clients():
        own = ask(client, "/own/")
        assert cors(own) == {**ALLOWED, "vary": "Cookie, Origin"}
        assert cors(ask(client, "/own/", EVIL)) == {"vary": "Cookie, Origin"}
        login = ask(client, "/login/")
        assert cors(login) == {**ALLOWED, "vary": "Cookie, Origin"}
        assert {"sessionid", "seen"} <= set(login.cookies)
    assert "access-control-allow-origin" in caplog.text


def test_head() -> None:
    for client in clients():
        response = ask(client, "/", method="HEAD")
        assert (response.status_code, cors(response)) == (200, {**ALLOWED, "vary": "Accept-Encoding, Origin"})


def test_routes_use_the_path_as_it_was_sent() -> None:
    routes = [{"path": "/own/", "allow_origins": ["*"], "allow_credentials": False}]
    with site(CORSAC={**POLICY, "routes": routes}):
        for client in clients():
            assert cors(ask(client, "/own/", EVIL))["access-control-allow-origin"] == "*"
            assert "access-control-allow-origin" not in cors(ask(client, "/", EVIL))
    scope = {"type": "http", "method": "GET", "path": "/own/", "headers": [(b"origin", EVIL.encode())]}
    with override_settings(CORSAC={**POLICY, "routes": routes}):
        middleware = CorsacMiddleware(lambda request: plain())
    for raw, is_public in ((b"/own/", True), (b"/x/../own/", False), (b"/x%2f..%2fown/", False)):
        response: Any = middleware(Scoped({**scope, "raw_path": raw}))
        assert ("access-control-allow-origin" in response) is is_public


def test_predicates() -> None:
    for named in ("django_site.is_tenant", "django_site.is_tenant_now"):
        with site(CORSAC={**POLICY, "allow_origin": named}):
            for client in clients():
                assert cors(ask(client, "/", "https://tenant.example"))["access-control-allow-origin"]
                assert "access-control-allow-origin" not in cors(ask(client, "/", EVIL))

    async def failing(origin: str) -> bool:
        raise LookupError

    async def undecided(origin: str) -> Any:
        return None

    for predicate in (failing, undecided, lambda origin: None):
        with site(CORSAC={**POLICY, "allow_origin": predicate}):
            for client in clients():
                response = ask(client, "/", "https://tenant.example")
                assert (response.status_code, cors(response)) == (500, {"vary": "Origin"})
                refused = preflight(client, "/", "https://tenant.example")
                assert refused.status_code == 500
                assert cors(refused)["vary"].startswith("Origin")
                assert cors(refused).keys() == {"vary"}


def test_a_failing_predicate_does_not_hide_a_refusal(caplog: pytest.LogCaptureFixture) -> None:
    async def later(origin: str) -> bool:
        raise LookupError("of the database")

    def now(origin: str) -> bool:
        raise LookupError("of the database")

    for predicate in (now, later):
        protected = {"allow_origins": [ORIGIN], "allow_origin": predicate, "protection": {"writes": "reject"}}
        with site(CORSAC=protected):
            for client in clients():
                caplog.clear()
                refused = ask(client, "/", EVIL, "POST", sec_fetch_site="cross-site")
                assert (refused.status_code, refused.content) == (403, b"corsac: write-refused\n")
                assert "LookupError: of the database" in caplog.text


def test_exceptions_of_predicates_are_django_s() -> None:
    def failing(origin: str) -> bool:
        raise LookupError

    with site(CORSAC={**POLICY, "allow_origin": failing}):
        with pytest.raises(LookupError):
            ask(Client(), "/", EVIL)
        with override_settings(DEBUG=True):
            response = ask(Client(raise_request_exception=False), "/", EVIL)
        assert b"LookupError" in response.content


def test_a_response_that_is_returned_many_times() -> None:
    for changed in ({"keep_app_headers": True}, {}):
        with site(CORSAC={**POLICY, **changed, "debug": True}):
            for client in clients():
                for origin, allowed in ((ORIGIN, True), (EVIL, False), (None, False), (ORIGIN, True)):
                    response = ask(client, "/shared/", origin)
                    assert cors(response) == (ALLOWED if allowed else {"vary": "Origin"})
                    assert response["server-timing"].count("corsac") == 1
                    assert response["server-timing"].startswith("db;dur=5, "), "the application's own"
    assert SHARED["server-timing"] == "db;dur=5"
    assert cors(SHARED) == {}


def test_remembered_answers_and_a_policy_that_waits() -> None:
    asked: list[str] = []

    async def slow(origin: str) -> bool:
        asked.append(origin)
        await asyncio.sleep(0.01)
        return True

    settings_ = {**POLICY, "allow_origin": slow, "predicate_cache": PredicateCache(size=10, ttl=60)}
    with site(CORSAC=settings_):

        async def many() -> list[Any]:
            client = AsyncClient()
            return await asyncio.gather(*(client.get("/", headers={"origin": EVIL}) for _ in range(20)))

        for response in asyncio.run(many()):
            assert response["access-control-allow-origin"] == EVIL
    assert asked == [EVIL]


def test_requests_side_by_side() -> None:
    async def many() -> list[Any]:
        client = AsyncClient()
        origins = [ORIGIN, EVIL] * 50
        asks = (client.get(f"/later/?n={n}", headers={"origin": origin}) for n, origin in enumerate(origins))
        return await asyncio.gather(*asks)

    for number, response in enumerate(asyncio.run(many())):
        assert response.content == b"%d" % number
        assert cors(response) == (ALLOWED if number % 2 == 0 else {"vary": "Origin"})


def test_protection() -> None:
    with site(CORSAC={**POLICY, "protection": {"writes": "reject"}}):
        for client in clients():
            refused = ask(client, "/", EVIL, "POST", sec_fetch_site="cross-site")
            assert (refused.status_code, refused.content) == (403, b"corsac: write-refused\n")
            assert refused["cache-control"] == "no-store"
            assert ask(client, "/", None, "POST").status_code == 200


def test_decisions_are_observed() -> None:
    DECISIONS.clear()
    with site(CORSAC={**POLICY, "on_decision": "django_site.count"}):
        for client in clients():
            ask(client, "/later/")
    assert DECISIONS == [("origin-allowed", "/later/")] * 2


def test_debugging(capsys: pytest.CaptureFixture[str]) -> None:
    with site(CORSAC={**POLICY, "debug": True}):
        for client in clients():
            assert ask(client, "/", EVIL)["server-timing"] == 'corsac;desc="origin-not-allowed"'
            assert preflight(client, "/")["server-timing"].startswith("corsac;desc=")
    printed = capsys.readouterr().err
    assert "origin-not-allowed: " in printed
    assert printed.count("GET /\n") == 1


def test_refusals_are_logged_with_the_path(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "corsac"):
        ask(Client(), "/later/", EVIL)
    assert f"refused: origin-not-allowed: GET /later/ from `{EVIL}`" in caplog.text


# --- the setting


def test_a_file_that_is_reloaded(tmp_path: Path) -> None:
    file = tmp_path / "cors.toml"
    file.write_text('allow_origins = ["https://app.example.com"]')
    with site(CORSAC={"policy_file": file, "watch": 0.05, "allow_origin": "django_site.is_tenant_now"}):
        client = Client()
        assert ask(client, "/")["access-control-allow-origin"] == ORIGIN
        assert ask(client, "/", "https://tenant.example")["access-control-allow-origin"] == "https://tenant.example"
        CorsacMiddleware(lambda request: plain())  # a second handler watches the file only once
        file.write_text('allow_origins = ["https://evil.example"]')
        for _ in range(400):
            if "access-control-allow-origin" in ask(client, "/", EVIL):
                break
            time.sleep(0.02)
        assert ask(client, "/", EVIL)["access-control-allow-origin"] == EVIL
        assert "access-control-allow-origin" not in ask(client, "/")
        assert ask(client, "/", "https://tenant.example")["access-control-allow-origin"]
        read_setting().policy.close()  # type: ignore[union-attr]


def test_policies_that_a_program_builds() -> None:
    policies = Reloadable(Policy(allow_origins=[]))
    with site(CORSAC={"policy": policies}):
        client = Client()
        assert "access-control-allow-origin" not in ask(client, "/")
        policies.swap(Policy(**POLICY))
        assert ask(client, "/")["access-control-allow-origin"] == ORIGIN


# An empty list of origins.
POLICY_FILE = Path(__file__).parent / "no_origins.json"
REFUSED_SETTINGS: list[tuple[Any, type[Exception], str]] = [
    (None, ImproperlyConfigured, "CORSAC is not set: write CORSAC = {"),
    ([ORIGIN], ImproperlyConfigured, "CORSAC must be a dict, not list"),
    ({"policy_file": "cors.toml", "policy": Policy(**POLICY)}, ImproperlyConfigured, "both `policy_file` and `policy`"),
    ({"policy_file": "cors.toml", "max_age": 1}, ImproperlyConfigured, "write `max_age` into the file"),
    ({"policy_file": 7}, ImproperlyConfigured, "`policy_file` in CORSAC must be a path, not int"),
    ({**POLICY, "watch": 1.0}, ImproperlyConfigured, "there is no `policy_file` to watch"),
    ({"policy_file": POLICY_FILE, "watch": 0}, ImproperlyConfigured, "`watch` in CORSAC must be a number of seconds"),
    ({"policy_file": POLICY_FILE, "watch": float("inf")}, ImproperlyConfigured, "can wait, but it is inf"),
    ({"policy_file": POLICY_FILE, "watch": float("nan")}, ImproperlyConfigured, "can wait, but it is nan"),
    ({**POLICY, "allow_origin": "broken_module.is_tenant"}, ZeroDivisionError, "while it is imported"),
    ({"policy_file": __file__.replace(".py", ".toml"), "watch": 0}, FileNotFoundError, "test_django.toml"),
    ({"policy": 7}, TypeError, "policy must be a corsac.Policy or a corsac.Reloadable, not int"),
    ({**POLICY, "allow_origin": "django_site.nothing"}, ImportError, "nothing"),
    ({**POLICY, "on_decision": 7}, TypeError, "on_decision"),
    ({**POLICY, "debug": "yes"}, TypeError, "debug"),
    ({"allow_origin": [ORIGIN]}, ConfigError, "write `allow_origins`"),
    ({"allow_orgins": [ORIGIN]}, ConfigError, "allow_origins"),
]


@pytest.mark.parametrize(("given", "kind", "message"), REFUSED_SETTINGS)
def test_refused_settings(given: Any, kind: type[Exception], message: str) -> None:
    with site(CORSAC=given):
        with pytest.raises(kind, match=re.escape(message)):
            CorsacMiddleware(lambda request: plain())
        with pytest.raises(kind):
            Client().get("/")
        assert [found.level for found in found_by_checks()] == [40] * len(found_by_checks()) != []


# --- the system checks


def found_by_checks() -> list[CheckMessage]:
    return [found for found in run_checks() if str(found.id).startswith("corsac.") and found.level != 20]


def ids(**changed: Any) -> list[str]:
    with site(**changed):
        return sorted(str(found.id) for found in run_checks() if str(found.id).startswith("corsac."))


QUIET = {"SESSION_COOKIE_SAMESITE": "None", "SESSION_COOKIE_SECURE": True, "CSRF_COOKIE_SAMESITE": "None"}
QUIET |= {"CSRF_COOKIE_SECURE": True, "CSRF_TRUSTED_ORIGINS": [ORIGIN]}


def test_nothing_is_reported_if_everything_agrees() -> None:
    assert ids(**QUIET) == []


def test_every_problem_of_the_policy_is_reported() -> None:
    with site(**QUIET, CORSAC={"allow_origins": [ORIGIN + "/"], "allow_methods": ["put"]}):
        found = {str(message.id): message for message in run_checks()}
        assert found["corsac.origin-trailing-slash"].hint == f"write `{ORIGIN}`"
        assert "CORSAC: allow_origins[0]: " in found["corsac.origin-trailing-slash"].msg
        assert found["corsac.method-case"].hint == "write `PUT`"
        with pytest.raises(SystemCheckError, match="origin-trailing-slash"):
            call_command("check")


def test_problems_of_a_file_have_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "cors.toml"
    file.write_text(f'allow_origins = [\n  "{ORIGIN}/",\n]')
    with site(**QUIET, CORSAC={"policy_file": file}):
        (message,) = found_by_checks()
        assert "allow_origins[0], line 2: " in message.msg


def test_lints_are_warnings() -> None:
    with site(**QUIET, CORSAC={"allow_origins": ["http://app.example.com"]}):
        assert {message.level for message in found_by_checks()} == {30}


def test_the_order_of_middleware() -> None:
    rest = MIDDLEWARE[1:]
    assert ids(**QUIET, MIDDLEWARE=rest) == ["corsac.middleware-missing"]
    with site(**QUIET, MIDDLEWARE=[*rest[:2], *MIDDLEWARE[:1], *rest[2:]]):
        (message,) = found_by_checks()
        assert message.id == "corsac.middleware-order"
        assert message.msg.startswith("SessionMiddleware, CommonMiddleware run before CorsacMiddleware")
    theirs = [*MIDDLEWARE, "corsheaders.middleware.CorsMiddleware"]
    assert ids(**QUIET, MIDDLEWARE=theirs) == ["corsac.django-cors-headers"]
    assert ids(**QUIET, INSTALLED_APPS=["corsac.django", "corsheaders"]) == ["corsac.django-cors-headers"]
    silenced = {"SILENCED_SYSTEM_CHECKS": ["corsac.middleware-missing"]}
    with site(**QUIET, **silenced, MIDDLEWARE=rest):
        call_command("check")


def test_csrf_trusted_origins(tmp_path: Path) -> None:
    without = {**QUIET, "CSRF_TRUSTED_ORIGINS": []}
    with site(**without):
        (message,) = found_by_checks()
        assert message.id == "corsac.csrf-trusted-origins"
        assert message.hint is not None
        assert message.hint.startswith(f"add '{ORIGIN}' to CSRF_TRUSTED_ORIGINS")
    for trusted, origins, is_reported in (
        (["https://*.example.com"], ["https://app.example.com"], False),
        (["https://*.example.com"], ["https://*.example.com"], False),
        (["https://*.example.com"], ["https://*.a.example.com"], False),
        (["https://*.a.example.com"], ["https://*.example.com"], True),
        (["http://*.example.com"], ["https://app.example.com"], True),
        (["https://app.example.com:8443"], ["https://app.example.com"], True),
    ):
        policy = {"allow_origins": origins, "allow_credentials": True}
        for given in (policy, {"policy_file": tmp_path / "cors.json"}):
            (tmp_path / "cors.json").write_text(json.dumps(policy))
            found = ids(**{**QUIET, "CSRF_TRUSTED_ORIGINS": trusted}, CORSAC=given)
            assert ("corsac.csrf-trusted-origins" in found) is is_reported, (trusted, origins)
    assert ids(**without, CORSAC={"allow_origins": [ORIGIN]}) == [], "without credentials, no cookie is sent"
    assert ids(**without, MIDDLEWARE=MIDDLEWARE[:3]) == [], "nothing checks for CSRF"
    protected = {**POLICY, "protection": {"writes": "reject"}}
    paid = {**QUIET, "CSRF_TRUSTED_ORIGINS": [ORIGIN, "https://pay.example.net"]}
    assert ids(**paid, CORSAC=protected) == ["corsac.csrf-trusted-origins"]
    protected = {**POLICY, "protection": {"writes": "reject", "trusted_origins": ["https://pay.example.net"]}}
    assert ids(**paid, CORSAC=protected) == []
    with site(**QUIET | {"CSRF_TRUSTED_ORIGINS": [ORIGIN, "https://[bad"]}):
        (message,) = found_by_checks()
        assert message.msg == "CSRF_TRUSTED_ORIGINS has 'https://[bad', which is not a valid origin"
    its_own = {**QUIET, "CSRF_TRUSTED_ORIGINS": [ORIGIN, "https://testserver"]}
    assert ids(**its_own, CORSAC=protected) == []


def test_no_check_calls_the_application_s_functions() -> None:
    def asked(origin: str) -> bool:
        raise AssertionError("a check called the predicate")

    async def asked_later(origin: str) -> bool:
        raise AssertionError("a check called the predicate")

    def with_request(origin: str, request: Any) -> bool:
        raise AssertionError("a check called the predicate")

    paid = {**QUIET, "CSRF_TRUSTED_ORIGINS": [ORIGIN, "https://pay.example.net"]}
    for predicate in (asked, asked_later, with_request):
        for writes in ({}, {"protection": {"writes": "reject"}}):
            assert ids(**paid, CORSAC={**POLICY, **writes, "allow_origin": predicate}) == []
        # Without credentials, an origin that the predicate allows is not trusted.
        public = {"allow_origins": [ORIGIN], "allow_origin": predicate, "protection": {"writes": "reject"}}
        assert ids(**paid, CORSAC=public) == ["corsac.csrf-trusted-origins"] * 2


def test_cookies() -> None:
    lax = {**QUIET, "SESSION_COOKIE_SAMESITE": "Lax"}
    assert ids(**lax) == ["corsac.cookie-samesite"]
    assert ids(**lax, CORSAC={"allow_origins": [ORIGIN]}) == []
    assert ids(**lax, MIDDLEWARE=MIDDLEWARE[:1]) == []
    assert ids(**{**QUIET, "CSRF_COOKIE_SECURE": False}) == ["corsac.cookie-secure"]


def test_handshakes_under_asgi() -> None:
    judging = {**POLICY, "protection": {"websockets": "reject"}}
    assert ids(**QUIET, CORSAC=judging) == []
    assert ids(**QUIET, CORSAC=judging, ASGI_APPLICATION="site.asgi.application") == ["corsac.websockets"]


# --- the guide

GUIDE = (Path(__file__).parents[2] / "docs" / "python.md").read_text(encoding="utf-8")


def settings_of_the_guide() -> list[dict[str, Any]]:
    blocks = re.findall(r"^```python\n(# settings\.py\n.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    found = []
    for block in blocks:
        names: dict[str, Any] = {}
        exec(block, names)  # noqa: S102
        found.append({name: value for name, value in names.items() if name.isupper()})
    return found


def test_the_guide_s_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cors.toml").write_text(f'allow_origins = ["{ORIGIN}"]')
    shop, module = ModuleType("shop"), ModuleType("shop.cors")
    module.is_tenant = lambda origin: origin == "https://tenant.example"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "shop", shop)
    monkeypatch.setitem(sys.modules, "shop.cors", module)
    whole, from_file = settings_of_the_guide()
    assert ids(**whole) == ["corsac.cookie-samesite"] * 2
    with site(**whole):
        assert preflight(Client(), "/")["access-control-allow-methods"] == "GET, HEAD, POST, PUT, DELETE"
    with site(CORSAC=from_file["CORSAC"]):
        for origin in (ORIGIN, "https://tenant.example"):
            assert ask(Client(), "/", origin)["access-control-allow-origin"] == origin
        read_setting().policy.close()  # type: ignore[union-attr]


def test_the_guide_lists_every_check() -> None:
    source = Path(corsac.django.checks.__file__).read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(corsac\.[a-z-]+)` \|", GUIDE, re.MULTILINE)) == set(
        re.findall(r'id="([^"]+)"', source)
    )


def test_the_guide_lists_every_setting_of_django_cors_headers() -> None:
    names = {name for name in vars(corsheaders.conf.Settings) if name.startswith("CORS_")}
    assert set(re.findall(r"^\| `(CORS_[A-Z_]+)` \|", GUIDE, re.MULTILINE)) == names


# Settings of django-cors-headers, and of corsac as the guide translates them.
TRANSLATED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"CORS_ALLOWED_ORIGINS": [ORIGIN]}, {"allow_origins": [ORIGIN]}),
    (
        {"CORS_ALLOWED_ORIGIN_REGEXES": [r"^https://\w+\.example\.com$"]},
        {"allow_origin_regex": [r"https://\w+\.example\.com"]},
    ),
    ({"CORS_ALLOW_ALL_ORIGINS": True}, {"allow_origins": ["*"]}),
    (
        {"CORS_ALLOWED_ORIGINS": [ORIGIN], "CORS_URLS_REGEX": r"^/forbidden/.*$"},
        {"allow_origins": [], "routes": [{"path": "/forbidden/{*rest}", "allow_origins": [ORIGIN]}]},
    ),
    (
        {
            "CORS_ALLOWED_ORIGINS": [ORIGIN],
            "CORS_ALLOW_CREDENTIALS": True,
            "CORS_EXPOSE_HEADERS": ["x-total"],
            "CORS_ALLOW_METHODS": ["GET", "HEAD", "POST", "PUT"],
            "CORS_PREFLIGHT_MAX_AGE": 60,
            "CORS_ALLOW_PRIVATE_NETWORK": True,
        },
        {
            "allow_origins": [ORIGIN],
            "allow_credentials": True,
            "expose_headers": ["x-total"],
            "allow_methods": ["PUT"],
            "max_age": 60,
            "allow_private_network": True,
        },
    ),
]
COMPARED = ["allow-origin", "allow-credentials", "max-age", "allow-private-network", "expose-headers"]


@pytest.mark.parametrize(("theirs", "ours"), TRANSLATED)
def test_translated_settings_decide_in_the_same_way(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    headers = ["accept", "authorization", "content-type", "user-agent", "x-csrftoken", "x-requested-with"]
    before = {"CORS_PREFLIGHT_MAX_AGE": 86400, **theirs, "MIDDLEWARE": ["corsheaders.middleware.CorsMiddleware"]}
    after = {"CORSAC": {"allow_methods": ["DELETE", "OPTIONS", "PATCH", "PUT"], "allow_headers": headers, **ours}}
    after["CORSAC"].setdefault("max_age", 86400)
    asks = {"access_control_request_method": "PUT", "access_control_request_private_network": "true"}
    for path in ("/forbidden/", "/stream/"):
        for origin in (ORIGIN, "https://api.example.com", EVIL):
            for method, more in (("GET", {}), ("OPTIONS", asks)):
                found = []
                for changed in (before, after):
                    with site(**changed):
                        answer = cors(ask(Client(), path, origin, method, **more))
                    lists = {name: set(value.split(", ")) for name, value in answer.items()}
                    # Browsers send HEAD without asking.
                    methods = lists.pop("access-control-allow-methods", set()) - {"HEAD"}
                    found.append([methods, *(lists.get(f"access-control-{name}") for name in COMPARED)])
                if method == "OPTIONS":
                    # Only actual responses can expose headers.
                    del found[0][-1], found[1][-1]
                assert found[0] == found[1], (path, origin, method)


# --- under servers


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Server]]:
    gunicorn = [
        "gunicorn",
        "--bind",
        "127.0.0.1:{port}",
        "--log-level",
        "critical",
        "--threads",
        "2",
        "django_site:wsgi",
    ]
    uvicorn = ["uvicorn", "--port", "{port}", "--log-level", "critical", "django_site:asgi"]
    with serving({"gunicorn": gunicorn, "uvicorn": uvicorn}) as running:
        yield running


@pytest.mark.parametrize("name", ["gunicorn", "uvicorn"])
def test_under_a_server(servers: dict[str, Server], name: str) -> None:
    server = servers[name]
    allowed = {header: [value] for header, value in ALLOWED.items()}
    for path, status in (
        ("/stream/", 200),
        ("/missing/", 404),
        ("/crash/", 500),
        ("/middleware/", 500),
        ("/later", 301),
    ):
        answer = server.ask("GET", path, origin=ORIGIN)
        assert (answer.status, answer.cors()) == (status, allowed)
        assert server.ask("GET", path, origin=EVIL).cors() == {"vary": ["Origin"]}
    head = server.ask("HEAD", "/crash/", origin=ORIGIN)
    assert (head.status, head.body, head.cors()) == (500, b"", allowed)
    asks = {"access_control_request_method": "PUT", "access_control_request_headers": "x-a"}
    answer = server.ask("OPTIONS", "/later", origin=ORIGIN, **asks)
    assert (answer.status, answer.body) == (204, b"")
    assert "content-type" not in answer.headers
    refused = server.ask("OPTIONS", "/later", origin=EVIL, **asks)
    assert (refused.status, refused.body) == (403, b"corsac: origin-not-allowed\n")
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda n: (n, server.ask("GET", f"/later/?n={n}", origin=(ORIGIN, EVIL)[n % 2])), range(40))
        for number, answer in answers:
            assert answer.body == b"%d" % number
            assert answer.cors() == ({"vary": ["Origin"]} if number % 2 else allowed)
    for path in ("/breaking/", "/file/"):
        with socket.create_connection(("127.0.0.1", server.port), 30) as client:
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: {ORIGIN}\r\n\r\n".encode())
            assert client.recv(12).startswith(b"HTTP/1.1 20")
    assert server.ask("GET", "/", origin=ORIGIN).status == 200
