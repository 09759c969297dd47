"""Firefox, over Marionette: JSON over a socket, each message with its length before it. A script in the browser reads
its console."""

import asyncio
import json
import re

from engine import COMMAND_SECONDS, BrowserFailed, Engine

PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "captivedetect.canonicalURL": "",
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.disable_open_during_load": False,
    "extensions.systemAddon.update.enabled": False,
    "marionette.port": 0,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "network.prefetch-next": False,
    "network.proxy.type": 0,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.server": "",
}

LISTEN = """
globalThis.corsacLines = [];
globalThis.corsacListener = {
  observe(message) {
    try { message.QueryInterface(Ci.nsIScriptError); } catch { return; }
    const level = message.flags & Ci.nsIScriptError.warningFlag ? "warning" : "error";
    globalThis.corsacLines.push([message.category, level, message.errorMessage]);
  },
};
Services.console.registerListener(globalThis.corsacListener);
// The servers of this machine have self-signed certificates.
Cc["@mozilla.org/security/certoverride;1"].getService(Ci.nsICertOverrideService)
  .setDisableAllSecurityChecksAndLetAttackersInterceptMyData(true);
return Services.appinfo.version;
"""
TAKE = "return globalThis.corsacLines.splice(0);"

# Errors of scripts and remarks about the page, which have nothing to do with requests.
OTHER = re.compile(r"javascript|^Layout|^HTML|^XPConnect|^NetworkMonitor|^Storage|^Remote|^CSS Parser|^malformed|^cookie|^bounce|^$", re.I)


class Firefox(Engine):
    name = "firefox"
    packages = "firefox-esr"
    marker = "error"
    settle = 60

    async def launch(self):
        executable = self.find("firefox-esr", "firefox")
        data = self.profile / "data"
        data.mkdir()
        lines = [f'user_pref("{name}", {json.dumps(value)});' for name, value in PREFERENCES.items()]
        (data / "user.js").write_text("\n".join(lines) + "\n")
        await self.spawn(
            executable, "--headless", "--remote-allow-system-access", "--no-remote", "--profile", str(data), "--marionette", "about:blank",
            env=None,
        )  # fmt: skip
        self.last, self.busy = 0, asyncio.Lock()
        self.reader, self.writer = await self.connect(data / "MarionetteActivePort")
        await self.receive()
        capabilities = {"alwaysMatch": {"acceptInsecureCerts": True, "pageLoadStrategy": "none"}}
        await self.call("WebDriver:NewSession", {"capabilities": capabilities})
        self.version = await self.chrome(LISTEN)
        self.follow(self.poll())

    async def connect(self, file):
        """The port is chosen by the kernel, and written into the profile."""
        while True:
            if self.process.returncode is not None:
                raise BrowserFailed(f"firefox ended{self.last_words()}")
            try:
                return await asyncio.open_connection("127.0.0.1", int(file.read_text()), limit=1 << 26)
            except (OSError, ValueError):
                await asyncio.sleep(0.1)

    async def receive(self):
        length = await self.reader.readuntil(b":")
        return json.loads(await self.reader.readexactly(int(length[:-1])))

    async def call(self, command, parameters):
        async with self.busy:
            self.last += 1
            message = json.dumps([0, self.last, command, parameters]).encode()
            self.writer.write(str(len(message)).encode() + b":" + message)
            try:
                async with asyncio.timeout(COMMAND_SECONDS):
                    _, _, error, result = await self.receive()
            except TimeoutError:
                raise BrowserFailed(f"firefox did not answer {command} within {COMMAND_SECONDS} s") from None
            except (ConnectionError, asyncio.IncompleteReadError):
                raise BrowserFailed(f"firefox ended{self.last_words()}") from None
        if error:
            raise BrowserFailed(f"firefox refused {command}: {error['message']}")
        return result

    async def chrome(self, script):
        """Runs a script with the rights of the browser itself."""
        await self.call("Marionette:SetContext", {"value": "chrome"})
        result = await self.call("WebDriver:ExecuteScript", {"script": script, "args": [], "sandbox": "system", "newSandbox": False})
        return result["value"]

    async def poll(self):
        while True:
            result = await self.call("WebDriver:ExecuteScript", {"script": TAKE, "args": [], "sandbox": "system", "newSandbox": False})
            for category, level, text in result["value"]:
                self.printed(category, level, text)
            await asyncio.sleep(0.03)

    async def open(self, url):
        self.console.clear()
        # The browser itself loads the page, so that the context of scripts does not change.
        script = "gBrowser.selectedBrowser.fixupAndLoadURIString(arguments[0], {triggeringPrincipal: Services.scriptSecurityManager.getSystemPrincipal()});"
        parameters = {"script": script, "args": [url], "sandbox": "system", "newSandbox": False}
        await self.call("WebDriver:ExecuteScript", parameters)

    def own_messages(self, messages):
        texts = [message["text"] for message in messages if not OTHER.search(message["source"])]
        # This message comes from a different process than the others, sometimes before them and sometimes after.
        return sorted(texts, key=lambda text: not text.startswith("Redirecting to "))
