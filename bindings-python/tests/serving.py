"""Starts real servers, and sends them requests over real sockets."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
SECONDS = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A server in a separate process."""

    def __init__(self, *command: str) -> None:
        self.port = free_port()
        arguments = [part.format(port=self.port, where=HERE) for part in command]
        if not arguments[0].endswith(".py"):
            arguments.insert(0, "-m")
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, *arguments],
            cwd=HERE,
            env={
                **os.environ,
                "PYTHONPATH": f"{HERE.parent / 'python'}:{HERE}",
                "PYTHONUNBUFFERED": "1",
                "PORT": str(self.port),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def wait(self) -> None:
        """Returns once the server responds."""
        for _ in range(SECONDS * 20):
            if self.process.poll() is not None:
                raise AssertionError(f"the server died\n{self.stop()}")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)
        raise AssertionError(f"the server does not answer\n{self.stop()}")

    def stop(self) -> str:
        """Ends it, and returns what it printed."""
        self.process.terminate()
        try:
            printed, _ = self.process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            printed, _ = self.process.communicate()
        return printed.decode(errors="replace")

    def ask(self, method: str, path: str, **headers: str) -> "Response":
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        with contextlib.closing(connection):
            connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            return Response(connection.getresponse())


class Response:
    """A response: the lines of one header are a list, so that a duplicate is visible."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.body = response.read()
        self.headers: dict[str, list[str]] = {}
        for name, value in response.getheaders():
            self.headers.setdefault(name.lower(), []).append(value)

    def cors(self) -> dict[str, list[str]]:
        return {
            name: lines for name, lines in self.headers.items() if name.startswith("access-control") or name == "vary"
        }


@contextlib.contextmanager
def serving(commands: dict[str, list[str]]) -> Iterator[dict[str, Server]]:
    """Starts all of them at once."""
    servers = {name: Server(*command) for name, command in commands.items()}
    try:
        for server in servers.values():
            server.wait()
        yield servers
    finally:
        for server in servers.values():
            server.process.terminate()
        for server in servers.values():
            server.stop()
