"""The shared vectors through the middleware of Django, from requests of WSGI and of ASGI."""

import asyncio
import io
from collections.abc import Iterator
from typing import Any

import pytest
import wsgi_apps  # noqa: F401  # configures Django
from corsac import Policy
from corsac.django import CorsacMiddleware
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.test.utils import override_settings
from django_site import SETTINGS
from test_apply_vectors import VECTORS as APPLY_VECTORS
from test_apply_vectors import by_name, encoded
from test_vectors import Json
from test_vectors_in_middleware import OVER_WSGI, expected, is_raised, is_refused_anyway, octets, policy_of


@pytest.fixture(autouse=True, scope="module")
def _site() -> Iterator[None]:
    with override_settings(**SETTINGS):
        yield


LOOP = asyncio.Runner()


def respond_with(middleware: type[CorsacMiddleware], policy: Policy, response: Any, *, is_async: bool) -> Any:
    """A function that passes a request to the middleware, around a view that returns this response."""

    async def later(request: HttpRequest) -> Any:
        return response

    # `_site` restores the settings.
    settings.CORSAC = {"policy": policy}
    built = middleware(later if is_async else lambda request: response)
    if is_async:
        return lambda request: LOOP.run(built(request))  # type: ignore[arg-type]
    return built


def plain(**headers: str) -> HttpResponse:
    response = HttpResponse(b"ok")
    del response["Content-Type"]
    return response


def lines(response: Any) -> list[tuple[str, str]]:
    return list(response.items())


def as_one(pairs: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Django has one value for each name."""
    values: dict[bytes, list[bytes]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {name: b", ".join(several) for name, several in values.items()}


# Django reads these for its error page.
SERVER = {"SERVER_NAME": "testserver", "SERVER_PORT": "80"}
VECTOR_NUMBERS = {vector["id"]: number for number, vector in enumerate(OVER_WSGI)}


@pytest.mark.parametrize("vector", OVER_WSGI, ids=[vector["id"] for vector in OVER_WSGI])
def test_vectors(vector: Json) -> None:
    asked = vector["request"]
    scheme = "https" if asked.get("secure") else "http"
    environ: Json = {"REQUEST_METHOD": asked["method"], "wsgi.url_scheme": scheme, "wsgi.input": io.BytesIO(), **SERVER}
    for name, value in asked["headers"]:
        key = f"HTTP_{name.upper().replace('-', '_')}"
        environ[key] = f"{environ[key]}, {value}" if key in environ else value
    if "authority" in asked:
        environ.setdefault("HTTP_HOST", asked["authority"])
    if "path" in asked:
        environ["PATH_INFO" if asked.get("path_decoded") else "RAW_URI"] = asked["path"]
    scope: Json = {
        "type": "http",
        "method": asked["method"],
        "scheme": scheme,
        "query_string": b"",
        "headers": [(octets(name), octets(value)) for name, value in asked["headers"]],
    }
    if "authority" in asked:
        scope["headers"].append((b":authority", octets(asked["authority"])))
    if "path" in asked:
        scope["path" if asked.get("path_decoded") else "raw_path"] = octets(asked["path"])
    over_wsgi = WSGIRequest({"PATH_INFO": "/", **environ})
    over_wsgi.META = environ
    requests: list[Any] = [over_wsgi, Scoped(scope)]
    if "path" not in asked:
        # Without a path, both are read in the same way.
        del requests[VECTOR_NUMBERS[vector["id"]] % 2]
    for request in requests:
        policy, predicate = policy_of(vector)
        middleware = respond_with(CorsacMiddleware, policy, plain(), is_async=request is not over_wsgi)
        response = middleware(request)
        status, headers, content = expected(vector)
        found = as_one([(octets(name), octets(value)) for name, value in lines(response)])
        if is_raised(vector) and not is_refused_anyway(vector):
            assert response.status_code == 500
            assert b"access-control-allow-origin" not in found
            if asked["method"] != "OPTIONS":
                assert as_one(headers).items() <= found.items()
            continue
        assert (response.status_code, found, response.content) == (status, as_one(headers), content)
        if predicate is not None:
            assert predicate.asked == vector["expect"]["asked"]


class Scoped(HttpRequest):
    """A request of an asynchronous server, as far as the middleware reads it."""

    def __init__(self, scope: Json) -> None:
        super().__init__()
        self.scope = scope
        self.META = dict(SERVER)


@pytest.mark.parametrize("vector", APPLY_VECTORS, ids=[vector["id"] for vector in APPLY_VECTORS])
def test_apply_vectors(vector: Json) -> None:
    names = [name.lower() for name, _ in vector["application"]]
    pairs = [(name, value) for name, value in vector["application"] if names.count(name.lower()) == 1]
    scope = {"type": "http", "method": vector["request"]["method"], "headers": encoded(vector["request"]["headers"])}
    for is_async in (False, True):
        response = plain()
        for name, values in by_name(vector["application"]).items():
            spelled = next((given for given, _ in pairs if given.lower() == name), name)
            response[spelled] = ", ".join(values)
        middleware = respond_with(CorsacMiddleware, Policy(**vector["config"]), response, is_async=is_async)
        found = middleware(Scoped(scope))
        expected = {name: ", ".join(values) for name, values in by_name(vector["response"]).items()}
        assert {name.lower(): value for name, value in found.items()} == expected
