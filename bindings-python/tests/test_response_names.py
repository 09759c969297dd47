"""No header of an application's response bypasses the policy because of its type or form."""

import asyncio
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from asgi_kit import ALLOWED, BODY, EVIL, REFUSED, SETTINGS, App, from_origin, head, play
from corsac import CORSMiddleware, wsgi

NAME = b"access-control-allow-origin"


class Name(bytes):
    """An object that servers accept as bytes."""


class TextName(str):
    """An object that servers accept as str."""


RIGHT = "write `b'access-control-allow-origin'`"
# A name, and what the error says about it.
WRONG: list[tuple[Any, str]] = [
    (memoryview(NAME), f"must be bytes, not memoryview: {RIGHT}"),
    (bytearray(NAME), f"must be bytes, not bytearray: {RIGHT}"),
    (NAME.decode(), f"must be bytes, not str: {RIGHT}"),
    (list(NAME), "must be bytes, not list: found `[97, 99, "),
    (None, "must be bytes, not NoneType: found `None`"),
    ("x" * 1000, "xxx...`"),
    ("\u20ac\ud800", "must be bytes, not str: write `b'"),
]


def sent_to_the_server(headers: Any, **settings: Any) -> tuple[list[Any], BaseException | None]:
    """The messages that the server gets for a response with these headers, and the application's exception."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def run() -> BaseException | None:
        try:
            await CORSMiddleware(App(head(headers)), **{**SETTINGS, **settings})(from_origin(EVIL), None, send)
        except TypeError as error:
            return error
        return None

    return sent, asyncio.run(run())


@pytest.mark.parametrize(("name", "message"), WRONG)
@pytest.mark.parametrize("container", [list, iter, lambda pairs: [list(pair) for pair in pairs]])
@pytest.mark.parametrize("settings", [{}, {"keep_app_headers": True}, {"allow_origins": []}])
def test_names_that_are_not_bytes(name: Any, message: str, container: Any, settings: Any) -> None:
    if settings.get("allow_origins") == []:
        settings = {**settings, "allow_credentials": False}
    sent, error = sent_to_the_server(container([(b"x-a", b"1"), (name, b"*")]), **settings)
    assert sent == [], "nothing of the response is sent"
    assert message in str(error)
    assert len(str(error)) < 250


@pytest.mark.parametrize(
    "pair", [(NAME, b"*", b""), (b"x-b", b"1", b""), (NAME,), [NAME, b"*", b""], b"ab", "ab", 1, None]
)
def test_headers_that_are_not_pairs(pair: Any) -> None:
    sent, error = sent_to_the_server([(b"x-a", b"1"), pair])
    assert sent == []
    assert isinstance(error, TypeError)


@pytest.mark.parametrize("name", [Name(NAME), b" " + NAME, NAME + b"\t", b"\r\n\x0b\x0c" + NAME.upper() + b"  ", NAME])
@pytest.mark.parametrize("container", [list, tuple])
def test_names_that_servers_send(name: bytes, container: Any) -> None:
    sent, error = sent_to_the_server(container([(name, b"*")]))
    assert error is None
    assert list(sent[0]["headers"]) == REFUSED


@pytest.mark.parametrize("value", [memoryview(b"Accept"), None, 1])
def test_values_that_are_merged(value: Any) -> None:
    sent, error = sent_to_the_server([(b"Vary", value)])
    assert sent == []
    assert str(error) == f"the value of the response header `vary` must be bytes, not {type(value).__name__}"


def test_an_application_that_catches_the_error_can_respond() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        with pytest.raises(TypeError):
            await send(head([(memoryview(NAME), b"*")]))
        await send(head([(b"x-a", b"1")]))
        await send(BODY)

    sent = play(CORSMiddleware(app, **SETTINGS), from_origin())
    assert sent == [head([(b"x-a", b"1"), *ALLOWED]), BODY]


# --- WSGI


def environ() -> dict[str, Any]:
    made: dict[str, Any] = {"HTTP_ORIGIN": EVIL.decode()}
    setup_testing_defaults(made)
    return made


def started(*headers: Any) -> list[Any]:
    """The arguments of the server's start_response."""
    calls: list[Any] = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        try:
            start_response("200 OK", [("X-A", "1"), *headers])
        except TypeError as error:
            calls.append(str(error))
        return []

    wsgi.CORSMiddleware(app, **SETTINGS)(environ(), lambda *arguments: calls.append(arguments))
    return calls


@pytest.mark.parametrize("name", [NAME, bytearray(NAME), memoryview(NAME)])
def test_wsgi_names_that_are_not_str(name: Any) -> None:
    (message,) = started((name, "*"))
    kind = type(name).__name__
    assert message == f"the name of a response header must be str, not {kind}: write `'access-control-allow-origin'`"


@pytest.mark.parametrize("name", [NAME.decode(), "X-B"])
def test_wsgi_headers_that_are_not_pairs(name: str) -> None:
    # uWSGI sends the first two of three.
    (message,) = started((name, "*", ""))
    assert "not 3 elements" in message


@pytest.mark.parametrize("name", ["X-\xe9", "X-\u0394", "X-\ud800"])
def test_wsgi_names_that_are_not_ascii(name: str) -> None:
    assert started((name, "1")) == [("200 OK", [("X-A", "1"), (name, "1"), ("vary", "Origin")])]


@pytest.mark.parametrize("name", [TextName(NAME.decode()), f" {NAME.decode()}", f"{NAME.decode().upper()}\t"])
def test_wsgi_names_that_servers_send(name: str) -> None:
    assert started((name, "*")) == [("200 OK", [("X-A", "1"), ("vary", "Origin")])]
