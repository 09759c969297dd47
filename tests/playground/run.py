#!/usr/bin/env python3
"""The playground in real browsers: `python3 tests/playground/run.py [--browser NAME] [WORD…]` runs the checks.

With words, only the checks whose names contain one of them are run. Each check gets the page, freshly loaded, in Chromium and in
Firefox. The last line is `N passed, N failed`.
"""

import argparse
import asyncio
import base64
import json
import shutil
import sys
import tempfile
import traceback
import zlib
from pathlib import Path

from checks import CHECKS
from driver import BROWSERS
from static_server import StaticServer

ROOT = Path(__file__).resolve().parents[2]
PLAYGROUND = ROOT / "playground"
AXE = Path(__file__).resolve().parent / "node_modules" / "axe-core" / "axe.min.js"
POLICY = '<meta http-equiv="Content-Security-Policy"'


def served(folder):
    """Copies of the page: as it is, with the accessibility checker, without the module, and without its Content Security Policy."""
    page = (PLAYGROUND / "index.html").read_text()
    for file in PLAYGROUND.iterdir():
        shutil.copy(file, folder)
    shutil.copy(AXE, folder)
    shutil.copytree(PLAYGROUND, folder / "without-module", ignore=shutil.ignore_patterns("*.wasm"))
    app = '<script type="module" src="app.js">'
    assert app in page and POLICY in page
    (folder / "with-axe.html").write_text(page.replace(app, f'<script src="axe.min.js"></script>{app}'))
    (folder / "without-policy.html").write_text(page.replace(POLICY, '<meta name="no-policy"'))


def recommended_headers():
    """The headers that the guide tells hosts to send. The Content Security Policy is that of the page, with the rules that only
    a header can have.
    """
    block = (ROOT / "docs" / "playground.md").read_text().split("```text\n")[1].split("```")[0]
    headers = [tuple(line.split(": ", 1)) for line in block.splitlines()]
    own = (PLAYGROUND / "index.html").read_text().split(POLICY)[1].split('content="')[1].split('"')[0]
    assert dict(headers)["Content-Security-Policy"] == f"{own}; frame-ancestors 'none'", "the guide and the page have different policies"
    return headers


def state_of(fragment):
    """Reads the state in an address, with different code than the page's."""
    letters = fragment.removeprefix("#1.")
    compressed = base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
    return json.loads(zlib.decompress(compressed, -zlib.MAX_WBITS))


async def run(browser, origin, words):
    passed, failed = 0, []
    async with BROWSERS[browser]() as page:
        page.origin, page.state_of = origin, state_of
        await page.begin()
        for check in CHECKS:
            name = check.__name__
            if words and not any(word in name for word in words):
                continue
            try:
                await page.load()
                await check(page)
                passed += 1
            except Exception:  # The other checks still run.
                failed.append(name)
                print(f"FAILED {browser}: {name}\n{traceback.format_exc(limit=4)}", flush=True)
    return passed, failed


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--browser", action="append", choices=sorted(BROWSERS))
    parser.add_argument("words", nargs="*")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="corsac-playground-") as folder:
        served(Path(folder))
        headers = recommended_headers()
        with StaticServer(folder, lambda path: () if path.startswith("/without-policy") else headers) as server:
            names = arguments.browser or sorted(BROWSERS)
            results = await asyncio.gather(*(run(name, server.origin, arguments.words) for name in names))
    passed, failed = sum(count for count, _ in results), sum(len(names) for _, names in results)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
