"""The shared vectors of `tests/vectors/apply`: how a decision's headers are applied to a response, in ASGI and in
WSGI."""

import json
from pathlib import Path
from typing import Any

import pytest
from asgi_kit import BODY, App, head, play
from corsac import CORSMiddleware, Policy
from corsac.wsgi import CORSMiddleware as WsgiMiddleware

Json = dict[str, Any]
FILES = sorted((Path(__file__).parents[2] / "tests" / "vectors" / "apply").glob("*.json"))
VECTORS: list[Json] = [vector for path in FILES for vector in json.loads(path.read_bytes())["vectors"]]
KEYS = {"id", "spec", "why", "config", "request", "application", "response"}

every_vector = pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])


def by_name(headers: Any) -> dict[str, list[str]]:
    """The values of each name, in their order."""
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name.lower(), []).append(value)
    return values


def encoded(headers: Any) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


@every_vector
def test_asgi(vector: Json) -> None:
    application = encoded(vector["application"])
    middleware = CORSMiddleware(App(head(application), BODY), policy=Policy(**vector["config"]))
    request = vector["request"]
    start, _ = play(middleware, {"type": "http", "method": request["method"], "headers": encoded(request["headers"])})
    sent = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]]
    assert by_name(sent) == by_name(vector["response"])
    assert application == encoded(vector["application"]), "the application's own list is not changed"


@every_vector
def test_wsgi(vector: Json) -> None:
    application = [(name, value) for name, value in vector["application"]]
    started: list[Any] = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", application)
        return [b"ok"]

    environ = {"REQUEST_METHOD": vector["request"]["method"]}
    for name, value in vector["request"]["headers"]:
        environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
    middleware = WsgiMiddleware(app, policy=Policy(**vector["config"]))
    assert middleware(environ, lambda *arguments: started.append(arguments)) == [b"ok"]
    ((_, sent),) = started
    assert by_name(sent) == by_name(vector["response"])
    assert application == [(name, value) for name, value in vector["application"]]


def test_every_vector_ran() -> None:
    assert VECTORS
    assert {frozenset(vector) for vector in VECTORS} == {frozenset(KEYS)}
    assert len({vector["id"] for vector in VECTORS}) == len(VECTORS)
