#!/usr/bin/env python3
"""Builds the documentation site and checks it: its links, and its pages in Chromium; then does what the tutorial says.

Usage: tests/documentation/run.py [--whole] [--no-build] [--pictures FOLDER]

`--whole` looks at the pages of source files as well, all of them, and follows the tutorial from the first command on, in a clone.
`--pictures` writes pictures of some pages, in light and dark, at the width of a desktop and of a phone. The last line is
`N passed, N failed`.
"""

import argparse
import asyncio
import subprocess
import sys
import traceback
from pathlib import Path

import built_links
import tutorial
from tutorial import Chromium, blocks

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "playground"))

from static_server import StaticServer  # noqa: E402

SITE = ROOT / "target" / "docs"
DESKTOP, PHONE = (1280, 900), (390, 844)
# One page of each kind, for pictures and for the checks in both colour schemes.
KINDS = [
    "index", "tutorial", "troubleshooting", "recipes", "recipes/fastapi", "how-cors-works", "performance", "errors", "settings",
    "python", "node", "command", "specification", "overview", "design", "changelog",
    "api/python/corsac", "api/node/corsac", "api/c", "source/examples/c/server.c", "source/examples/c/index",
]  # fmt: skip
RUST = ["api/rust/corsac/index.html", "api/rust/corsac_tower/index.html", "api/rust/corsac/struct.Policy.html"]
# Pages of source files differ only in their text, so only the ones in this list are checked, unless `--whole` is given.
SOURCES = ["source/examples/c/server.c.html", "source/examples/c/index.html", "source/include/corsac.h.html", "source/tests/vectors/browsers/suite.json.html"]
# Requests to other hosts, and elements that are wider than the window.
FOREIGN = "performance.getEntriesByType('resource').map(entry => entry.name).filter(name => !name.startsWith(location.origin) && !name.startsWith('data:'))"
WIDTH = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
# A page is ready when its script has taken over the HTML.
READY = "document.readyState === 'complete' && (document.getElementById('app') === null || document.getElementById('app').__vue_app__ !== undefined)"
# A sentence of a guide, and the page on which it is.
KNOWN = ("the checks that are switched off, each by its name", "settings.html")
ERRORS = ("error", "assert")


def pages(whole):
    """The addresses of the pages that are checked."""
    found = sorted(str(path.relative_to(SITE)) for path in SITE.rglob("*.html"))
    own = [page for page in found if not page.startswith(("api/rust/", "playground/"))]
    return [*(page for page in own if whole or not page.startswith("source/") or page in SOURCES), *RUST, "playground/index.html"]


class Checks:
    def __init__(self, page, origin):
        self.page, self.origin, self.passed, self.failed = page, origin, 0, []

    def check(self, condition, what):
        if condition:
            self.passed += 1
        else:
            self.failed.append(what)
            print(f"FAILED {what}", flush=True)

    async def open(self, address):
        self.page.console.clear()
        await self.page.open(f"{self.origin}/{address}")
        await self.page.wait(f"location.pathname === '/{address}' && {READY}", f"{address} is ready")

    async def nothing_wrong(self, address):
        """No request goes to another host, and the browser reports no error and no violation of the Content Security Policy."""
        foreign = await self.page.evaluate(FOREIGN)
        wrong = [entry["text"] for entry in self.page.console if entry["level"] in ERRORS or entry["source"] == "security"]
        self.check(not foreign and not wrong, f"{address}: requests to other hosts {foreign}, complaints {wrong}")

    async def width(self, address):
        inner, outer = await self.page.evaluate(WIDTH)
        self.check(inner <= outer, f"{address}: {inner} pixels wide in a window of {outer}")


async def every_page(checks, whole):
    """At the width of a phone, where a page can be too wide."""
    await checks.page.resize(*PHONE)
    for address in pages(whole):
        await checks.open(address)
        await checks.nothing_wrong(address)
        await checks.width(address)


async def desktop(checks):
    await checks.page.resize(*DESKTOP)
    for address in [f"{kind}.html" for kind in KINDS]:
        await checks.open(address)
        await checks.nothing_wrong(address)
        await checks.width(address)


async def search(checks):
    """A reader who types a word finds the page on which it is."""
    word, expected = KNOWN
    await checks.open("index.html")
    # The button does nothing before the page's script has attached its listener.
    field = "document.querySelector('#localsearch-input')"
    await checks.page.wait(f"{field} !== null || (document.querySelector('.VPNavBarSearch button').click(), false)", "the field of the search")
    await checks.page.evaluate(f"({field}.focus(), true)")
    await checks.page.type(word)
    # Results change while the index is loaded.
    results = "[...document.querySelectorAll('.VPLocalSearchBox .result')].map(result => result.href)"
    await checks.page.wait(f"{results}.some(link => link.includes('/{expected}'))", f"the search for `{word}` finds {expected}")
    checks.passed += 1
    await checks.nothing_wrong("the search")


async def tabs(checks):
    """One of the blocks for several stacks is shown, and another one after a click."""
    await checks.open("index.html")
    shown = "[...document.querySelectorAll('.vp-code-group .blocks > div')].filter(block => block.offsetHeight > 0).map(block => block.textContent)"
    before = await checks.page.evaluate(shown)
    await checks.page.evaluate("(() => { [...document.querySelectorAll('.vp-code-group label')].find(label => label.textContent === 'nginx').click(); return true })()")
    after = await checks.page.evaluate(shown)
    checks.check(len(before) == len(after) == 1 and "corsac_policy" in after[0] and "fastapi" in before[0], f"tabs: {before} {after}")


