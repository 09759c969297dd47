"""WSGI applications that fail in different ways, behind the policy.

Servers start `app`. Run as a program, this file serves it with wsgiref.
"""

import os
from collections.abc import Iterator
from typing import Any
from wsgiref.simple_server import make_server

from corsac.wsgi import CORSMiddleware

ORIGIN = "https://app.example.com"
SETTINGS: Any = {"allow_origins": [ORIGIN], "allow_methods": ["PUT"], "allow_credentials": True}


class Body:
    """A body that says when it is closed."""

    closed = 0

    def __init__(self, *chunks: bytes, fails: bool) -> None:
        self.chunks = iter(chunks)
        self.fails = fails

    def __iter__(self) -> "Body":
        return self

    def __next__(self) -> bytes:
        for chunk in self.chunks:
            return chunk
        if self.fails:
            raise ZeroDivisionError("in the body")
        raise StopIteration

    def close(self) -> None:
        Body.closed += 1


class CannotClose(Body):
    """A body whose `close` fails too."""

    def close(self) -> None:
        raise RuntimeError("in close")


class Iterable:
    """A body that makes its iterator when it is asked for it, as Django's responses do."""

    def __iter__(self) -> Iterator[bytes]:
        raise ZeroDivisionError("in an iterable")
        yield b""


def generator(environ: Any, start_response: Any) -> Iterator[bytes]:
    if environ["PATH_INFO"] == "/generator-fails":
        raise ZeroDivisionError("in a generator")
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield b"one "
    yield b"two"


def fail(environ: Any, start_response: Any) -> Any:
    own = [("Content-Type", "text/plain"), ("X-Secret", "1"), ("Set-Cookie", "a=b")]
    match environ["PATH_INFO"]:
        case "/call":
            raise ZeroDivisionError("in the call")
        case "/started":
            start_response("200 OK", own)
            raise ZeroDivisionError("after start_response")
        case "/first-chunk":
            start_response("200 OK", own)
            return Body(fails=True)
        case "/iterable":
            start_response("200 OK", own)
            return Iterable()
        case "/cannot-close":
            start_response("200 OK", own)
            return CannotClose(fails=True)
        case "/unsent-list":
            start_response("200 OK", own)
            return [b"one"]
        case "/second-chunk":
            start_response("200 OK", [*own, ("Content-Length", "20")])
            return Body(b"one\n", fails=True)
        case "/written":
            start_response("200 OK", [*own, ("Content-Length", "20")])(b"one\n")
            raise ZeroDivisionError("after write")
        case "/handled":
            start_response("200 OK", own)
            try:
                raise ZeroDivisionError("handled")
            except ZeroDivisionError as error:
                start_response("503 Sorry", own[:1], (type(error), error, error.__traceback__))
            return [b"sorry"]
        case "/stream":
            start_response("200 OK", own)
            return Body(b"one ", b"two", fails=False)
        case "/file":
            start_response("200 OK", own)
            return environ["wsgi.file_wrapper"](open(__file__, "rb"))
        case "/closed":
            start_response("200 OK", own)
            return [b"%d" % Body.closed]
        case "/exit":
            raise SystemExit
        case _:
            return generator(environ, start_response)


app = CORSMiddleware(fail, **SETTINGS)

if __name__ == "__main__":
    with make_server("127.0.0.1", int(os.environ["PORT"]), app) as server:
        server.serve_forever()
