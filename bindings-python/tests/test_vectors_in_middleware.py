"""Runs the decision vectors through the ASGI and the WSGI middleware, and compares the responses with the engine's
decisions."""

import json
from typing import Any

import pytest
from asgi_kit import BODY, App, head, play
from corsac import CORSMiddleware, Policy
from corsac.wsgi import CORSMiddleware as WsgiMiddleware
from test_vectors import Case, Json, Predicate, build, files

DENIAL: Any = {"websocket.http.response": {}}


def decisions() -> list[Json]:
    vectors = [vector for path in files() for vector in json.loads(path.read_bytes())["vectors"]]
    return [vector for vector in vectors if "request" in vector]


VECTORS = decisions()
IDS = [vector["id"] for vector in VECTORS]


def policy_of(vector: Json) -> tuple[Policy, Predicate | None]:
    case = Case("decision", "native" if "config" in vector else "text", vector)
    if "predicate" not in vector:
        return build(case), None
    predicate = Predicate(vector["predicate"])
    return build(case, allow_origin=predicate), predicate


def octets(text: str) -> bytes:
    return text.encode("latin-1")


def expected(vector: Json) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """The status, the headers and the body that a client gets if the application responds with 200 and `ok`."""
    expect = vector["expect"]
    headers = [(octets(name), octets(value)) for name, value in expect["headers"]]
    if expect["action"] == "continue":
        return 200, headers, b"ok"
    return expect["status"], headers, octets(expect["body"])


def is_raised(vector: Json) -> bool:
    return vector.get("predicate") == "fail" and vector["expect"]["asked"]


def is_refused_anyway(vector: Json) -> bool:
    """Whether protection refuses the request even if the predicate has failed."""
    is_actual = vector["request"]["method"] != "OPTIONS"
    return is_actual and vector["expect"]["reason"] in ("write-refused", "websocket-refused")


@pytest.mark.parametrize("vector", VECTORS, ids=IDS)
def test_asgi(vector: Json) -> None:
    request = vector["request"]
    policy, predicate = policy_of(vector)
    headers = [(octets(name), octets(value)) for name, value in request["headers"]]
    if "authority" in request:
        headers.append((b":authority", octets(request["authority"])))
    websocket = request.get("websocket", False)
    scheme = ("wss" if websocket else "https") if request.get("secure") else ("ws" if websocket else "http")
    scope: Json = {"type": "websocket" if websocket else "http", "scheme": scheme, "headers": headers}
    if websocket:
        scope["extensions"] = DENIAL
    else:
        scope["method"] = request["method"]
    if "path" in request:
        decoded = request.get("path_decoded", False)
        scope["path" if decoded else "raw_path"] = octets(request["path"])
    app = App() if websocket else App(head([]), BODY)
    middleware = CORSMiddleware(app, policy=policy)
    if is_raised(vector):
        with pytest.raises(LookupError):
            play(middleware, scope)
        return
    sent = play(middleware, scope)
    if predicate is not None:
        guarded = not websocket or bool(sent) or predicate.asked
        assert predicate.asked == vector["expect"]["asked"] or not guarded
    if websocket and not sent:
        assert (vector["expect"]["action"], len(app.calls)) == ("continue", 1)
    else:
        start, body = sent
        assert (start["status"], list(start["headers"]), body["body"]) == expected(vector)


OVER_WSGI = [vector for vector in VECTORS if not vector["request"].get("websocket")]


@pytest.mark.parametrize("vector", OVER_WSGI, ids=[vector["id"] for vector in OVER_WSGI])
def test_wsgi(vector: Json) -> None:
    request = vector["request"]
    policy, predicate = policy_of(vector)
    environ: Json = {
        "REQUEST_METHOD": request["method"],
        "wsgi.url_scheme": "https" if request.get("secure") else "http",
    }
    for name, value in request["headers"]:
        key = f"HTTP_{name.upper().replace('-', '_')}"
        environ[key] = f"{environ[key]}, {value}" if key in environ else value
    if "authority" in request:
        environ.setdefault("HTTP_HOST", request["authority"])
    if "path" in request:
        environ["PATH_INFO" if request.get("path_decoded") else "RAW_URI"] = request["path"]
    started: list[Any] = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [b"ok"]

    middleware = WsgiMiddleware(app, policy=policy)
    if is_raised(vector):
        with pytest.raises(LookupError):
            middleware(environ, lambda *given: started.append(given))
        return
    body = b"".join(middleware(environ, lambda *given: started.append(given)))
    if predicate is not None:
        assert predicate.asked == vector["expect"]["asked"]
    ((status, headers),) = started
    pairs = [(octets(name), octets(value)) for name, value in headers]
    assert (int(status.split()[0]), pairs, body) == expected(vector)


def test_there_are_many() -> None:
    assert len(VECTORS) > 1000
    assert len(VECTORS) - len(OVER_WSGI) >= 5, "vectors with handshakes that the host recognises"
