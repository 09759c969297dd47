"""WebKitGTK: one of our own programs shows a page, and prints the page's console on its standard output."""

import asyncio
import re
import subprocess
from pathlib import Path

from engine import BrowserFailed, BrowserMissing, Engine

WINDOW = Path(__file__).resolve().parent / "webkit_window.py"
# Debian's own interpreter: only it has the bindings of its packages.
PYTHON = "/usr/bin/python3"
# A line names its source after the position in the script: `SECURITY` in `CONSOLE SECURITY ERROR`. Lines that scripts
# print name no source.
LINE = re.compile(r"^(?:.*?: )??CONSOLE (?:([A-Z]+) )?(LOG|INFO|DEBUG|WARN|ERROR) (.*)$")


class WebKit(Engine):
    name = "webkit"
    packages = "gir1.2-webkit2-4.1 python3-gi xvfb xauth"
    settle = 60

    async def launch(self):
        runner = self.find("xvfb-run")
        check = "import gi; gi.require_version('WebKit2', '4.1'); from gi.repository import WebKit2 as W; print(W.get_major_version(), W.get_minor_version(), W.get_micro_version())"
        try:
            found = subprocess.run([PYTHON, "-c", check], capture_output=True, text=True, timeout=60)
        except FileNotFoundError:
            found = None
        if found is None or found.returncode != 0:
            raise BrowserMissing(f"WebKitGTK is not installed; type: apt-get install -y --no-install-recommends {self.packages}")
        self.version = ".".join(found.stdout.split())
        self.pages = asyncio.Queue()
        self.control = await asyncio.start_server(self.hand_out, "127.0.0.1", 0)
        port = self.control.sockets[0].getsockname()[1]
        environment = {
            "GDK_BACKEND": "x11",
            "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
            "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "NO_AT_BRIDGE": "1",
            "HOME": str(self.profile),
            "XDG_RUNTIME_DIR": str(self.profile),
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
        }
        self.connected = asyncio.Event()
        await self.spawn(
            runner, "-a", PYTHON, str(WINDOW), str(port), str(self.profile / "data"),
            stderr=asyncio.subprocess.PIPE, limit=1 << 24, env=environment,
        )  # fmt: skip
        self.follow(self.read())
        waiting = asyncio.create_task(self.connected.wait())
        ended = asyncio.create_task(self.process.wait())
        self.tasks += [waiting, ended]
        await asyncio.wait({waiting, ended}, return_when=asyncio.FIRST_COMPLETED)
        if not self.connected.is_set():
            raise BrowserFailed(f"webkit ended{self.last_words()}")

    async def __aexit__(self, *exception):
        await super().__aexit__(*exception)
        if hasattr(self, "control"):
            self.control.close()

    async def hand_out(self, reader, writer):
        """Sends the window the URLs that it should show, one on each line."""
        self.connected.set()
        self.tasks.append(asyncio.current_task())
        try:
            while True:
                writer.write((await self.pages.get()).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def read(self):
        # The console is written to the standard error, although the name of the setting says otherwise.
        while line := await self.process.stderr.readline():
            self.log.write(line)
            self.hear(line.decode(errors="replace").rstrip("\n"))

    def hear(self, text):
        if found := LINE.match(text):
            self.printed(found[1] or "page", found[2], found[3])
        elif self.console and text:
            self.console[-1]["text"] += "\n" + text

    async def open(self, url):
        self.console.clear()
        self.pages.put_nowait(url)

    def own_messages(self, messages):
        kept = (message for message in messages if message["source"] in ("JS", "SECURITY", "NETWORK") and message["level"] in ("ERROR", "WARN", "WARNING"))
        return [message["text"].strip() for message in kept if not re.match(r"(Error: )?secret|Failed to load resource", message["text"])]
