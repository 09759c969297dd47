"""Exceptions that leave a WSGI application: call by call, and under servers."""

import gc
import http.client
import io
import re
import time
import weakref
from collections.abc import Iterator
from typing import Any
from wsgiref.util import FileWrapper, setup_testing_defaults
from wsgiref.validate import validator

import pytest
from corsac.wsgi import CORSMiddleware
from serving import Response, Server, serving
from werkzeug.debug import DebuggedApplication
from werkzeug.test import Client
from wsgi_error_apps import ORIGIN, SETTINGS, Body, app, fail

EVIL = "https://evil.example"
ALLOWED = [("access-control-allow-origin", ORIGIN), ("access-control-allow-credentials", "true"), ("vary", "Origin")]
PLAIN = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "22")]
BODY = b"Internal Server Error\n"


class Server1:
    """A server as PEP 3333 describes it: the headers are sent with the first bytes of the body."""

    def __init__(self, *, writes: bool = True) -> None:
        self.head: Any = None
        self.sent: Any = None
        self.body = b""
        self.writes = writes

    def start_response(self, status: str, headers: Any, exc_info: Any = None) -> Any:
        if exc_info is not None and self.sent is not None:
            raise exc_info[1].with_traceback(exc_info[2])
        assert exc_info is not None or self.head is None
        self.head = (status, headers)
        return self.write if self.writes else None

    def write(self, data: bytes) -> None:
        assert self.head is not None
        self.sent = self.head
        self.body += data

    def serve(self, application: Any, environ: Any) -> None:
        result = application(environ, self.start_response)
        try:
            for chunk in result:
                if chunk:
                    self.write(chunk)
            self.write(b"")
        finally:
            if hasattr(result, "close"):
                result.close()


def environ(path: str, origin: str | None = ORIGIN, method: str = "GET", **more: Any) -> Any:
    made: dict[str, Any] = {"SCRIPT_NAME": "", "PATH_INFO": path, "REQUEST_METHOD": method, "QUERY_STRING": ""}
    made |= {"wsgi.file_wrapper": FileWrapper, "wsgi.errors": io.StringIO(), **more}
    setup_testing_defaults(made)
    if origin is not None:
        made["HTTP_ORIGIN"] = origin
    return made


BEFORE_THE_HEAD = ["/call", "/started", "/first-chunk", "/generator-fails", "/iterable"]


@pytest.mark.parametrize("path", BEFORE_THE_HEAD)
def test_a_page_gets_a_500_with_the_headers(path: str) -> None:
    server = Server1()
    with pytest.raises(ZeroDivisionError):
        server.serve(app, environ(path))
    assert (*server.sent, server.body) == ("500 Internal Server Error", [*PLAIN, *ALLOWED], BODY)
    refused = Server1()
    with pytest.raises(ZeroDivisionError):
        refused.serve(app, environ(path, EVIL))
    assert (*refused.sent, refused.body) == ("500 Internal Server Error", [*PLAIN, ("vary", "Origin")], BODY)


@pytest.mark.parametrize("path", BEFORE_THE_HEAD)
def test_without_an_origin_the_exception_is_the_server_s(path: str) -> None:
    server = Server1()
    with pytest.raises(ZeroDivisionError):
        server.serve(app, environ(path, None))
    assert (server.sent, server.body) == (None, b"")


@pytest.mark.parametrize("path", ["/second-chunk", "/written"])
def test_after_the_head_nothing_is_added(path: str) -> None:
    server = Server1()
    with pytest.raises(ZeroDivisionError):
        server.serve(app, environ(path))
    assert server.sent[0] == "200 OK"
    assert server.body == b"one\n"


def test_an_application_that_handles_its_exception() -> None:
    server = Server1()
    server.serve(app, environ("/handled"))
    assert (*server.sent, server.body) == ("503 Sorry", [("Content-Type", "text/plain"), *ALLOWED], b"sorry")


def test_head_has_no_body() -> None:
    for path in ("/call", "/first-chunk"):
        server = Server1()
        with pytest.raises(ZeroDivisionError):
            server.serve(app, environ(path, method="HEAD"))
        assert (server.sent[0], server.body) == ("500 Internal Server Error", b"")


def test_a_server_without_write() -> None:
    asked = environ("/call")
    server = Server1(writes=False)
    server.serve(app, asked)
    assert (server.sent[0], server.body) == ("500 Internal Server Error", BODY)
    assert "ZeroDivisionError: in the call" in asked["wsgi.errors"].getvalue()


