"""One Chromium for all recipes: pages of any origin, and the results of their requests."""

import asyncio
import base64
import json
import sys
import threading

from recipe import ROOT

sys.path.append(str(ROOT / "tests" / "browsers"))

from chromium import FLAGS, Chromium  # noqa: E402

# Seconds in which a page has to show its text.
SHOWN_SECONDS = 40
# A page with this path exists at every origin: Chromium's request for it is answered by this file, so no server is needed.
BLANK = "/a-page-of-the-tests"
SWITCHED_OFF = ["LocalNetworkAccessChecks", "LocalNetworkAccessChecksWebSockets", "HttpsUpgrades", "HttpsFirstBalancedMode"]
# A page without an origin: its requests have `Origin: null`.
WITHOUT_ORIGIN = "data:text/html,<title>page</title>"

FETCH = """
(async () => {
  try {
    const response = await fetch(URL, OPTIONS)
    await response.text()
    const missing = READABLE.filter((name) => !response.headers.has(name))
    return missing.length > 0 ? `readable, without ${missing}` : response.type === 'opaque' ? 'opaque' : 'readable'
  } catch (error) {
    return 'refused'
  }
})()
"""


class Page(Chromium):
    def __init__(self):
        super().__init__()
        # The pages have public names, and the servers are on this machine: browsers ask the user before they allow that.
        # If the last two features were not switched off, Chromium would try https for a page of plain http.
        self.flags = [*FLAGS, f"--disable-features={','.join(SWITCHED_OFF)}"]
        self.shown = None

    async def launch(self):
        # Some packages of Chromium block all third-party cookies. Whether they are sent is then not up to the server.
        preferences = self.profile / "data" / "Default" / "Preferences"
        preferences.parent.mkdir(parents=True)
        preferences.write_text(json.dumps({"profile": {"block_third_party_cookies": False, "cookie_controls_mode": 0}}))
        await super().launch()
        await self.call("Fetch.enable", {"patterns": [{"urlPattern": f"*{BLANK}"}]}, self.session)

    def hear(self, message):
        super().hear(message)
        if message.get("method") == "Fetch.requestPaused":
            body = base64.b64encode(b"<!doctype html><title>page</title><link rel=icon href=data:,>").decode()
            parameters = {"requestId": message["params"]["requestId"], "responseCode": 200, "body": body}
            headers = [{"name": "Content-Type", "value": "text/html"}]
            self.send("Fetch.fulfillRequest", {**parameters, "responseHeaders": headers}, self.session)

    async def show(self, url):
        # The text of the previous page must not be mistaken for that of this one.
        await self.open("about:blank")
        await self.open(url)

    async def be_at(self, origin):
        if self.shown != origin:
            await self.show(WITHOUT_ORIGIN if origin == "null" else origin + BLANK)
            await self.until(f"document.readyState === 'complete' && origin === {json.dumps(origin)}", origin)
            self.shown = origin

    async def until(self, script, what):
        end = asyncio.get_running_loop().time() + SHOWN_SECONDS
        while not await self.evaluate(f"(() => {{ try {{ return Boolean({script}) }} catch {{ return false }} }})()"):
            if asyncio.get_running_loop().time() > end:
                text = await self.evaluate("location.href + '\\n' + document.body.innerText")
                console = "\n".join(message["text"] for message in self.console)
                raise AssertionError(f"within {SHOWN_SECONDS} s the page does not have: {what}\n{text}\n{console}")
            await asyncio.sleep(0.05)

    async def until_printed(self, words):
        """Waits for a line of the console, which is printed after the script has got the error."""
        end = asyncio.get_running_loop().time() + SHOWN_SECONDS
        while not any(words in message["text"] for message in self.console):
            if asyncio.get_running_loop().time() > end:
                console = "\n".join(message["text"] for message in self.console)
                raise AssertionError(f"within {SHOWN_SECONDS} s the console does not have: {words}\n{console}")
            await asyncio.sleep(0.05)


class Browser:
    """The page for code that does not wait for coroutines. One recipe at a time uses it. Use it in a `with`."""

    def __init__(self):
        self.page, self.lock = Page(), threading.Lock()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        self.wait(self.page.__aenter__())
        return self

    def __exit__(self, *_):
        self.wait(self.page.__aexit__())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    def wait(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()

    def fetch(self, origin, url, method, headers, credentials, readable):
        """The result of a page's request: `readable`, `opaque` or `refused`."""
        options = {"method": method, "headers": headers, "credentials": "include" if credentials else "same-origin"}
        script = FETCH.replace("OPTIONS", json.dumps(options)).replace("URL", json.dumps(url))
        with self.lock:
            self.wait(self.page.be_at(origin))
            return self.wait(self.page.evaluate(script.replace("READABLE", json.dumps(readable))))

    def run_page(self, described):
        """Opens a page, and waits for what it shows and for what the browser prints in its console.

        `blank` is the origin of a page without a server. `script` is evaluated, and `gives` is its value. `click` is a button.
        """
        with self.lock:
            self.page.shown = None
            self.wait(self.page.be_at(described["blank"]) if "blank" in described else self.page.show(described["open"]))
            if "script" in described:
                found = self.wait(self.page.evaluate(described["script"]))
                assert found == described["gives"], f"{described['script']}\ngives {found!r} and not {described['gives']!r}"
            if "click" in described:
                button = f"document.querySelector({json.dumps(described['click'])})"
                self.wait(self.page.until(f"{button} && document.readyState === 'complete'", described["click"]))
                # A framework attaches its listeners after the page is complete: the click is repeated until something happens.
                first = f"document.body.innerText.includes({json.dumps(described['shows'][0])})"
                self.wait(self.page.until(f"{first} || ({button}.click(), {first})", described["shows"][0]))
            for text in described.get("shows", []):
                self.wait(self.page.until(f"document.body.innerText.includes({json.dumps(text)})", text))
            for words in described.get("prints", []):
                self.wait(self.page.until_printed(words))
            self.page.shown = None
