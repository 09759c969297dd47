#!/usr/bin/env python3
"""Starts each recipe as its README says, and checks the results.

Usage: tests/recipes/run.py [--whole] [RECIPE]...

The commands of the README are executed in its order, on a copy of the recipe with ports from the kernel. The output that the
README shows has to appear. Then follow the exchanges and the pages of the recipe's description. A real browser has
to do the same as `corsac test` expects. With `--whole`, each recipe is started three times. The last line is `N passed,
N failed`.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from browser import Browser
from exchanges import exchange
from recipe import INSTALLED, ROOT, Recipe, names
from servers import Servers

# Recipes that run at the same time: most of the time is spent on waiting for servers to start.
SIDE_BY_SIDE = 3
REPETITIONS = 3
# Characters of a failure that are printed.
LONGEST_FAILURE = 3000
# Seconds for a command that ends.
LONGEST = 600
READABLE = {"readable", "allowed", "opaque", "sent"}


def environment():
    """The programs and packages that people have after the installation: the command, and corsac for Python and Rust."""
    programs = [
        INSTALLED / "venv" / "bin",
        ROOT / "target" / "command",
        ROOT / "target" / "tools" / "proxies" / "bin",
    ]
    path = os.pathsep.join([*map(str, programs), os.environ["PATH"]])
    package = str(ROOT / "bindings-python" / "python")
    library = INSTALLED / "nginx-module" / "prefix" / "lib"
    own = {"PKG_CONFIG_PATH": str(library / "pkgconfig"), "LD_LIBRARY_PATH": str(library)}
    own |= {"PATH": path, "PYTHONPATH": package, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}
    # gunicorn would write into the home folder.
    own |= {"GUNICORN_CMD_ARGS": "--no-control-socket", "npm_config_update_notifier": "false"}
    return {**os.environ, **own, "NO_COLOR": "1", "NEXT_TELEMETRY_DISABLED": "1", "CI": "1"}


class Checked:
    """Counts what was checked in one recipe."""

    def __init__(self, name):
        self.name, self.passed, self.failures, self.printed, self.seconds = name, 0, [], "", 0.0

    def check(self, what, work, *arguments):
        try:
            work(*arguments)
            self.passed += 1
        except Exception as error:
            self.failures.append(f"{self.name}: {what}\n{type(error).__name__}: {str(error)[:LONGEST_FAILURE]}")


def refresh_package():
    """Installs corsac for Node as it is now: npm made a copy of the package when it installed the others."""
    package, installed = ROOT / "bindings-node", INSTALLED / "node_modules" / "corsac"
    shutil.rmtree(installed, ignore_errors=True)
    installed.mkdir(parents=True)
    for pattern in ["package.json", *json.loads((package / "package.json").read_text())["files"]]:
        for path in package.glob(pattern):
            copy = shutil.copytree if path.is_dir() else shutil.copyfile
            copy(path, installed / path.name)


def execute(recipe, command):
    """Runs a command that ends, and checks that its output has the lines that the README shows, in the same order."""
    done = subprocess.run(
        command.typed,
        shell=True,
        cwd=recipe.folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LONGEST,
    )
    assert done.returncode == command.status, f"status {done.returncode}, and not {command.status}\n{done.stdout}"
    printed = iter(done.stdout.replace("\r", "").splitlines())
    for line in command.shown:
        assert any(line == other for other in printed), f"the README shows `{line}`, and the output is\n{done.stdout}"


def in_browser(recipe, browser):
    """The table of `corsac test`, and what Chromium does with the same requests."""
    table = recipe.table()
    for request in table["requests"]:
        listed = lambda value: value if isinstance(value, list) else [value]  # noqa: E731
        for origin in listed(request["from"]):
            for method in listed(request.get("method", "GET")):
                url = request["url"] if request["url"].startswith("http") else recipe.server() + request["url"]
                sent = (origin, url, method, request.get("headers", {}), request.get("credentials", False))
                found = browser.fetch(*sent, request.get("readable_headers", []))
                expected = request["expect"] in READABLE
                assert (found in READABLE) == expected, f"{method} {url} from {origin}: {found}, and not {request['expect']}"


def play(name, browser):
    """Everything about one recipe."""
    begun, recipe, checked = time.monotonic(), Recipe(name), Checked(name)
    recipe.prepare()
    with Servers(recipe.folder, environment()) as servers:
        waited = False
        for command in recipe.commands():
            if command.is_installation:
                continue
            if command.asks and not waited:
                checked.check("the servers start", servers.wait_for, recipe.ports.values())
                waited = True
            if command.asks or command.builds:
                checked.check(f"$ {command.typed}", execute, recipe, command)
            else:
                servers.start(command)
        if not waited:
            checked.check("the servers start", servers.wait_for, recipe.ports.values())
        for page in recipe.pages():
            checked.check(page.get("open") or page["blank"], browser.run_page, page)
        for expected in recipe.exchanges():
            checked.check(expected["request"], exchange, expected, list(recipe.ports.values()))
        if recipe.table()["requests"]:
            checked.check("the table in Chromium", in_browser, recipe, browser)
        if checked.failures:
            checked.printed = servers.printed()
    checked.seconds = time.monotonic() - begun
    return checked


def main(arguments):
    whole = "--whole" in arguments
    chosen = [argument for argument in arguments if argument != "--whole"] or names()
    refresh_package()
    with Browser() as browser, ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        rounds = REPETITIONS if whole else 1
        results = [result for _ in range(rounds) for result in list(pool.map(lambda name: play(name, browser), chosen))]
    for result in results:
        print(f"{result.name:24} {result.seconds:5.1f} s  {result.passed} passed, {len(result.failures)} failed")
        for failure in result.failures:
            print(f"\n{failure}\n")
        if result.failures:
            print(f"the servers printed:\n{result.printed}\n")
    passed, failed = sum(result.passed for result in results), sum(len(result.failures) for result in results)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
