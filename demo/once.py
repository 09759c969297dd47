"""`ONCE=1`: headless Chromium opens the page under both names, and every cell is checked."""

import base64
import json
import os
import time

import build
import matrix
from browser import Browser
from settings import ROOT, Stop

SECONDS = 40
SHOTS = [
    # name, page, colour scheme, width, the cell that is open
    ("light", "allowed", "light", 1200, None),
    ("dark", "allowed", "dark", 1200, None),
    ("open", "allowed", "light", 1200, "put-c"),
    ("open-dark", "allowed", "dark", 1200, "method-node"),
    ("phone", "allowed", "light", 390, None),
    ("phone-open", "allowed", "dark", 390, "cookie-python"),
    ("refused", "refused", "light", 1200, "own-headers-python"),
]


def run(settings, servers, shots):
    """Runs all cases on both origins, saves screenshots, prints the matrix. Returns how many cells differ."""
    shots.mkdir(parents=True, exist_ok=True)
    differing, total = [], 0
    with Browser(build.chromium()) as browser:
        for page, origin in settings.pages.items():
            plan, cells = visit(browser, servers, origin)
            matrix.show(plan, cells)
            differing += differences(plan, cells)
            total += len(cells)
            for name, where, scheme, width, cell in SHOTS:
                if where == page:
                    (shots / f"{name}.png").write_bytes(screenshot(browser, scheme, width, cell))
    servers.check()
    for line in differing:
        print(f"DIFFERS  {line}")
    print(f"{total - len(differing)} of {total} cells agree. Screenshots: {os.path.relpath(shots, ROOT)}/*.png")
    return len(differing)


def visit(browser, servers, origin):
    """Opens the page and waits until it has run every case. Returns its plan and its cells."""
    browser.cors_errors.clear()
    browser.open(f"{origin}/")
    end = time.monotonic() + SECONDS
    while not browser.evaluate("document.documentElement?.dataset.done === 'yes'"):
        servers.check()
        if time.monotonic() > end:
            raise Stop(f"the page at {origin} did not finish within {SECONDS} s")
        time.sleep(0.1)
    state = json.loads(browser.evaluate("JSON.stringify({ plan: demo.plan, cells: demo.cells })"))
    plan, cells = state["plan"], {(cell["case"], cell["server"]): cell for cell in state["cells"]}
    for case in plan["cases"]:
        for server in plan["servers"]:
            if (case["id"], server["id"]) not in cells:
                raise Stop(f"the page at {origin} did not run {case['title']} against {server['title']}")
            compare_console(browser.cors_errors, cells[case["id"], server["id"]], case)
    return plan, cells


def compare_console(cors_errors, cell, case):
    """Compares why the browser blocked the response with what the case expects.

    Only the console shows the reason, and scripts cannot see it.
    """
    found = next((error for url, error in cors_errors.items() if url in cell["urls"]), None)
    cell["console"] = found
    wanted = case["expect"].get("console")
    if found != wanted:
        cell["problems"].append(f"console: {found or 'nothing'}, not {wanted or 'nothing'}")


def differences(plan, cells):
    """One line for each cell that differs, beginning with its name."""
    lines = []
    for case in plan["cases"]:
        for server in plan["servers"]:
            problems = cells[case["id"], server["id"]]["problems"]
            if problems:
                where = f"{case['title']} × {server['title']} at {plan['pages'][plan['page']]}"
                more = f"; and {len(problems) - 2} more" if len(problems) > 2 else ""
                lines.append(f"{where}: {'; '.join(problems[:2])}{more}")
    return lines


def screenshot(browser, scheme, width, cell):
    """The whole page as PNG, with one cell opened for it."""
    phone = width < 600
    browser.page("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 2 if phone else 1, "mobile": phone}
    browser.page("Emulation.setDeviceMetricsOverride", **metrics)
    toggle = f"document.getElementById({json.dumps(cell)})?.click()"
    browser.evaluate(toggle)
    browser.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    shot = browser.page("Page.captureScreenshot", format="png", captureBeyondViewport=True)
    browser.evaluate(toggle)
    return base64.b64decode(shot["data"])
