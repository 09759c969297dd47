"""The unchanged example of tenants' domains in a database, with 100,000 of them."""

import contextlib
import http.client
import json
import random
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from serving import SECONDS, Response, Server, serving

EXAMPLE = Path(__file__).parents[2] / "examples" / "tenants"
TENANTS = 100_000


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tenants") / "tenants.db"


@pytest.fixture(scope="module")
def server(database: Path) -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TENANTS_DB", str(database))
        patch.setenv("TENANTS_TTL", "600")
        command = ["uvicorn", "--app-dir", str(EXAMPLE), "--port", "{port}", "--log-level", "warning", "app:app"]
        with serving({"tenants": command}) as running:
            yield running["tenants"]


class Client:
    """Sends requests over one connection."""

    def __init__(self, server: Server) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=SECONDS)

    def ask(self, origin: str, method: str = "GET", path: str = "/api/hello") -> Response:
        self.connection.request(method, path, headers={"origin": origin} if origin else {})
        return Response(self.connection.getresponse())

    def allowed(self, origin: str) -> bool:
        answer = self.ask(origin)
        assert answer.status == 200
        given = answer.headers.get("access-control-allow-origin", [])
        assert given in ([], [origin])
        return bool(given)

    def questions(self) -> int:
        return int(json.loads(self.ask("", path="/statistics").body)["questions"])


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    client = Client(server)
    with contextlib.closing(client.connection):
        yield client


def shop(number: int) -> str:
    return f"https://shop-{number}.example"


def test_only_tenants_are_allowed(server: Server, client: Client, database: Path) -> None:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT count(*) FROM domains").fetchone() == (TENANTS,)
    sample = [0, TENANTS - 1, *random.Random(7).sample(range(1, TENANTS - 1), 3000)]  # noqa: S311
    before = client.questions()
    assert [number for number in sample if not client.allowed(shop(number))] == []
    assert client.questions() - before == len(sample)
    strangers = [shop(TENANTS + number) for number in range(500)]
    strangers += [f"https://evil-{number}.example" for number in range(500)]
    assert [origin for origin in strangers if client.allowed(origin)] == []
    # All of them send a request again, and the database is not asked.
    before = client.questions()
    assert all(client.allowed(shop(number)) for number in sample[:500])
    assert not any(client.allowed(origin) for origin in strangers[:500])
    assert client.questions() == before


def test_origins_that_only_look_like_a_tenant(client: Client) -> None:
    before = client.questions()
    for origin in (
        "http://shop-1.example",
        "https://shop-1.example:8443",
        "https://shop-1.example.evil.example",
        "https://x.shop-1.example",
        "https://shop-1.example.",
        "https://SHOP-1.example",
        "https://shop-1.example' OR 1=1 --",
        "null",
    ):
        assert not client.allowed(origin), origin
    assert client.questions() - before <= 4, "malformed origins are never looked up"


def test_many_requests_at_once_are_one_query(server: Server, client: Client) -> None:
    before = client.questions()

    def ask(_: int) -> bool:
        one = Client(server)
        with contextlib.closing(one.connection):
            return one.allowed(shop(77_777))

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(64)))
    assert client.questions() - before == 1


def test_writes(client: Client) -> None:
    assert client.ask(shop(5), "POST", "/api/orders").status == 200
    assert client.ask("https://evil.example", "POST", "/api/orders").status == 403
    assert client.ask("", "POST", "/api/orders").status == 200


def test_a_database_that_is_locked(server: Server, client: Client, database: Path) -> None:
    remembered, fresh = shop(11), [shop(number) for number in range(200, 216)]
    assert client.allowed(remembered)
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")

        def ask(origin: str) -> Response:
            one = Client(server)
            with contextlib.closing(one.connection):
                return one.ask(origin)

        start = time.monotonic()
        with ThreadPoolExecutor(len(fresh)) as pool:
            refused = pool.map(ask, fresh)
            # Meanwhile, all other requests are served.
            for _ in range(20):
                assert client.allowed(remembered)
                assert client.allowed("https://app.example.com")
                assert client.ask("").status == 200
            answers = list(refused)
        assert time.monotonic() - start < SECONDS / 2
        assert {answer.status for answer in answers} == {500}
        assert [answer.cors() for answer in answers] == [{}] * len(fresh)
        connection.execute("ROLLBACK")
    # Failures are not remembered, and threads that still wait become free.
    for _ in range(100):
        if client.ask(fresh[0]).status == 200:
            break
        time.sleep(0.1)
    assert all(client.allowed(origin) for origin in fresh)


def test_the_server_is_still_running(server: Server) -> None:
    assert server.process.poll() is None
    printed = server.stop()
    assert "TimeoutError: the allow_origin function took more than 1 seconds" in printed


def test_the_commands_of_its_readme_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readme = (EXAMPLE / "README.md").read_text()
    assert "python examples/tenants/app.py" in readme
    monkeypatch.setenv("TENANTS_DB", str(tmp_path / "tenants.db"))
    with serving({"program": [str(EXAMPLE / "app.py")]}) as running:
        client = Client(running["program"])
        with contextlib.closing(client.connection):
            assert client.allowed(shop(31_337))
            assert not client.allowed("https://evil.example")
