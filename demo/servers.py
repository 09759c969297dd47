"""Starts the three servers, checks that they respond and stay alive, and stops them.

Each server leads its own process group, and is ended by the id of that group.
"""

import errno
import http.client
import os
import re
import signal
import socket
import subprocess
import threading
import time
from contextlib import contextmanager, suppress

from build import C_SERVER, PYTHON
from settings import EXAMPLES, OUT, ROOT, Stop


def require_free(port, who, variable):
    """Raises Stop if the port is in use, with IPv4 or IPv6: browsers try IPv6 first."""
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
        except PermissionError:
            raise Stop(f"port {port} ({who}) may not be used by this user: choose another with {variable}=…") from None
        except OSError as error:
            if error.errno == errno.EADDRINUSE:  # without IPv6, the error is a different one
                raise Stop(
                    f"port {port} ({who}) is in use: stop what uses it, or choose another with {variable}=…"
                ) from None


def command(server, policy):
    """How one server is started, and what it needs in its environment."""
    if server.id == "python":
        where = {"PYTHONPATH": str(ROOT / "bindings-python" / "python"), "CORS_POLICY": str(policy)}
        uvicorn = [PYTHON, "-m", "uvicorn", "--app-dir", EXAMPLES / "python", "--host", "127.0.0.1", "--no-access-log"]
        return [*uvicorn, "--port", server.port, "app:app"], where
    if server.id == "node":
        return ["node", EXAMPLES / "node" / "app.js"], {"PORT": str(server.port), "CORS_POLICY": str(policy)}
    return [C_SERVER, server.port, policy], {}


def answers(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=2)
    try:
        connection.request("GET", "/api/hello")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def last_words(log):
    """The most useful line of a log: the last that names an error, otherwise the last."""
    lines = [line.strip() for line in log.split("\n") if line.strip()]
    errors = [line for line in lines if re.search(r"^[\w.]*(Error|ERROR)\b|problems? in|cannot", line)]
    return (errors or lines or ["it printed nothing"])[-1]


class Servers:
    """The running servers. Use it in a `with` statement, at whose end all of them are stopped, whatever happens."""

    def __init__(self, settings, policies):
        """`policies` has the policy file of each server, by its id."""
        self.settings = settings
        self.policies = policies
        self.running = {}

    def __enter__(self):
        try:
            for server in self.settings.servers:
                require_free(server.port, f"{server.title} server", server.variable)
            for server in self.settings.servers:
                self.start(server)
            self.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def log(self, server):
        return OUT / f"{server.id}-{server.port}.log"

    def start(self, server):
        arguments, environment = command(server, self.policies[server.id])
        with self.log(server).open("w") as log:
            self.running[server] = subprocess.Popen(
                [str(part) for part in arguments],
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait(self, seconds=20):
        end = time.monotonic() + seconds
        for server in self.settings.servers:
            while not answers(server):
                self.check()
                if time.monotonic() > end:
                    raise Stop(
                        f"the {server.title} server does not answer on port {server.port}; see {self.log(server)}"
                    )
                time.sleep(0.05)

    def check(self):
        """Raises Stop if a server has died."""
        for server, process in self.running.items():
            if process.poll() is not None:
                raise Stop(
                    f"the {server.title} server (port {server.port}) died with status {process.returncode}:"
                    f" {last_words(self.log(server).read_text(errors='replace'))} (see {self.log(server)})"
                )

    def stop(self):
        with undisturbed():
            self.end_all()

    def end_all(self):
        for process in self.running.values():
            signal_group(process, signal.SIGTERM)
        end = time.monotonic() + 3
        for process in self.running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0, end - time.monotonic()))
            signal_group(process, signal.SIGKILL)  # processes that the leader left behind
            process.wait()
        self.running.clear()


@contextmanager
def undisturbed():
    """Cleaning up takes a moment, and a second Ctrl-C does not interrupt it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {which: signal.signal(which, signal.SIG_IGN) for which in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)


def signal_group(process, which):
    """Signals the process and its children. The group's id is the leader's."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, which)
