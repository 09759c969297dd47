"""Definitions that the demo's modules share: folders, ports, the three servers, and the one kind of failure."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
PAGE = Path(__file__).resolve().parent / "page"
OUT = ROOT / "target" / "demo"
DEFAULT_PAGE_PORT = 4100


class Stop(Exception):
    """The demo cannot continue. The text is a line that says why, and what to do."""


def port(variable, default):
    text = os.environ.get(variable, "") or str(default)
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise Stop(f"{variable}={text} is not a port: give a number from 1 to 65535")
    return int(text)


@dataclass(frozen=True)
class Server:
    """One of the three servers, and where a reader finds its code."""

    id: str
    title: str
    stack: str
    code: str
    port: int

    @property
    def variable(self):
        return f"DEMO_{self.id.upper()}_PORT"

    @property
    def url(self):
        return f"http://localhost:{self.port}"


@dataclass(frozen=True)
class Settings:
    """The ports of the page and the servers. `DEMO_PAGE_PORT` and `DEMO_<SERVER>_PORT` change them."""

    page_port: int
    servers: tuple[Server, ...]

    @property
    def pages(self):
        """The page's two origins, by whether the policy allows them: the same page under two names."""
        return {"allowed": f"http://localhost:{self.page_port}", "refused": f"http://127.0.0.1:{self.page_port}"}

    @staticmethod
    def from_environment():
        known = (
            ("python", "Python", "FastAPI, uvicorn", "examples/python/app.py", 4101),
            ("node", "Node", "Express 5", "examples/node/app.js", 4102),
            ("c", "C", "libmicrohttpd", "examples/c/server.c", 4103),
        )
        servers = tuple(Server(*rest, port(f"DEMO_{rest[0].upper()}_PORT", default)) for *rest, default in known)
        settings = Settings(port("DEMO_PAGE_PORT", DEFAULT_PAGE_PORT), servers)
        ports = [settings.page_port, *(server.port for server in servers)]
        if len(set(ports)) < len(ports):
            raise Stop(f"the ports {', '.join(map(str, ports))} (page, Python, Node, C) must be four different ones")
        return settings


def page_policy(settings):
    """examples/cors.toml; a copy of it if the page's port was changed, because the port is part of the origin."""
    policy = EXAMPLES / "cors.toml"
    if settings.page_port == DEFAULT_PAGE_PORT:
        return policy
    copy = OUT / f"cors-{settings.page_port}.toml"
    OUT.mkdir(parents=True, exist_ok=True)
    copy.write_text(policy.read_text().replace(f":{DEFAULT_PAGE_PORT}", f":{settings.page_port}"))
    return copy


def server_policies(settings):
    """The policy file of each server: the page's, or another one that `DEMO_<SERVER>_POLICY` names."""
    chosen = {}
    for server in settings.servers:
        name = f"DEMO_{server.id.upper()}_POLICY"
        chosen[server.id] = Path(os.environ[name]).absolute() if os.environ.get(name) else page_policy(settings)
        if not chosen[server.id].is_file():
            raise Stop(f"{name}={os.environ[name]}: there is no such file")
    return chosen
