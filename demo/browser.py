"""A headless Chromium, driven over its DevTools protocol through a pipe: NUL-separated JSON, for which no library is
needed."""

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from servers import signal_group, undisturbed
from settings import Stop

FLAGS = [
    "--headless",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
]
# Chromium reads commands from descriptor 3 and writes to 4; this puts the pipes there, then becomes Chromium.
LAUNCHER = """
import fcntl, os, sys
high = [fcntl.fcntl(int(pipe), fcntl.F_DUPFD, 10) for pipe in sys.argv[1:3]]
for here, there in zip(high, (3, 4)):
    os.dup2(here, there)
    os.close(here)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Browser:
    """One browser with an empty profile. Use it in a `with` statement."""

    def __init__(self, executable):
        self.executable = shutil.which(executable)
        self.unread = b""
        self.last = 0
        self.urls = {}  # (session, request) → URL
        self.cors_errors = {}  # URL → Chromium's name for the reason why CORS failed

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="corsac-demo-")
        self.log = tempfile.TemporaryFile()
        commands_out, self.commands = os.pipe()
        self.answers, answers_in = os.pipe()
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                LAUNCHER,
                str(commands_out),
                str(answers_in),
                self.executable,
                *FLAGS,
                f"--user-data-dir={self.profile}",
                "about:blank",
            ],
            pass_fds=(commands_out, answers_in),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        os.close(commands_out)
        os.close(answers_in)
        try:
            self.follow(None)
            target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
            self.session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
            self.follow(self.session)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        with undisturbed():
            self.end()

    def end(self):
        signal_group(self.process, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(2)
        signal_group(self.process, signal.SIGKILL)
        self.process.wait()
        os.close(self.commands)
        os.close(self.answers)
        self.log.close()
        shutil.rmtree(self.profile, ignore_errors=True)

    # --- the protocol -------------------------------------------------------------------------------------------

    def send(self, method, parameters=None, session=None):
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters or {}}
        if session is not None:
            message["sessionId"] = session
        try:
            os.write(self.commands, json.dumps(message).encode() + b"\0")
        except BrokenPipeError:
            raise self.died() from None
        return self.last

    def call(self, method, parameters=None, session=None, seconds=30):
        """Sends a command and waits for its answer; events that come meanwhile are recorded."""
        number = self.send(method, parameters, session)
        end = time.monotonic() + seconds
        while True:
            message = self.receive(end)
            if message is None:
                raise Stop(f"Chromium did not answer {method} within {seconds} s")
            if message.get("id") == number:
                if "error" in message:
                    raise Stop(f"Chromium refused {method}: {message['error']['message']}")
                return message["result"]
            self.note(message)

    def receive(self, end):
        """The next message, or None at `end`."""
        while b"\0" not in self.unread:
            ready, _, _ = select.select([self.answers], [], [], max(0, end - time.monotonic()))
            if not ready:
                return None
            piece = os.read(self.answers, 1 << 16)
            if not piece:
                raise self.died()
            self.unread += piece
        message, _, self.unread = self.unread.partition(b"\0")
        return json.loads(message)

    def died(self):
        self.log.seek(0)
        said = self.log.read().decode(errors="replace").strip().split("\n")[-1]
        return Stop(f"Chromium ({self.executable}) died: {said or 'it printed nothing'}")

    def follow(self, session):
        """Subscribes to the events of a target, and of its frames that have their own process."""
        if session is not None:
            self.send("Network.enable", session=session)
            self.send("Runtime.runIfWaitingForDebugger", session=session)
            attach = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
            self.send("Target.setAutoAttach", attach, session)

    def note(self, message):
        parameters, session = message.get("params", {}), message.get("sessionId")
        match message.get("method"):
            case "Target.attachedToTarget":
                self.follow(parameters["sessionId"])
            case "Network.requestWillBeSent":
                self.urls[session, parameters["requestId"]] = parameters["request"]["url"]
            case "Network.loadingFailed" if "corsErrorStatus" in parameters:
                url = self.urls.get((session, parameters["requestId"]))
                self.cors_errors[url] = parameters["corsErrorStatus"]["corsError"]

    # --- the functions of the demo ------------------------------------------------------------------------------------

    def page(self, method, **parameters):
        return self.call(method, parameters, self.session)

    def open(self, url):
        failure = self.page("Page.navigate", url=url).get("errorText")
        if failure:
            raise Stop(f"Chromium could not open {url}: {failure}")

    def evaluate(self, expression):
        answer = self.page("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise Stop(f"the page failed: {answer['exceptionDetails'].get('exception', answer).get('description')}")
        return answer["result"].get("value")