async def tabs_of_a_page(checks):
    """A reader who chooses a language in one place in the tutorial sees it everywhere."""
    await checks.open("tutorial.html")
    chosen = "[...document.querySelectorAll('.vp-code-group')].map(group => group.querySelector('label[for=\"' + group.querySelector('input:checked').id + '\"]').textContent)"
    before = await checks.page.evaluate(chosen)
    await checks.page.evaluate("(() => { [...document.querySelectorAll('.vp-code-group label')].find(label => label.textContent === 'Node').click(); return true })()")
    after = await checks.page.evaluate(chosen)
    shown = await checks.page.evaluate("[...document.querySelectorAll('.vp-code-group .blocks > div')].filter(block => block.offsetHeight > 0).length")
    checks.check(set(before) == {"Python"} and set(after) == {"Node"} and len(after) == shown > 3, f"tabs of the tutorial: {before} {after} {shown}")


async def scheme(checks):
    """The switch changes the colour scheme, and the picture with it."""
    await checks.page.scheme("light")
    await checks.open("index.html")
    shown = "[...document.querySelectorAll('.vp-doc img')].filter(image => image.offsetHeight > 0 && image.naturalWidth > 0).map(image => image.className)"
    before = await checks.page.evaluate(shown)
    await checks.page.click(".VPNavBarAppearance button")
    after = await checks.page.wait(f"document.documentElement.classList.contains('dark') && {shown}", "the page is dark")
    checks.check((before, after) == (["only-light"], ["only-dark"]), f"pictures: {before} {after}")
    await checks.page.evaluate("(() => { localStorage.clear(); return true })()")


async def playground(checks):
    """The playground of the site runs the engine, under its own Content Security Policy."""
    await checks.open("index.html")
    await checks.page.click(".VPNavBarMenu a[href$='/playground/index.html']")
    await checks.page.wait("document.querySelector('#verdict .word')?.textContent === 'Readable'", "the playground has a verdict")
    policy = await checks.page.evaluate("document.querySelector('meta[http-equiv=Content-Security-Policy]').content")
    checks.check(policy.startswith("default-src 'none'"), policy)
    await checks.nothing_wrong("the playground")


async def scripts_of_pages(checks):
    """The code that docs/troubleshooting.md and local-networks.md give for the console works there, and shows something."""
    await checks.open("index.html")
    names = ("troubleshooting.md", "troubleshooting/local-networks.md")
    found = [block for name in names for block in blocks((ROOT / "docs" / name).read_text(encoding="utf-8"))]
    codes = [block.code.strip() for block in found if block.language == "js" or block.code.startswith("(await ")]
    for code in codes:
        checks.page.console.clear()
        # The console itself allows `await`, and shows the value.
        value = await checks.page.evaluate(f"(async () => await ({code}))()")
        await asyncio.sleep(0.1)
        shown = value or [entry["text"] for entry in checks.page.console if entry["source"] == "page"]
        checks.check(bool(shown), f"`{code}` shows nothing")
    checks.check(len(codes) >= 3, f"scripts for the console: {codes}")


async def pictures(page, origin, folder):
    folder.mkdir(parents=True, exist_ok=True)
    checks = Checks(page, origin)
    for name, size in (("desktop", DESKTOP), ("phone", PHONE)):
        await page.resize(*size)
        for colours in ("light", "dark"):
            await page.scheme(colours)
            for kind in [*KINDS, "api/rust/corsac/index", "playground/index"]:
                await checks.open(f"{kind}.html")
                await page.screenshot(folder / f"{kind.replace('/', '-')}-{name}-{colours}.png")


async def in_the_browser(whole, folder):
    with StaticServer(SITE) as server:
        async with Chromium() as page:
            if folder:
                await pictures(page, server.origin, folder)
                return 1, 0
            checks = Checks(page, server.origin)
            await page.begin()
            for part in (lambda given: every_page(given, whole), desktop, search, tabs, tabs_of_a_page, scheme, playground, scripts_of_pages):
                try:
                    await part(checks)
                except Exception:  # The others are tried as well.
                    checks.check(False, traceback.format_exc(limit=4))
            return checks.passed, len(checks.failed)


def links():
    count, broken = built_links.broken(SITE)
    for link in broken:
        print(f"FAILED {link}")
    # With fewer links, the site was not built completely.
    return (1 if count > 1000 and not broken else 0), len(broken) + (count <= 1000)


async def follow_the_tutorial():
    passed = failed = 0
    for language in tutorial.LANGUAGES:
        try:
            passed += await tutorial.check(language)
        except Exception:
            failed += 1
            print(f"FAILED the tutorial for {language}\n{traceback.format_exc(limit=4)}")
    return passed, failed


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("Usage: ")[1].split("\n\n")[0])
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--no-build", action="store_true")
    parser.add_argument("--pictures", type=Path)
    arguments = parser.parse_args()
    if not arguments.no_build:
        done = subprocess.run([sys.executable, ROOT / "site" / "build.py", "--built"], capture_output=True, text=True)
        if done.returncode != 0:
            print(f"{done.stdout}{done.stderr}\n0 passed, 1 failed")
            return 1
    results = [links(), asyncio.run(in_the_browser(arguments.whole, arguments.pictures))]
    if not arguments.pictures:
        results.append((tutorial.whole(), 0) if arguments.whole else asyncio.run(follow_the_tutorial()))
    passed, failed = (sum(column) for column in zip(*results, strict=True))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
