"""The servers of `examples/`, each with the policy that a test gives it, and a server that never responds."""

import subprocess
import sys

from browser import ROOT
from pages import Raw
from processes import Process, free_port

EXAMPLES = ROOT / "examples"
BINDINGS = ROOT / "target" / "bindings"


def python(folder, policy):
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--app-dir", EXAMPLES / "python", "--host", "127.0.0.1", "--port", port, "app:app"]
    path = ROOT / "bindings-python" / "python"
    return Process(command, [port], folder / "python.log", CORS_POLICY=policy, PYTHONPATH=path)


def node(folder, policy):
    """The program finds the binding as the package `corsac`, and Express among the modules of the binding's own tests."""
    port, binding = free_port(), ROOT / "bindings-node"
    (folder / "node_modules").mkdir(exist_ok=True)
    (folder / "node_modules" / "corsac").symlink_to(binding)
    path = f"{folder / 'node_modules'}:{binding / 'node_modules'}"
    return Process(["node", EXAMPLES / "node" / "app.js"], [port], folder / "node.log", CORS_POLICY=policy, PORT=port, NODE_PATH=path)


def c(folder, policy):
    port, program = free_port(), folder / "c-server"
    # This is the name under which programs look for the library at run time.
    (folder / "libcorsac.so.0").symlink_to(BINDINGS / "libcorsac.so")
    libraries = [f"-L{BINDINGS}", "-lcorsac", "-lmicrohttpd", f"-Wl,-rpath,{folder}"]
    subprocess.run(["cc", EXAMPLES / "c" / "server.c", "-o", program, f"-I{ROOT / 'include'}", *libraries], check=True)
    return Process([program, port, policy], [port], folder / "c.log")


EXAMPLE_SERVERS = {"python": python, "node": node, "c": c}


def hanging():
    """Reads a request, and sends nothing until the client disconnects."""
    return Raw(lambda _, connection: connection.recv(1))
