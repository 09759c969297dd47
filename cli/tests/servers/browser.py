"""A page in a real Chromium, and the results of its requests, as Chromium's own protocol shows them."""

import asyncio
import json
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "browsers"))

from chromium import FLAGS, Chromium  # noqa: E402

# How many seconds the browser has to print all that it says about a request.
MARK_SECONDS = 20

# Errors that mean that a response came and the browser stopped there.
OWN_REFUSALS = ["net::ERR_TOO_MANY_REDIRECTS"]

FETCH = """
(async () => {
  console.log("corsac begin NUMBER");
  const late = new Promise((done) => setTimeout(() => done("pending"), SECONDS * 1000));
  const asked = (async () => {
    let response;
    try {
      response = await fetch(URL, OPTIONS);
      if (response.type === "opaque") return "opaque";
      await response.text();
    } catch {
      return "network-error";
    }
    return "readable";
  })();
  const outcome = await Promise.race([asked, late]);
  // Chromium prints after the script has heard of the failure.
  await new Promise((done) => setTimeout(done, 30));
  console.log("corsac end NUMBER");
  return outcome;
})()
"""


@dataclass
class Seen:
    """Chromium's result for a request."""

    # The verdict in the words of an explanation, or `pending` if no response came in time.
    verdict: str
    # The output of Chromium's console, without the lines that it marks as being about the network.
    console: list
    # The status of the response to each preflight.
    preflights: list
    # Chromium's name for the failure, such as `net::ERR_EMPTY_RESPONSE`.
    error: str


class Page(Chromium):
    """Chromium with one page, whose requests are followed."""

    def __init__(self, authority_key, names=()):
        super().__init__()
        own = [flag for flag in FLAGS if flag != "--ignore-certificate-errors"]
        # It trusts only the authority with this key, and resolves each of the names to this machine.
        rules = ", ".join(f"MAP {name} 127.0.0.1" for name in names)
        self.flags = [*own, f"--ignore-certificate-errors-spki-list={authority_key}", f"--host-resolver-rules={rules}"]
        self.shown, self.number, self.events = None, 0, []

    def hear(self, message):
        super().hear(message)
        if message.get("method", "").startswith("Network."):
            self.events.append((message["method"].split(".")[1], message["params"]))

    async def launch(self):
        await super().launch()
        await self.call("Network.enable", session=self.session)

    async def ask(self, page, url, options, seconds):
        """Makes the request on a page, given by its address."""
        if page != self.shown:
            await self.open(page)
            await self.loaded(page)
            self.shown = page
        # A browser whose own cache is off would send `Cache-Control: no-cache`, and caches on the way would obey it.
        await self.call("Network.clearBrowserCache", session=self.session)
        self.number += 1
        self.events.clear()
        script = FETCH.replace("NUMBER", str(self.number)).replace("SECONDS", str(seconds))
        script = script.replace("OPTIONS", json.dumps(options)).replace("URL", json.dumps(url))
        result = await self.call(
            "Runtime.evaluate", {"expression": script, "awaitPromise": True, "returnByValue": True}, self.session
        )
        outcome = result["result"]["value"]
        messages = await self.between(f"corsac begin {self.number}", f"corsac end {self.number}", MARK_SECONDS)
        return seen(outcome, self.events, self.own_messages(messages))

    async def loaded(self, page):
        for _ in range(200):
            found = await self.call("Runtime.evaluate", {"expression": "document.readyState + ' ' + location.href"}, self.session)
            if found["result"].get("value") == f"complete {page}":
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"Chromium does not show {page}")


def seen(outcome, events, console):
    requests = {}
    for name, parameters in events:
        requests.setdefault(parameters.get("requestId"), []).append((name, parameters))
    of_kind = lambda kind, own: [parameters for name, parameters in own if name == kind]  # noqa: E731
    preflights, main = [], []
    for own in requests.values():
        begun = of_kind("requestWillBeSent", own)
        if any(found["initiator"]["type"] == "preflight" for found in begun):
            preflights += [found["statusCode"] for found in of_kind("responseReceivedExtraInfo", own)]
        elif begun:
            main += own
    failed = of_kind("loadingFailed", main)
    error = failed[-1]["errorText"] if failed else ""
    verdict = outcome
    if outcome == "network-error":
        is_sent = bool(of_kind("requestWillBeSentExtraInfo", main))
        is_refused = error in OWN_REFUSALS or any("corsErrorStatus" in found or "blockedReason" in found for found in failed)
        verdict = "failed" if not is_refused else "sent-but-unreadable" if is_sent else "blocked"
    return Seen(verdict, console, preflights, error)


class Browser:
    """A page for code that is not asynchronous. Use it in a `with` statement."""

    def __init__(self, authority_key, names=()):
        self.page = Page(authority_key, names)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def begin(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    def __enter__(self):
        self.thread.start()
        self.begin(self.page.__aenter__()).result()
        return self

    def __exit__(self, *_):
        self.begin(self.page.__aexit__()).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    def ask(self, page, url, *, method="GET", headers=None, credentials=False, seconds=15):
        """Makes a request on a page, given by its origin; returns what Chromium did with it."""
        options = {"method": method, "headers": headers or {}, "credentials": "include" if credentials else "same-origin"}
        return self.begin(self.page.ask(f"{page}/", url, options, seconds))
