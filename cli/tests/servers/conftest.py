"""Fixtures for all tests: an authority, a browser, pages, the example servers, and the proxies in front of them.

Without options, each proxy is in front of one example server, and speaks TLS. `--whole` puts each proxy in front of each example
server, with and without TLS.
"""

import json
import os
import socket
import subprocess
from pathlib import Path

import pytest
from authority import API, APP, Authority
from browser import ROOT, Browser
from pages import NamesProxy, PageHandler, Threaded
from proxies import PROXIES
from upstreams import EXAMPLE_SERVERS, hanging

PROGRAM = Path(os.environ.get("CORSAC_PROGRAM", ROOT / "target" / "command" / "corsac"))

# The example server behind each proxy.
BEHIND = {"nginx": ["python"], "apache": ["c"], "caddy": ["node"], "envoy": ["python"]}


def pytest_addoption(parser):
    parser.addoption("--whole", action="store_true", help="each proxy in front of each example server")


def pytest_generate_tests(metafunc):
    """Tests with the argument `proxy` run for each proxy. Tests with `fault` and `scheme` run for each fault that the
    proxy can be configured to have.
    """
    if "proxy" not in metafunc.fixturenames:
        return
    whole = metafunc.config.getoption("--whole")
    servers = EXAMPLE_SERVERS if whole else {}
    pairs = [(proxy, server) for proxy in PROXIES for server in (servers or BEHIND[proxy])]
    if "fault" not in metafunc.fixturenames:
        wanted = getattr(metafunc.function, "proxies", PROXIES)
        pairs = [pair for pair in pairs if pair[0] in wanted or "-".join(pair) in wanted]
        metafunc.parametrize("proxy", pairs, ids=["-".join(pair) for pair in pairs], indirect=True, scope="session")
        return
    chosen = []
    for proxy, server in pairs:
        for fault in metafunc.module.FAULTS:
            for scheme in ("https", "http") if whole or proxy == "nginx" else ("https",):
                if fault.folder not in PROXIES[proxy].cannot:
                    name = f"{proxy}-{server}-{scheme}-{fault.name}"
                    chosen.append(pytest.param((proxy, server), fault, scheme, id=name))
    metafunc.parametrize(("proxy", "fault", "scheme"), chosen, indirect=["proxy"], scope="session")


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def browser(authority):
    with Browser(authority.key_hash(), [APP, API]) as browser:
        yield browser


class Pages:
    """The origins of the pages: with http and https, under this machine's own name and under another name."""

    def __init__(self, authority):
        self.servers = [Threaded(PageHandler), Threaded(PageHandler, authority.both)]
        plain, tls = (server.port for server in self.servers)
        self.plain, self.tls = f"http://localhost:{plain}", f"https://localhost:{tls}"
        self.public = f"https://{APP}:{tls}"
        # The policy does not allow it.
        self.foreign = f"http://127.0.0.1:{plain}"

    def stop(self):
        for server in self.servers:
            server.stop()


@pytest.fixture(scope="session")
def pages(authority):
    pages = Pages(authority)
    yield pages
    pages.stop()


@pytest.fixture(scope="session")
def policy(pages, tmp_path_factory):
    """A policy for the example servers that allows the pages."""
    path = tmp_path_factory.mktemp("policy") / "cors.toml"
    origins = json.dumps([pages.plain, pages.tls, pages.public])
    path.write_text(
        f"allow_origins = {origins}\nallow_methods = ['PUT']\nallow_headers = ['X-Demo-Token']\n"
        "allow_credentials = true\nexpose_headers = ['X-Request-Id']\nmax_age = 600\n"
    )
    return path


@pytest.fixture(scope="session")
def applications(policy, tmp_path_factory):
    """The example servers, each started when it is first asked for."""
    running = {}

    def application(name):
        if name not in running:
            running[name] = EXAMPLE_SERVERS[name](tmp_path_factory.mktemp(name), policy)
        return running[name].ports[0]

    yield application
    for process in running.values():
        process.stop()


@pytest.fixture(scope="session")
def silence():
    """The port of a server that never responds, and a port on which no server listens."""
    never = hanging()
    # The socket is bound, so that no other program gets the port, but it does not listen.
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield never.port, closed.getsockname()[1]
    never.stop()


@pytest.fixture(scope="session")
def proxy(request, applications, silence, authority, tmp_path_factory):
    name, server = request.param
    never, closed = silence
    running = PROXIES[name](tmp_path_factory.mktemp(name), applications(server), never, closed, authority)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def names_proxy():
    running = NamesProxy()
    yield running
    running.stop()


class Command:
    """Runs `corsac`, which trusts the authority of the tests."""

    def __init__(self, authority):
        self.environment = {**os.environ, "SSL_CERT_FILE": str(authority.trusted)}

    def run(self, *arguments, **options):
        command = [str(word) for word in (PROGRAM, *arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, env=self.environment, **options)

    def probe(self, url, page, *options, method="GET", headers=None, credentials=False):
        """The exit status, and the JSON. It sends whatever a page would send."""
        more = [word for name, value in (headers or {}).items() for word in ("-H", f"{name}: {value}")]
        more += ["--credentials"] if credentials else []
        done = self.run("probe", url, "--from", page, "-X", method, *more, "--send", "--format", "json", *options)
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)


@pytest.fixture(scope="session")
def corsac(authority):
    return Command(authority)
