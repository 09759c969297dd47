"""A bad policy stops the start, however the middleware was added, and whichever server starts it."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from corsac import ConfigError, CORSMiddleware, install
from litestar import Litestar
from litestar.middleware import DefineMiddleware
from serving import HERE, free_port, serving
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.testclient import TestClient
from startup_apps import BAD, added, listed, positional

UVICORN = ["uvicorn", "--port", "{port}"]
# The commands that start servers, and the exit status of each.
COMMANDS: dict[str, tuple[list[str], int]] = {
    "uvicorn": ([*UVICORN, "startup_apps:added"], 3),
    "uvicorn-quiet": ([*UVICORN, "--log-level", "error", "--lifespan", "on", "startup_apps:listed"], 3),
    "hypercorn": (["hypercorn", "--workers", "0", "--bind", "127.0.0.1:{port}", "startup_apps:added"], 1),
    "granian": (["granian", "--interface", "asgi", "--port", "{port}", "startup_apps:added"], 1),
    "gunicorn": (["gunicorn", "--worker-class", "asgi", "--bind", "127.0.0.1:{port}", "startup_apps:added"], 3),
    "uvicorn-asgi-import": ([*UVICORN, "startup_apps:wrapped"], 1),
    "gunicorn-wsgi-import": (["gunicorn", "--bind", "127.0.0.1:{port}", "startup_apps:flask"], 3),
    "granian-wsgi-import": (["granian", "--interface", "wsgi", "--port", "{port}", "startup_apps:flask"], 1),
}


def environment(case: str) -> dict[str, str]:
    fails = case.split("-")[1] if case.endswith("-import") else ""
    paths = f"{HERE.parent / 'python'}{os.pathsep}{HERE}"
    return {**os.environ, "PYTHONPATH": paths, "PYTHONUNBUFFERED": "1", "FAILS": fails}


@pytest.fixture(scope="module")
def ended() -> Iterator[dict[str, tuple[int, str]]]:
    """The exit status of each, and its output."""
    running = {
        case: subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", *(part.format(port=free_port()) for part in command)],
            cwd=HERE,
            env=environment(case),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for case, (command, _) in COMMANDS.items()
    }
    try:
        printed = {case: process.communicate(timeout=60)[0] for case, process in running.items()}
        yield {case: (process.returncode, printed[case]) for case, process in running.items()}
    finally:
        for process in running.values():
            if process.poll() is None:
                process.kill()
                process.communicate()


@pytest.mark.parametrize("case", COMMANDS)
def test_servers_do_not_start(ended: dict[str, tuple[int, str]], case: str) -> None:
    status, printed = ended[case]
    assert status == COMMANDS[case][1], printed
    for text in ("[origin-trailing-slash]\n  help: write `https://a.example`", "[method-case]\n  help: write `PUT`"):
        assert text in printed
    assert "the lifespan ran" not in printed


def test_the_error_is_readable(ended: dict[str, tuple[int, str]]) -> None:
    for case in ("uvicorn", "uvicorn-quiet", "gunicorn"):
        _, printed = ended[case]
        assert printed.count("origin-trailing-slash") == 1
        assert "Traceback" not in printed


def test_servers_without_a_start_answer_500() -> None:
    commands = {
        "daphne": ["daphne", "--port", "{port}", "startup_apps:added"],
        "uvicorn": [*UVICORN, "--lifespan", "off", "startup_apps:added"],
    }
    with serving(commands) as servers:
        for server in servers.values():
            assert [server.ask("GET", "/").status for _ in range(2)] == [500, 500]
            assert "[origin-trailing-slash]" in server.stop()


# --- in this process


@pytest.mark.parametrize("app", [added, listed])
def test_the_test_client_raises(app: Any, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        with pytest.raises(ConfigError, match="origin-trailing-slash"), TestClient(app):
            pass
    assert capsys.readouterr().out == "", "the application's own lifespan was not begun"
    with pytest.raises(ConfigError, match="method-case"):
        TestClient(app).get("/")


def test_the_test_client_raises_where_nothing_was_started() -> None:
    app = Starlette(middleware=[Middleware(CORSMiddleware, **BAD)])
    with pytest.raises(ConfigError):
        TestClient(app).get("/")


def test_other_mistakes_stop_the_start_too() -> None:
    with (
        pytest.raises(TypeError, match=r"write CORSMiddleware\(app, allow_origins=\[\.\.\.\]\)"),
        TestClient(positional),
    ):
        pass


def test_subclasses() -> None:
    class Ours(CORSMiddleware):
        def __init__(self, app: Any, site: str) -> None:
            super().__init__(app, allow_origins=[site])

    app = Starlette()
    app.add_middleware(Ours, site="https://a.example/")
    with pytest.raises(ConfigError), TestClient(app):
        pass


def started(app: Any) -> list[Any]:
    """The messages that a server gets when it starts the application."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "lifespan.startup"}

    async def send(message: Any) -> None:
        sent.append(message)

    async def start() -> None:
        try:
            await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)
        except ConfigError as error:
            sent.append(error)

    asyncio.run(start())
    return sent


def test_the_start_fails_with_the_message() -> None:
    message, error = started(Starlette(middleware=[Middleware(CORSMiddleware, **BAD)]))
    assert message == {"type": "lifespan.startup.failed", "message": f"corsac.ConfigError: {error}"}


def test_the_middleware_that_is_refused() -> None:
    app = Starlette(middleware=[Middleware(CORSMiddleware, **BAD)])
    started(app)
    refused: Any = app.middleware_stack
    while not isinstance(refused, CORSMiddleware):
        refused = refused.app
    with pytest.raises(RuntimeError, match="were refused"):
        refused.policy  # noqa: B018
    depths = []
    for _ in range(3):
        with pytest.raises(ConfigError) as raised:
            asyncio.run(refused({"type": "http"}, None, None))
        depths.append(len(raised.traceback))
    assert len(set(depths)) == 1, "the error does not keep the traceback of every request"


# --- a middleware that is built directly raises at once, even during a start


def test_in_the_applications_own_lifespan() -> None:
    seen: list[ConfigError] = []

    def build() -> Any:
        return CORSMiddleware(Starlette(), **BAD)

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        try:
            build()
        except ConfigError as error:
            seen.append(error)
        yield

    with TestClient(Starlette(lifespan=lifespan)):
        assert len(seen) == 1


def test_in_a_coroutine_that_serves_the_lifespan() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        with pytest.raises(ConfigError):
            CORSMiddleware(Starlette(), **BAD)
        await send({"type": "lifespan.startup.complete"})

    assert started(app) == [{"type": "lifespan.startup.complete"}]


def test_frameworks_that_build_at_once() -> None:
    with pytest.raises(ConfigError):
        Litestar(middleware=[DefineMiddleware(CORSMiddleware, **BAD)])
    with pytest.raises(ConfigError):
        Mount("/", routes=[], middleware=[Middleware(CORSMiddleware, **BAD)])
    with pytest.raises(ConfigError):
        install(Starlette(), **BAD)


def test_servers_do_not_start_mounted_applications() -> None:
    inner = Starlette(middleware=[Middleware(CORSMiddleware, **BAD)])
    with TestClient(Starlette(routes=[Mount("/inner", inner)])) as client, pytest.raises(ConfigError):
        client.get("/inner/")
