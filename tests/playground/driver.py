"""Drives Chromium and Firefox as a person does, with keys, a window of a given size, in light or dark, and reads what
the page shows.

The browsers are started as for the exchanges in `tests/browsers`.
"""

import asyncio
import base64
import json
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "browsers"))

import chromium
import firefox
from engine import BrowserFailed

# The seconds to wait until the page is as a test expects it.
WAIT_SECONDS = 20

# The keys that tests press: by their names, the number that Chromium takes, and the character that WebDriver takes.
KEYS = {
    "Tab": (9, "\ue004"),
    "Enter": (13, "\ue006"),
    "Escape": (27, "\ue00c"),
    "Backspace": (8, "\ue003"),
    " ": (32, " "),
    "ArrowDown": (40, "\ue015"),
    "ArrowUp": (38, "\ue013"),
    "ArrowRight": (39, "\ue014"),
    "F8": (119, "\ue038"),
    "a": (65, "a"),
    "z": (90, "z"),
}


# Everything is drawn, and all edits are offered.
SETTLED = "((shown) => shown?.offered !== undefined && shown.offered === shown.examined)(document.documentElement?.dataset)"

# Code with which a page records its own errors.
WATCH = """
window.wrong = [];
addEventListener("error", (event) => window.wrong.push(String(event.message)));
addEventListener("unhandledrejection", (event) => window.wrong.push(String(event.reason)));
document.addEventListener("securitypolicyviolation", (event) => window.wrong.push(`${event.effectiveDirective} ${event.blockedURI}`));
"""


