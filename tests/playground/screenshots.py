#!/usr/bin/env python3
"""Writes the pictures of the README and the guide: `python3 tests/playground/screenshots.py`. It needs Chromium and `pngquant`."""

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

from driver import Chromium
from static_server import StaticServer

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"


async def main():
    if shutil.which("pngquant") is None:
        sys.exit("pngquant is not installed; type: apt-get install -y --no-install-recommends pngquant")
    with StaticServer(ROOT / "playground") as server:
        async with Chromium() as page:
            page.origin = server.origin
            await page.resize(1480, 1020)
            await page.call("Emulation.setScrollbarsHidden", {"hidden": True}, page.session)
            for scheme in ("light", "dark"):
                await page.scheme(scheme)
                await page.load()
                await page.example("wrong-port")
                await asyncio.sleep(0.5)
                file = IMAGES / f"playground-{scheme}.png"
                await page.screenshot(file)
                subprocess.run(["pngquant", "--force", "--strip", "--output", file, "64", file], check=True)
                print(f"{file.relative_to(ROOT)}: {file.stat().st_size} bytes")


if __name__ == "__main__":
    asyncio.run(main())
