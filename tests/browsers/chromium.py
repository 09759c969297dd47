"""Chromium, over its DevTools protocol through a pipe: JSON, each message with a NUL at its end."""

import asyncio
import json
import os

from engine import COMMAND_SECONDS, BrowserFailed, Engine

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
    "--ignore-certificate-errors",
]


class Chromium(Engine):
    name = "chromium"
    packages = "chromium"
    flags = FLAGS

    async def launch(self):
        executable = self.find("chromium", "chromium-browser", "google-chrome")
        commands, self.commands = os.pipe()
        self.answers, answers = os.pipe()
        self.last, self.waiting, self.sessions = 0, {}, set()

        def into_place():
            # Chromium reads from descriptor 3 and writes to 4, and other files may already use these numbers.
            high = [os.dup(commands), os.dup(answers)]
            while min(high) < 5:
                high = [os.dup(descriptor) for descriptor in high]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        await self.spawn(executable, *self.flags, f"--user-data-dir={self.profile}/data", "about:blank", preexec_fn=into_place, pass_fds=(3, 4))
        os.close(commands)
        os.close(answers)
        reader = asyncio.StreamReader(limit=1 << 26)
        pipe = os.fdopen(self.answers, "rb", 0)
        self.transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
        self.follow(self.read(reader))
        self.version = (await self.call("Browser.getVersion"))["product"].split("/")[1]
        target = (await self.call("Target.createTarget", {"url": "about:blank"}))["targetId"]
        self.session = (await self.call("Target.attachToTarget", {"targetId": target, "flatten": True}))["sessionId"]
        await self.attend(self.session)

    async def __aexit__(self, *exception):
        await super().__aexit__(*exception)
        if hasattr(self, "transport"):
            self.transport.close()
            os.close(self.commands)

    def send(self, method, parameters=None, session=None):
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters or {}}
        if session is not None:
            message["sessionId"] = session
        try:
            os.write(self.commands, json.dumps(message).encode() + b"\0")
        except BrokenPipeError:
            raise BrowserFailed(f"chromium ended{self.last_words()}") from None
        return self.last

    async def call(self, method, parameters=None, session=None):
        future = asyncio.get_running_loop().create_future()
        self.waiting[self.send(method, parameters, session)] = future
        try:
            async with asyncio.timeout(COMMAND_SECONDS):
                return await future
        except TimeoutError:
            raise BrowserFailed(f"chromium did not answer {method} within {COMMAND_SECONDS} s") from None

    async def read(self, reader):
        try:
            while True:
                self.hear(json.loads((await reader.readuntil(b"\0"))[:-1]))
        except asyncio.IncompleteReadError:
            for future in self.waiting.values():
                if not future.done():
                    future.set_exception(BrowserFailed(f"chromium ended{self.last_words()}"))

    async def attend(self, session):
        """Subscribes to what a page prints, and to its frames that have their own process."""
        self.sessions.add(session)
        for method in ("Log.enable", "Runtime.enable", "Page.enable"):
            self.send(method, session=session)
        attach = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
        self.send("Target.setAutoAttach", attach, session)
        self.send("Runtime.runIfWaitingForDebugger", session=session)

    def hear(self, message):
        if future := self.waiting.pop(message.get("id"), None):
            if future.done():
                return
            if "error" in message:
                future.set_exception(BrowserFailed(f"chromium refused a command: {message['error']['message']}"))
            else:
                future.set_result(message["result"])
            return
        parameters = message.get("params", {})
        match message.get("method"):
            case "Target.attachedToTarget" if parameters["sessionId"] not in self.sessions and message.get("sessionId"):
                self.follow(self.attend(parameters["sessionId"]))
            case "Log.entryAdded":
                entry = parameters["entry"]
                self.printed(entry["source"], entry["level"], entry["text"])
            case "Runtime.consoleAPICalled":
                self.printed("page", parameters["type"], " ".join(str(value.get("value")) for value in parameters["args"]))

    async def open(self, url):
        self.console.clear()
        failure = (await self.call("Page.navigate", {"url": url}, self.session)).get("errorText")
        if failure:
            raise BrowserFailed(f"chromium could not open {url}: {failure}")

    async def evaluate(self, expression):
        """The value of an expression in the page, as if the user had asked for it. A promise is awaited."""
        parameters = {"expression": expression, "returnByValue": True, "awaitPromise": True, "userGesture": True}
        result = await self.call("Runtime.evaluate", parameters, self.session)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise BrowserFailed(details.get("exception", {}).get("description") or details["text"])
        return result["result"].get("value")

    def own_messages(self, messages):
        # Each failure also prints that a resource failed to load. The source of those lines is `network`.
        return [message["text"].strip() for message in messages if message["source"] in ("javascript", "security")]
