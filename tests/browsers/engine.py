"""The code that the drivers of the three browsers share: a process, an empty profile, and the lines of its console."""

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from pathlib import Path

# These are in seconds, and long because the machine may be busy. Nothing here waits longer.
START_SECONDS = 90
COMMAND_SECONDS = 60


class BrowserMissing(Exception):
    """A browser is not installed. The message says what to type."""


class BrowserFailed(Exception):
    """A browser ended, or did not do in time what it should."""


class Engine:
    """One browser. Subclasses start it in `launch`, and append to the console what it prints."""

    name = ""
    packages = ""
    # How a page writes a line to the console.
    marker = "log"
    # Milliseconds between the end of a request and the end of its messages.
    settle = 30

    def __init__(self):
        self.process = None
        self.console = []
        self.changed = asyncio.Event()
        self.tasks = []

    def find(self, *commands):
        for command in commands:
            if found := shutil.which(command):
                return found
        raise BrowserMissing(f"{commands[0]} is not installed; type: apt-get install -y --no-install-recommends {self.packages}")

    async def __aenter__(self):
        self.profile = Path(tempfile.mkdtemp(prefix=f"corsac-{self.name}-"))
        self.log = (self.profile / "log").open("wb")
        try:
            async with asyncio.timeout(START_SECONDS):
                await self.launch()
        except TimeoutError:
            words = self.last_words()
            await self.__aexit__()
            raise BrowserFailed(f"{self.name} did not start within {START_SECONDS} s{words}") from None
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_):
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        if self.process is not None:
            await end_group(self.process)
        self.log.close()
        shutil.rmtree(self.profile, ignore_errors=True)

    async def spawn(self, *command, **options):
        # The process has its own group, so that all of it can be ended together.
        self.process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, start_new_session=True, **{"stdout": self.log, "stderr": self.log, **options}
        )

    def last_words(self):
        self.log.flush()
        lines = (self.profile / "log").read_text(errors="replace").strip().splitlines()
        return f": {lines[-1]}" if lines else ""

    def follow(self, work):
        self.tasks.append(asyncio.create_task(work))

    def printed(self, source, level, text):
        self.console.append({"source": source, "level": level, "text": text})
        self.changed.set()

    async def between(self, begin, end, seconds):
        """The messages between two lines that the page writes; the console is empty afterwards."""
        try:
            async with asyncio.timeout(seconds):
                while not any(end == message["marker"] for message in self.marked()):
                    if self.process.returncode is not None:
                        raise BrowserFailed(f"{self.name} ended{self.last_words()}")
                    self.changed.clear()
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(1):
                            await self.changed.wait()
        except TimeoutError:
            raise BrowserFailed(f"{self.name} printed no `{end}` within {seconds} s") from None
        marks = {message["marker"]: index for index, message in enumerate(self.marked()) if message["marker"]}
        found = self.console[marks.get(begin, -1) + 1 : marks[end]]
        del self.console[: marks[end] + 1]
        return found

    def marked(self):
        for message in self.console:
            _, found, rest = message["text"].partition("corsac ")
            words = rest.split()
            is_marker = bool(found) and len(words) >= 2 and words[0] in ("begin", "end")
            yield {**message, "marker": f"corsac {words[0]} {words[1].strip(chr(34))}" if is_marker else ""}

    async def launch(self):
        raise NotImplementedError

    async def open(self, url):
        raise NotImplementedError

    def own_messages(self, messages):
        """The browser's messages about requests."""
        raise NotImplementedError


async def end_group(process):
    """Ends a process and its children, by the group that it leads."""
    for number, seconds in ((signal.SIGTERM, 3), (signal.SIGKILL, 10)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await process.wait()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