class Page:
    """What both browsers can do. Subclasses have `evaluate`, `press`, `type`, `resize`, `scheme` and `screenshot`."""

    async def begin(self):
        await self.resize(1440, 950)
        await self.scheme("light")

    async def load(self, path="/index.html"):
        """Loads the page again, and waits until its first request is explained."""
        await self.open("about:blank")
        await self.open(self.origin + path)
        await self.wait(SETTLED, "the page has started")
        await self.evaluate(f"(() => {{ {WATCH} return true }})()")

    async def settled(self, change):
        """Does something, and waits until the page has drawn the result."""
        before = await self.evaluate("document.documentElement.dataset.examined")
        result = await change
        await self.wait(f"document.documentElement.dataset.examined !== {literal(before)} && {SETTLED}", "the page has drawn")
        return result

    async def fill(self, field, text):
        """Writes into a field. To the page, it looks like typing."""
        script = f"(() => {{ const field = document.getElementById({literal(field)}); field.value = {literal(text)}; "
        await self.settled(self.evaluate(script + "field.dispatchEvent(new Event(field.localName === 'select' ? 'change' : 'input', {bubbles: true})); field.dispatchEvent(new Event('input', {bubbles: true})); return true })()"))

    async def example(self, name):
        await self.fill("example", name)

    async def text(self, selector):
        return await self.evaluate(f"document.querySelector({literal(selector)})?.innerText ?? ''")

    async def policy(self):
        """The text of the editor."""
        return await self.evaluate("[...document.querySelectorAll('#policy > .line')].map(line => line.textContent).join('\\n')")

    async def click(self, selector):
        await self.evaluate(f"(() => {{ document.querySelector({literal(selector)}).click(); return true }})()")

    async def paste(self, selector, text):
        """Pastes a text. `text` is a JavaScript expression for it, which the page evaluates."""
        await self.evaluate(f"""(() => {{
          const data = new DataTransfer(); data.setData('text/plain', {text});
          const target = document.querySelector({literal(selector)}); target.focus();
          const event = new Event('paste', {{bubbles: true, cancelable: true}});
          Object.defineProperty(event, 'clipboardData', {{value: data}});
          if (target.dispatchEvent(event) && 'value' in target) target.value = {text};
          return true }})()""")

    async def all_selected(self):
        await self.evaluate("(() => { const policy = document.getElementById('policy'); policy.focus(); getSelection().selectAllChildren(policy); return true })()")

    async def write_policy(self, text):
        """Replaces the policy with a text, as if it were pasted."""
        await self.all_selected()
        await self.settled(self.paste("#policy", literal(text)))

    async def wait(self, expression, what=None):
        """Waits until an expression of JavaScript is true, and returns its value."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while True:
                    # While a page is loading, the evaluation can fail, and is then repeated.
                    try:
                        if value := await self.evaluate(expression):
                            return value
                    except BrowserFailed as error:
                        if "navigated" not in str(error):
                            raise
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"{self.name}: not within {WAIT_SECONDS} s: {what or expression}") from None


class Chromium(Page, chromium.Chromium):
    async def type(self, text):
        for number, line in enumerate(text.split("\n")):
            if number > 0:
                await self.press("Enter")
            if line:
                await self.call("Input.insertText", {"text": line}, self.session)

    async def press(self, key, shift=False, control=False):
        code, _ = KEYS[key]
        text = {"Enter": "\r", " ": " "}.get(key)
        event = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": code, "modifiers": 8 * shift + 2 * control}
        typed = {"text": text} if text else {}
        # A shortcut of Chromium itself has to be sent as an editing command.
        commands = {"commands": ["selectAll"]} if control and key == "a" else {}
        await self.call("Input.dispatchKeyEvent", {"type": "keyDown" if text else "rawKeyDown", **event, **typed, **commands}, self.session)
        await self.call("Input.dispatchKeyEvent", {"type": "keyUp", **event}, self.session)

    async def resize(self, width, height, scale=1):
        metrics = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
        await self.call("Emulation.setDeviceMetricsOverride", metrics, self.session)

    async def scheme(self, name):
        media = {"features": [{"name": "prefers-color-scheme", "value": name}]}
        await self.call("Emulation.setEmulatedMedia", media, self.session)

    async def screenshot(self, path, whole=False):
        parameters = {"format": "png", "captureBeyondViewport": whole}
        if whole:
            size = (await self.call("Page.getLayoutMetrics", {}, self.session))["cssContentSize"]
            parameters["clip"] = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        data = (await self.call("Page.captureScreenshot", parameters, self.session))["data"]
        Path(path).write_bytes(base64.b64decode(data))


class Firefox(Page, firefox.Firefox):
    async def launch(self):
        await super().launch()
        await self.call("Marionette:SetContext", {"value": "content"})

    async def poll(self):
        """The console is not read, because that would change the context of scripts."""

    async def open(self, url):
        await self.call("WebDriver:Navigate", {"url": url})

    async def evaluate(self, expression):
        script = f"const done = arguments[0]; (async () => ({expression}))().then(value => done([value ?? null]), error => done([null, String(error)]))"
        result = (await self.call("WebDriver:ExecuteAsyncScript", {"script": script, "args": [], "sandbox": None, "newSandbox": False}))["value"]
        if len(result) > 1:
            raise BrowserFailed(result[1])
        return result[0]

    async def keys(self, *actions):
        keys = [{"type": kind, "value": value} for kind, value in actions]
        await self.call("WebDriver:PerformActions", {"actions": [{"type": "key", "id": "keyboard", "actions": keys}]})

    async def type(self, text):
        text = text.replace("\n", KEYS["Enter"][1])
        await self.keys(*((kind, character) for character in text for kind in ("keyDown", "keyUp")))

    async def press(self, key, shift=False, control=False):
        held = [character for character, is_held in (("\ue008", shift), ("\ue009", control)) if is_held]
        down = [("keyDown", character) for character in held]
        await self.keys(*down, ("keyDown", KEYS[key][1]), ("keyUp", KEYS[key][1]), *(("keyUp", character) for character in held))

    async def resize(self, width, height, scale=1):
        await self.call("WebDriver:SetWindowRect", {"width": width, "height": height})

    async def scheme(self, name):
        number = {"dark": 0, "light": 1}[name]
        await self.chrome(f"Services.prefs.setIntPref('layout.css.prefers-color-scheme.content-override', {number})")
        await self.call("Marionette:SetContext", {"value": "content"})

    async def screenshot(self, path, whole=False):
        data = (await self.call("WebDriver:TakeScreenshot", {"full": whole, "hash": False}))["value"]
        Path(path).write_bytes(base64.b64decode(data))


BROWSERS = {"chromium": Chromium, "firefox": Firefox}


def literal(text):
    """A text as JavaScript writes it."""
    return json.dumps(text)
