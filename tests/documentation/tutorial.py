"""Does what docs/tutorial.md says, once for each language: files, commands and what they print, and what Chromium shows and prints.

With CORSAC_WRITE_GUIDE=1, what the commands print is written into the page. The packages are those of the other checks; `whole` also
does what the page says about installing them, in a clone.
"""

import asyncio
import contextlib
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "tests" / folder) for folder in ("repository", "playground")]

from driver import Chromium  # noqa: E402
from markdown_blocks import blocks, commands  # noqa: E402

PAGE = ROOT / "docs" / "tutorial.md"
NODE = ROOT / "bindings-node"
LANGUAGES = ("Python", "Node")
# The reader's action before each block of plain text, in their order: the page is loaded, or the button is pressed.
ACTIONS = ("open", "open", "press", "press")
SERVER = re.compile(r"^(?:\.venv/bin/uvicorn|node server\.js|python3 -m http\.server) ?")
SECONDS = 60
FILE = re.compile(r"^(?:#|//|<!--) (\S+\.\w+)(?: -->)?\n")


def four_digits():
    """A port that is free and has as many digits as those of the page, so that lines that corsac wraps stay the same."""
    while True:
        port = random.randint(2000, 9999)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return str(port)


class Reader:
    """A reader who follows the page, in a folder of their own."""

    def __init__(self, language, folder, browser, installs):
        self.language, self.folder, self.browser, self.installs = language, folder, browser, installs
        self.ports = {"8000": four_digits(), "3000": four_digits()}
        self.servers, self.actions, self.printed = {}, iter(ACTIONS), {}
        path = [self.folder.parent / "bin", ROOT / "target" / "command"]
        self.environment = {**os.environ, "PATH": os.pathsep.join([*map(str, path), os.environ["PATH"]]), "NO_COLOR": "1"}
        self.environment.pop("CORSAC_DEBUG", None)

    def here(self, text):
        return re.sub(r"\b(8000|3000)\b", lambda port: self.ports[port[1]], text)

    def there(self, text):
        for port, mine in self.ports.items():
            text = text.replace(mine, port)
        return text

    def install(self):
        """Installing as the page says is too slow for each run, so the packages of the other checks are used."""
        self.folder.mkdir()
        (self.folder / ".venv").symlink_to(ROOT / ".venv")
        self.environment["PYTHONPATH"] = str(ROOT / "bindings-python" / "python")
        modules = self.folder / "node_modules"
        modules.mkdir()
        (modules / "corsac").symlink_to(NODE)
        (modules / "express").symlink_to(NODE / "node_modules" / "express")

    def run(self, command):
        done = subprocess.run(
            ["bash", "-c", self.here(command)], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=1800,
        )  # fmt: skip
        return self.there(re.sub(r"^ *% Total.*?(?=[{\[])", "", done.stdout, flags=re.S))

    def serve(self, command):
        """Starts a server, after the one that the same command started before has ended."""
        if command in self.servers:
            self.end(self.servers.pop(command))
        with open(self.folder / "server.log", "ab") as log:
            self.servers[command] = subprocess.Popen(
                ["bash", "-c", f"exec {self.here(command)}"], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True,
            )  # fmt: skip
        port = int(self.ports["3000" if "3000" in command else "8000"])
        end = time.monotonic() + SECONDS
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            if time.monotonic() > end or self.servers[command].poll() is not None:
                raise AssertionError(f"`{command}` does not listen\n{(self.folder / 'server.log').read_text(errors='replace')}")
            time.sleep(0.1)

    @staticmethod
    def end(process):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)

    async def look(self, expected):
        """The text that the page shows or the browser prints, after the next action."""
        action = next(self.actions)
        await self.browser.open("about:blank")
        await self.browser.open(self.here("http://localhost:3000/"))
        await self.browser.wait("document.getElementById('result')?.textContent", "the page has a result")
        if action == "press":
            before = await self.browser.text("#result")
            assert "bread" in before, before
            self.browser.console.clear()
            await self.browser.click("button")
            await self.browser.wait(f"document.getElementById('result').textContent !== {before!r}", "the result changes")
        await asyncio.sleep(0.2)
        result = self.there(await self.browser.text("#result"))
        if not expected.startswith("Access to"):
            return result
        assert result == "TypeError: Failed to fetch", result
        return self.there("\n".join(entry["text"] for entry in self.browser.console if entry["source"] == "javascript"))

    async def follow(self, steps):
        count = 0
        for block in steps:
            if block.tab not in (None, self.language):
                continue
            if block.heading == "Install" and not self.installs:
                continue
            file = FILE.match(block.code)
            if block.language == "console":
                for command, expected in commands(block.code):
                    count += self.step(block, command, expected)
            elif block.language == "text":
                found = await self.look(block.code)
                assert found.strip() == block.code.strip(), f"line {block.line}\nfound    {found}\nexpected {block.code}"
                count += 1
            else:
                assert file, f"line {block.line}: the first line names no file"
                path = self.folder / file[1]
                path.parent.mkdir(exist_ok=True)
                path.write_text(self.here(block.code))
        return count

    def step(self, block, command, expected):
        if command.startswith("mkdir"):
            self.folder.mkdir()
            return 0
        if SERVER.match(command):
            self.serve(command)
            return 1
        if block.heading == "Install":
            print(f"$ {command}\n{self.run(command)}", flush=True)
            return 1
        printed = self.run(command)
        if os.environ.get("CORSAC_WRITE_GUIDE"):
            self.printed[block.line, command] = printed
        else:
            assert printed.rstrip("\n") == expected.rstrip("\n"), f"line {block.line}: `{command}` prints\n{printed}\nand the page shows\n{expected}"
        return 1


def with_output(text, printed):
    """The page with the output of the commands."""
    lines = text.splitlines()
    for block in reversed(list(blocks(text))):
        if block.language == "console" and any(line == block.line for line, _ in printed):
            body = []
            for command, _ in commands(block.code):
                body += [f"$ {command}", *printed.get((block.line, command), "").splitlines()]
            lines[block.line : block.line + block.code.count("\n")] = body
    return "\n".join(lines) + "\n"


async def check(language, clone=None):
    """Follows the page for one language. Returns how many commands and observations matched the page."""
    text = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="corsac-tutorial-") as folder:
        async with Chromium() as browser:
            if clone:
                shutil.copytree(clone, Path(folder, "corsac"), symlinks=True)
            reader = Reader(language, Path(folder, "shop"), browser, bool(clone))
            if clone:
                reader.environment |= {"CARGO_INSTALL_ROOT": folder, "CARGO_TARGET_DIR": str(Path(folder, "corsac", "target"))}
            else:
                reader.install()
            try:
                count = await reader.follow(list(blocks(text)))
            finally:
                for process in reader.servers.values():
                    reader.end(process)
    if reader.printed and language == LANGUAGES[0]:
        PAGE.write_text(with_output(text, reader.printed), encoding="utf-8")
    return count


def whole():
    """Follows the page from the first command on, in a clone of what is checked in."""
    with tempfile.TemporaryDirectory(prefix="corsac-clone-") as folder:
        subprocess.run(["git", "clone", "--quiet", ROOT, Path(folder, "corsac")], check=True)
        return sum(asyncio.run(check(language, Path(folder, "corsac"))) for language in LANGUAGES)


if __name__ == "__main__":
    total = whole() if sys.argv[1:] == ["whole"] else sum(asyncio.run(check(language)) for language in sys.argv[1:] or LANGUAGES)
    print(f"{total} passed, 0 failed")
