"""The browser of `corsac.testing`, against corsac, Starlette's middleware and servers that get it wrong."""

import asyncio
from typing import Any

import httpx
import pytest
from asgi_kit import App, head
from corsac import CORSMiddleware
from corsac.testing import assert_blocked, assert_readable
from server_apps import ORIGIN, SETTINGS, fastapi
from serving import serving
from starlette.middleware.cors import CORSMiddleware as StarletteCORS
from starlette.testclient import TestClient

EVIL = "https://evil.example"
OURS = CORSMiddleware(fastapi(), **{**SETTINGS, "allow_headers": ["X-A", "Content-Type"]})


def answering(*headers: tuple[bytes, bytes], status: int = 200) -> Any:
    return App({**head(list(headers)), "status": status}, {"type": "http.response.body", "body": b"body"})


def test_what_the_policy_allows() -> None:
    answer = assert_readable(OURS, origin=ORIGIN)
    assert (answer.status, answer.body) == (200, b'{"hello":"world"}')
    assert_readable(OURS, "/missing?x=1", origin=ORIGIN, credentials=True)
    assert_readable(OURS, "/", origin=ORIGIN, method="PUT", headers={"X-A": "1"}, credentials=True)
    assert_readable(OURS, "/", origin=ORIGIN, method="POST", headers=[("Content-Type", "application/json")])
    assert_readable(OURS, "/crash", origin=ORIGIN)


def test_what_it_does_not_and_why() -> None:
    assert "no `access-control-allow-origin`" in assert_blocked(OURS, origin=EVIL)
    assert "corsac: origin-not-allowed" in assert_blocked(OURS, origin=EVIL, method="PUT")
    assert "lacks `DELETE`" in assert_blocked(OURS, origin=ORIGIN, method="DELETE")
    assert "lacks `x-b`" in assert_blocked(OURS, origin=ORIGIN, headers={"X-B": "1"})


def test_the_message_of_a_failure() -> None:
    with pytest.raises(AssertionError, match=r"https://evil\.example may not read GET /: the response has no"):
        assert_readable(OURS, origin=EVIL)
    with pytest.raises(AssertionError, match=r"https://app\.example\.com may read GET /"):
        assert_blocked(OURS, origin=ORIGIN)


def test_servers_that_get_it_wrong() -> None:
    acao, acac = b"Access-Control-Allow-Origin", b"Access-Control-Allow-Credentials"
    star = answering((acao, b"*"), (acac, b"true"))
    assert_readable(star, origin=ORIGIN)
    assert "`*`" in assert_blocked(star, origin=ORIGIN, credentials=True)
    assert "`*, *`" in assert_blocked(answering((acao, b"*"), (acao, b"*")), origin=ORIGIN)
    assert "not `true`" in assert_blocked(answering((acao, ORIGIN.encode())), origin=ORIGIN, credentials=True)
    assert "status is 404" in assert_blocked(answering((acao, b"*"), status=404), origin=ORIGIN, method="PUT")


def test_every_kind_of_client() -> None:
    starlette: Any = StarletteCORS(fastapi(), **SETTINGS)
    clients: list[Any] = [OURS, starlette, TestClient(OURS), TestClient(starlette)]
    for client in clients:
        assert_readable(client, "/", origin=ORIGIN, method="PUT", headers={"X-A": "1"}, credentials=True)
        assert_blocked(client, "/", origin=EVIL, method="PUT")
    with serving(
        {"uvicorn": ["uvicorn", "--port", "{port}", "--log-level", "warning", "server_apps:wrapped"]}
    ) as servers:
        url = f"http://127.0.0.1:{servers['uvicorn'].port}"
        with httpx.Client(base_url=url) as client:
            for other in (url, url + "/", client):
                assert_readable(other, "/", origin=ORIGIN, method="PUT", headers={"X-A": "1"})
                assert assert_readable(other, "/missing", origin=ORIGIN).status == 404
                assert_blocked(other, "/", origin=EVIL)


def test_inside_a_running_loop() -> None:
    async def test() -> None:
        assert_readable(OURS, origin=ORIGIN)

    asyncio.run(test())


def test_what_is_no_client() -> None:
    with pytest.raises(TypeError, match="client must be"):
        assert_readable(None, origin=ORIGIN)

    async def silent(scope: Any, receive: Any, send: Any) -> None:
        pass

    async def failing(scope: Any, receive: Any, send: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(AssertionError, match="did not answer"):
        assert_readable(silent, origin=ORIGIN)
    with pytest.raises(ZeroDivisionError):
        assert_readable(failing, origin=ORIGIN)
