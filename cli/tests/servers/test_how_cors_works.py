"""The page that explains CORS shows what its commands print.

Files are blocks whose first line names them. Ports of the page are replaced by ports that the kernel gives. With `CORSAC_WRITE_GUIDE=1`
the page is written anew.
"""

import json
import os
import re
import signal
import socket
import subprocess
import time

import pytest
from browser import ROOT
from conftest import PROGRAM
from processes import free_port

PAGE = ROOT / "docs" / "how-cors-works.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
NAMED = re.compile(r"# ([\w.-]+\.(?:py|toml|conf))\n")
PORT = re.compile(r"\b(80\d\d)\b")

# The page does not say where nginx keeps its temporary files.
NGINX = "".join(f"{kind}_temp_path temporary-{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))


class Shell:
    """Runs the commands of the page in a folder, and ends what they started."""

    def __init__(self, folder):
        self.folder, self.ports, self.started = folder, {}, []
        self.environment = {**os.environ, "PATH": f"{PROGRAM.parent}{os.pathsep}/usr/sbin{os.pathsep}{os.environ['PATH']}"}

    def real(self, text):
        return PORT.sub(lambda found: str(self.ports.setdefault(found[1], free_port())), text)

    def shown(self, text):
        for port, real in self.ports.items():
            text = text.replace(str(real), port)
        return text

    def file(self, name, text):
        text = self.real(text)
        if name.endswith(".conf"):
            text = text.replace("http {", f"http {{ {NGINX}", 1)
            # The workers of nginx need access to the folder, which belongs to the user who runs the test.
            text = ("user root;\n" if os.geteuid() == 0 else "") + text
        (self.folder / name).write_text(text)

    def run(self, command):
        """What it prints. A command that ends with `&` runs until the end of the test."""
        command = self.real(command)
        options = {"cwd": self.folder, "env": self.environment, "stdin": subprocess.DEVNULL}
        if command.endswith("&"):
            command = f"exec {command.removesuffix('&')}"
            self.started.append(subprocess.Popen(["bash", "-c", command], start_new_session=True, **options))
            wait_for(int(re.search(r"\d{4,5}", command)[0]))
            return ""
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, **options)
        assert "command not found" not in done.stderr, done.stderr
        return self.shown(done.stdout + done.stderr).replace("\r\n", "\n")

    def stop(self):
        if (self.folder / "nginx.pid").exists():
            os.kill(int((self.folder / "nginx.pid").read_text()), signal.SIGTERM)
        for process in self.started:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=5)


def wait_for(port):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.03)
    raise AssertionError(f"nothing listens on {port}")


@pytest.fixture
def shell(tmp_path):
    shell = Shell(tmp_path)
    yield shell
    shell.stop()


def printed(shell, block):
    """A block of commands with what they print."""
    out, command = "", ""
    for line in block.splitlines():
        if line.startswith("$ "):
            command = line[2:]
        elif line.startswith("> ") and command:
            command += f"\n{line[2:]}"
        else:
            continue
        out += f"{line}\n"
        if not command.endswith(("\\", "|")):
            out += shell.run(command)
            command = ""
    return out


def test_the_page_shows_what_its_commands_print(shell):
    text = PAGE.read_text()
    commands = 0

    def run(found):
        nonlocal commands
        language, block = found.groups()
        name = NAMED.match(block)
        if name:
            shell.file(name[1], block)
        elif language == "toml":
            shell.file("unnamed.toml", block)
            assert shell.run("corsac check --strict unnamed.toml").startswith("unnamed.toml: valid"), block
        elif language == "console":
            commands += block.count("$ ")
            return f"```console\n{printed(shell, block)}```"
        else:
            assert language == "text", f"{language} is not run"
        return found[0]

    written = BLOCK.sub(run, text)
    assert commands > 20
    if "CORSAC_WRITE_GUIDE" in os.environ:
        PAGE.write_text(written)
    else:
        assert written == text


def test_a_block_that_prints_something_else_is_noticed(shell):
    assert printed(shell, "$ echo one\ntwo\n") == "$ echo one\none\n"
    assert printed(shell, "$ echo 'one \\\n> two'\n") == "$ echo 'one \\\n> two'\none \\\ntwo\n"


def rows(heading):
    """The rows of the table that has this heading."""
    text = PAGE.read_text()
    _, table = text.split(f"| {heading} |\n", 1)
    lines = table.split("\n\n")[0].splitlines()[1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


# Requests that each row of the table is about.
ASKED = {
    "GET, HEAD or POST, and no header that the script sets": [{"method": method} for method in ("GET", "HEAD", "POST")],
    "`Content-Type: text/plain`, `application/x-www-form-urlencoded` or `multipart/form-data`": [
        {"method": "POST", "headers": [["Content-Type", kind]]}
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data")
    ],
    "`Content-Type: application/json`": [{"method": "POST", "headers": [["Content-Type", "application/json"]]}],
    "`Authorization`, `X-Anything`": [{"headers": [[name, "1"]]} for name in ("Authorization", "X-Anything")],
    "PUT, PATCH, DELETE": [{"method": method} for method in ("PUT", "PATCH", "DELETE")],
    "cookies": [{"method": "GET", "credentials": "include"}],
    "an upload with a progress listener, a stream as the body": [
        {"method": "POST", "initiator": "xhr", "upload_listener": True, "body": "text"},
        {"method": "POST", "body": "stream"},
    ],
}


def test_the_table_of_requests_says_what_browsers_do(shell):
    found = dict(rows("the request has | preflight"))
    assert list(found) == list(ASKED)
    shell.file("any.toml", 'allow_origins = ["*"]\n')
    for row, requests in ASKED.items():
        for request in requests:
            exchange = {"page": "https://app.example.com", "request": {"url": "https://api.example.com/orders", **request}}
            (shell.folder / "exchange.json").write_text(json.dumps(exchange))
            explanation = json.loads(shell.run("corsac explain any.toml --exchange exchange.json --format json"))
            assert explanation["preflight"]["needed"] == ("yes" in found[row]), (row, request)


def test_the_table_of_origins_says_what_is_the_same(shell):
    for url, same, _ in rows("compared with `https://app.example.com` | same origin? | because"):
        written = url.strip("`")
        origin = shell.run(f"node -p \"new URL('{written}').origin\"").strip()
        assert (origin == "https://app.example.com") == (same == "yes"), url


def test_the_longest_times_are_those_of_the_recordings():
    recorded = dict(re.findall(r"^\| (chromium|firefox|webkit) \| [^|]+ \| (\d+) s \|", (PAGE.parent / "browsers.md").read_text(), re.M))
    shown = {engine: time.split(" ")[0] for engine, time in rows("engine | keeps it for at most")}
    assert shown == {"Chromium": recorded["chromium"], "Firefox": recorded["firefox"], "Safari (WebKit)": recorded["webkit"]}
