"""The tenants' own domains, in SQLite. PostgreSQL would be queried in the same way, with a pool of connections."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

SCHEMA = "CREATE TABLE IF NOT EXISTS domains (host TEXT PRIMARY KEY, tenant INTEGER NOT NULL) WITHOUT ROWID"


class Domains:
    """A table of hosts, read by threads of its own: a database that hangs does not block other work."""

    def __init__(self, path: Path, *, threads: int = 4, busy_seconds: float = 5) -> None:
        self._uri = f"{path.absolute().as_uri()}?mode=ro"
        self._busy_seconds = busy_seconds
        self._local = threading.local()
        self._threads = ThreadPoolExecutor(threads, "domains")
        self.questions = 0

    async def tenant_of(self, host: str) -> int | None:
        """The tenant whose domain this is."""
        self.questions += 1
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._tenant_of, host)

    def _tenant_of(self, host: str) -> int | None:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = sqlite3.connect(self._uri, self._busy_seconds, uri=True)
        row = connection.execute("SELECT tenant FROM domains WHERE host = ?", (host,)).fetchone()
        return None if row is None else row[0]


def fill(path: Path, hosts: Iterable[str]) -> None:
    """Writes the table: one host for each tenant."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(SCHEMA)
        rows = ((host, tenant) for tenant, host in enumerate(hosts))
        connection.executemany("INSERT OR REPLACE INTO domains VALUES (?, ?)", rows)
