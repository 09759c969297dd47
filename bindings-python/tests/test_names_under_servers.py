"""Response headers whose names are not bytes, with real servers, each of which accepts some other types."""

from collections.abc import Iterator
from typing import Any

import pytest
from asgi_kit import BODY, EVIL, SETTINGS, head
from corsac import CORSMiddleware
from serving import Server, serving

NAME = b"access-control-allow-origin"
ODD: dict[str, Any] = {
    "/memoryview": memoryview(NAME),
    "/bytearray": bytearray(NAME),
    "/str": NAME.decode(),
    "/space": b" " + NAME,
}


async def application(scope: Any, receive: Any, send: Any) -> None:
    await send(head([(b"content-length", b"2"), (ODD[scope["path"]], b"*")]))
    await send(BODY)


app = CORSMiddleware(application, **SETTINGS)


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Server]]:
    uvicorn = ["uvicorn", "--http", "h11", "--port", "{port}", "--lifespan", "off"]
    hypercorn = ["hypercorn", "--workers", "0", "--bind", "127.0.0.1:{port}"]
    commands = {"uvicorn": uvicorn, "hypercorn": hypercorn}
    with serving({name: [*command, "test_names_under_servers:app"] for name, command in commands.items()}) as running:
        yield running


@pytest.mark.parametrize("server", ["uvicorn", "hypercorn"])
@pytest.mark.parametrize("path", ["/memoryview", "/bytearray", "/str"])
def test_no_header_bypasses_the_policy(servers: dict[str, Server], server: str, path: str) -> None:
    answer = servers[server].ask("GET", path, origin=EVIL.decode())
    assert (answer.status, answer.cors()) == (500, {})


def test_white_space_with_a_server_that_removes_it(servers: dict[str, Server]) -> None:
    answer = servers["hypercorn"].ask("GET", "/space", origin=EVIL.decode())
    assert (answer.status, answer.cors()) == (200, {"vary": ["Origin"]})