def test_bodies_are_closed_and_otherwise_left_as_they_are() -> None:
    for path, fails in (("/first-chunk", True), ("/second-chunk", True), ("/stream", False)):
        before = Body.closed
        server = Server1()
        if fails:
            with pytest.raises(ZeroDivisionError):
                server.serve(app, environ(path))
        else:
            server.serve(app, environ(path))
            assert server.body == b"one two"
        assert Body.closed == before + 1
    before = Body.closed
    app(environ("/stream"), Server1().start_response).close()  # type: ignore[attr-defined]
    assert Body.closed == before + 1, "a client that has gone away"
    list_body = [b"1"]

    def complete(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return list_body

    middleware = CORSMiddleware(complete, **SETTINGS)
    assert middleware(environ("/"), Server1().start_response) is list_body
    file = app(environ("/file"), Server1().start_response)
    assert isinstance(file, FileWrapper), "the server sends it in its own way"
    file.close()


def test_an_exception_in_close_does_not_replace_the_first() -> None:
    asked = environ("/cannot-close")
    server = Server1()
    with pytest.raises(ZeroDivisionError):
        server.serve(app, asked)
    assert (*server.sent, server.body) == ("500 Internal Server Error", [*PLAIN, *ALLOWED], BODY)
    assert "RuntimeError: in close" in asked["wsgi.errors"].getvalue()


class Strict(Server1):
    """A server that checks the head."""

    def start_response(self, status: str, headers: Any, exc_info: Any = None) -> Any:
        if ("X-Secret", "1") in headers:
            raise ValueError("refused by the server")
        return super().start_response(status, headers, exc_info)


def test_a_head_that_the_server_refuses() -> None:
    for path in ("/stream", "/unsent-list"):
        before = Body.closed
        server = Strict()
        with pytest.raises(ValueError, match="refused by the server"):
            server.serve(app, environ(path))
        assert (*server.sent, server.body) == ("500 Internal Server Error", [*PLAIN, *ALLOWED], BODY), path
        assert Body.closed == before + (path == "/stream"), path


def test_garbage_that_refers_to_itself_is_collected() -> None:
    class MarkedError(Exception):
        pass

    def failing(environ: Any, start_response: Any) -> Any:
        try:
            raise MarkedError
        except MarkedError as error:
            error.args = (start_response,)
            start_response("500 Mine", [], (type(error), error, error.__traceback__))
            markers.append(weakref.ref(error))
        raise SystemExit

    markers: list[weakref.ref[MarkedError]] = []
    with pytest.raises(SystemExit):
        CORSMiddleware(failing, **SETTINGS)(environ("/"), Server1().start_response)
    gc.collect()
    assert markers[0]() is None


def test_other_exceptions_are_passed_on() -> None:
    server = Server1()
    with pytest.raises(SystemExit):
        server.serve(app, environ("/exit"))
    assert server.sent is None


def test_the_standard_s_validator() -> None:
    for path in ("/call", "/generator-fails", "/stream", "/generator"):
        server = Server1()
        middleware = validator(CORSMiddleware(fail, **SETTINGS))
        try:
            server.serve(middleware, environ(path))
        except ZeroDivisionError:
            assert path in BEFORE_THE_HEAD


def test_test_clients_and_debuggers_still_see_the_exception() -> None:
    client = Client(app)
    for headers in ({}, {"Origin": ORIGIN}):
        with pytest.raises(ZeroDivisionError):
            client.get("/call", headers=headers)
    debugged = Client(DebuggedApplication(app, evalex=True))
    assert "ZeroDivisionError" in debugged.get("/call").text, "its page, in a window of its own"


# --- under servers

COMMANDS = {
    "gunicorn": ["gunicorn", "--bind", "127.0.0.1:{port}", "--threads", "2", "wsgi_error_apps:app"],
    "waitress": ["waitress", "--listen", "127.0.0.1:{port}", "wsgi_error_apps:app"],
    "granian": ["granian", "--interface", "wsgi", "--port", "{port}", "wsgi_error_apps:app"],
    "wsgiref": ["wsgi_error_apps.py"],
}


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Server]]:
    with serving(COMMANDS) as running:
        yield running


def asked(server: Server, path: str, method: str = "GET", **headers: str) -> Response | None:
    """The response, or None if the connection ends before the response is complete."""
    for _ in range(50):
        try:
            return server.ask(method, path, **headers)
        except http.client.IncompleteRead:
            return None
        except ConnectionResetError:
            time.sleep(0.05)
    raise AssertionError(path)


@pytest.mark.parametrize("name", COMMANDS)
def test_under_a_server(servers: dict[str, Server], name: str) -> None:
    server = servers[name]
    allowed = {header: [value] for header, value in ALLOWED}
    for path in BEFORE_THE_HEAD:
        answer = asked(server, path, origin=ORIGIN)
        assert answer is not None
        assert (answer.status, answer.body, answer.cors()) == (500, BODY, allowed), path
        assert "x-secret" not in answer.headers
        assert "set-cookie" not in answer.headers
        refused = asked(server, path, origin=EVIL)
        assert refused is not None
        assert (refused.status, refused.cors()) == (500, {"vary": ["Origin"]}), path
    for path in ("/second-chunk", "/written"):
        if name == "granian":
            continue
        answer = asked(server, path, origin=ORIGIN)
        assert answer is None, "a body that ends too soon is not complete"
    for path, status, body in (
        ("/stream", 200, b"one two"),
        ("/generator", 200, b"one two"),
        ("/handled", 503, b"sorry"),
    ):
        answer = asked(server, path, origin=ORIGIN)
        assert answer is not None
        assert (answer.status, answer.body, answer.cors()) == (status, body, allowed)
    head = asked(server, "/call", "HEAD", origin=ORIGIN)
    assert head is not None
    assert (head.status, head.body, head.cors()) == (500, b"", allowed)


def test_servers_log_the_exception(servers: dict[str, Server]) -> None:
    for name, server in servers.items():
        asked(server, "/call", origin=ORIGIN)
        printed = server.stop()
        assert re.search("ZeroDivisionError: in the call", printed), name
