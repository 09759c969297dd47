#!/usr/bin/env python3
"""Sets up what the checks need, builds every binding once, runs all checks, and adds up what the runners counted.

Needs Rust, Python 3.11 and Node 20; everything else it installs itself, or says what to type. The last line is
`N passed, N failed`. A suite that ran no test has failed.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_DIR = ROOT / "bindings-node"
BINDINGS = ROOT / "target" / "bindings"
DEBIAN_PACKAGES = [
    "abigail-tools",
    "apache2",
    "apache2-dev",
    "chromium",
    "cmake",
    "curl",
    "g++",
    "libcivetweb-dev",
    "libevent-dev",
    "libjansson-dev",
    "libmicrohttpd-dev",
    "libnginx-mod-http-headers-more-filter",
    "make",
    "nginx",
    "nginx-dev",
    "openssl",
    "pkg-config",
    "python3-venv",
    "valgrind",
    "varnish",
]


# Seconds for one command: what takes longer hangs.
LONGEST = 1200


class Failed(Exception):
    """A stage that did not succeed, with what it printed."""


def run(*command, cwd=ROOT, env=None):
    """Runs a command and returns what it printed; raises Failed with the same."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=LONGEST,
        )
    except subprocess.TimeoutExpired as error:
        printed = (error.stdout or b"").decode(errors="replace") if isinstance(error.stdout, bytes) else error.stdout
        raise Failed(f"$ {' '.join(map(str, command))}\nnot done within {LONGEST} s\n{printed or ''}") from error
    except FileNotFoundError as error:
        raise Failed(f"{command[0]}: not found; install it and try again") from error
    if done.returncode != 0:
        raise Failed(f"$ {' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def once(stamp, *inputs):
    """Whether the files have changed since the stamp was set, and a function that sets it."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in inputs)).hexdigest()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    current = stamp.read_text() if stamp.exists() else ""
    return current != digest, lambda: stamp.write_text(digest)


# --- what is needed ---------------------------------------------------------------------------------------------


def toolchains():
    wanted = [("cargo", "--version", (1, 88)), ("node", "--version", (20, 0)), ("python3", "--version", (3, 11))]
    for tool, flag, least in wanted:
        if shutil.which(tool) is None:
            raise Failed(f"{tool} is missing: install Rust, Node 20 and Python 3.11 first")
        found = re.search(r"(\d+)\.(\d+)", run(tool, flag))
        if found is None or (int(found[1]), int(found[2])) < least:
            raise Failed(f"{tool} {'.'.join(map(str, least))} or newer is needed")


def debian_packages():
    if shutil.which("dpkg-query") is None:
        return "no Debian: the C checks say what they miss"
    listed = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *DEBIAN_PACKAGES],
        capture_output=True, text=True,
    ).stdout
    installed = {line.split()[0] for line in listed.splitlines() if line.endswith(" installed")}
    missing = [package for package in DEBIAN_PACKAGES if package not in installed]
    if not missing:
        return "all there"
    install = f"apt-get install -y --no-install-recommends {' '.join(missing)}"
    if os.geteuid() != 0:
        raise Failed(f"packages are missing; type: sudo {install}")
    # Nothing is asked, and no server is started on being installed.
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    run("apt-get", "update", env=quiet)
    run(*install.split(), env=quiet)
    return f"installed {' '.join(missing)}"


def virtual_environment():
    requirements = ROOT / "bindings-python" / "requirements-dev.txt"
    stale, done = once(VENV / ".stamp", requirements)
    if not stale and PYTHON.exists():
        return "unchanged"
    run("python3", "-m", "venv", "--clear", VENV)
    run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements)
    done()
    return "installed"


def node_modules():
    stale, done = once(NODE_DIR / "node_modules" / ".stamp", NODE_DIR / "package-lock.json")
    if not stale:
        return "unchanged"
    run("npm", "ci", "--no-audit", "--no-fund", cwd=NODE_DIR)
    done()
    return "installed"


def build_bindings():
    packages = ["corsac-c", "corsac-python", "corsac-node"]
    run("cargo", "build", "--locked", "--profile", "bindings", *[part for package in packages for part in ("-p", package)])
    place(BINDINGS / "lib_corsac.so", ROOT / "bindings-python" / "python" / "corsac" / "_corsac.abi3.so")
    place(BINDINGS / "libcorsac_node.so", NODE_DIR / "corsac.linux-x64-gnu.node")


def place(built, where):
    """Copies by renaming, so that a process that has the old file mapped is left alone."""
    fresh = where.with_name(where.name + ".new")
    shutil.copyfile(built, fresh)
    fresh.replace(where)


# --- what is checked --------------------------------------------------------------------------------------------


def counts(output, *patterns):
    """Adds up passed and failed; a suite without a count, or with none passed, has failed."""
    passed = failed = 0
    for pattern in patterns:
        for found in re.finditer(pattern, output, re.M):
            groups = found.groupdict()
            passed += int(groups.get("passed") or 0)
            failed += int(groups.get("failed") or 0)
    if passed == 0:
        raise Failed(f"no test was run\n{output}")
    return passed, failed


def rust_tests():
    output = run("cargo", "test", "--locked", "--workspace", "--quiet")
    return counts(output, r"^test result: .*?(?P<passed>\d+) passed; (?P<failed>\d+) failed")


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
    run(PYTHON, "-m", "mypy.stubtest", "corsac", cwd=where, env={"PYTHONPATH": "python"})
    run(PYTHON, "-m", "pyright", "--pythonpath", PYTHON, cwd=where)


def python_versions():
    output = run(PYTHON, "bindings-python/tests/versions.py")
    return counts(output, r"^(?P<passed>\d+) passed, (?P<failed>\d+) failed")


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
    return counts(f"{works} runtimes\n{following}", r"^(?P<passed>\d+) runtimes$", r"^next: (?P<passed>\d+) answers")


def c_tests():
    output = run("make", "--no-print-directory", "-C", "bindings-c", "test", "PROFILE=bindings")
    return counts(output, r"^(?:\S+: )?(?P<passed>\d+) passed, (?P<failed>\d+) failed")


def nginx_tests():
    output = run("make", "--no-print-directory", "-C", "bindings-c/nginx", "test")
    return counts(output, r"^(?:\S+: )?(?P<passed>\d+) passed, (?P<failed>\d+) failed")


def apache_tests():
    output = run("make", "--no-print-directory", "-C", "bindings-c/apache", "test")
    return counts(output, r"^(?:\S+: )?(?P<passed>\d+) passed, (?P<failed>\d+) failed")


def demo():
    output = run("python3", "demo/run.py", env={"ONCE": "1"})
    return counts(output, r"^(?P<passed>\d+) of \d+ cells agree")


def demo_control():
    tests = ["-m", "unittest", "test_control", "test_failures", "test_service"]
    return counts(run("python3", *tests, cwd=ROOT / "demo", env={"DEMO_BUILT": "1"}), r"^Ran (?P<passed>\d+) tests?")


def repository_tests():
    output = run("python3", "-m", "unittest", "discover", "-s", "tests/repository", "-v")
    return counts(output, r"^Ran (?P<passed>\d+) tests?")


def mutate_smoke():
    output = run("python3", "tests/mutate_table.py", "--smoke")
    return counts(output, r"^(?P<passed>\d+) passed, (?P<failed>\d+) failed")


SETUP = [
    ("debian packages", debian_packages),
    ("virtual environment", virtual_environment),
    ("node modules", node_modules),
    ("bindings built", build_bindings),
]
CHECKS = [
    ("format", lambda: run("cargo", "fmt", "--all", "--check")),
    ("clippy", lambda: run("cargo", "clippy", "--locked", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings")),
    ("generated files", lambda: run("cargo", "xtask", "generate", "--check")),
    ("bindings hold no rules", lambda: run("python3", "tests/repository/binding_rules.py")),
    ("repository tests", repository_tests),
    ("rust documentation", rust_documentation),
    ("rust tests", rust_tests),
    ("python types", python_types),
    ("python tests", python_tests),
    ("python versions", python_versions),
    ("node types", node_types),
    ("node tests", node_tests),
    ("node elsewhere", node_elsewhere),
    ("c tests", c_tests),
    ("nginx tests", nginx_tests),
    ("apache tests", apache_tests),
    ("demo", demo),
    ("demo, broken on purpose", demo_control),
    ("mutations of the table", mutate_smoke),
]


def stage(name, check):
    """Runs one stage and prints how long it took. Returns (passed, failed) or None where it failed."""
    start = time.monotonic()
    try:
        result = check()
    except Failed as failure:
        say(f"FAILED  {name} ({time.monotonic() - start:.0f} s)\n{failure}\n")
        return None
    seconds = f"{time.monotonic() - start:.0f} s"
    counted = result if isinstance(result, tuple) else (0, 0)
    note = f"{counted[0]} passed, {counted[1]} failed" if isinstance(result, tuple) else ""
    say(f"ok      {name:24} {seconds:>6}  {note}".rstrip())
    return counted


def say(line):
    """One write a line, since stages run side by side."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main():
    start = time.monotonic()
    if stage("toolchains", toolchains) is None:
        return 1
    with ThreadPoolExecutor() as pool:
        if None in list(pool.map(lambda named: stage(*named), SETUP)):
            return 1
    only = sys.argv[1:]
    passed = failed = broken = 0
    for name, check in CHECKS:
        if only and not any(word in name for word in only):
            continue
        result = stage(name, check)
        if result is None:
            broken += 1
        else:
            passed, failed = passed + result[0], failed + result[1]
    print(f"in {time.monotonic() - start:.0f} s")
    print(f"{passed} passed, {failed + broken} failed")
    return 1 if failed or broken or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
