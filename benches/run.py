#!/usr/bin/env python3
"""Measures the speed of corsac: `make bench` measures all stacks, `make bench STACK=python` one.

Usage: benches/run.py [--install] [--quick] [--publish] [--stack STACK]...

Prints a table for each stack, and writes `target/bench/STACK.json`. What a stack needs is built first. If something is
missing, the other stacks are measured, and the command that installs it is printed. Debian packages are installed with
`--install`, and only by root.

`--quick` takes few rounds. `--publish` writes the results into the documentation afterwards, and refuses if a stack is missing or if
anything else was running (see benches/publish.py). A budget that is missed fails nothing: it is reported in the table.
"""

import argparse
import compileall
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT / "tests"))
import needs  # noqa: E402
import publish  # noqa: E402
import table  # noqa: E402
from measure import BENCH, benchmark  # noqa: E402
from needs import ENVOY_PYTHON, NODE_DIR, PYTHON, Failed, run  # noqa: E402


class Stack(NamedTuple):
    """`needs` are those of tests/needs.py, `build` makes the programs that are measured, and each program prints rows as JSON."""

    needs: str
    build: object
    programs: list


def release(package):
    run("cargo", "build", "--locked", "--release", "--quiet", "-p", package)


def nothing():
    """The packages that are measured are among the needs."""


def rust():
    benchmark("corsac", "instructions")
    benchmark("corsac-benches", "costs")


def tower():
    benchmark("corsac-benches", "tower")
    benchmark("corsac-benches", "server")


def python():
    """The package with the extension as it is published, and the wheel."""
    shutil.rmtree(BENCH / "wheel", ignore_errors=True)
    build = ["build", "--release", "--locked", "--quiet", "--out", BENCH / "wheel"]
    run(PYTHON, "-m", "maturin", *build, cwd=ROOT / "bindings-python")
    shutil.rmtree(BENCH / "python", ignore_errors=True)
    wheel = next((BENCH / "wheel").glob("corsac-*.whl"))
    shutil.unpack_archive(wheel, BENCH / "python", "zip")
    # As pip does when it installs a wheel; otherwise `import corsac` would compile the package each time.
    compileall.compile_dir(BENCH / "python", quiet=1)


def node():
    """The packages as they are published, in a folder of node_modules."""
    release("corsac-node")
    shutil.rmtree(BENCH / "npm", ignore_errors=True)
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    triple = f"linux-{machine}-gnu"
    staged = BENCH / "npm" / "staged"
    run("node", "scripts/stage.js", staged, f"{triple}={ROOT / 'target' / 'release' / 'libcorsac_node.so'}", cwd=NODE_DIR)
    modules = BENCH / "npm" / "node_modules"
    (modules / "@corsac").mkdir(parents=True)
    (staged / "corsac").rename(modules / "corsac")
    (staged / triple).rename(modules / "@corsac" / triple)


def c():
    run("make", "--silent", "-C", "bindings-c", "install", "PROFILE=release", f"PREFIX={BENCH / 'prefix'}")


def c_and_smallest():
    c()
    release("corsac-decides")


def command():
    release("corsac-cli")


PROGRAMS = HERE / "stacks"
SYSTEM = sys.executable
STACKS = {
    "rust": Stack("apt bench", rust, [[SYSTEM, "rust.py"]]),
    "tower": Stack("apt bench", tower, [[SYSTEM, "tower.py"], [SYSTEM, "servers.py", "axum"]]),
    "python": Stack(
        "apt bench, apt python, venv", python,
        [[PYTHON, "python.py"], [PYTHON, "servers.py", "uvicorn", "gunicorn"], [PYTHON, "sizes.py", "python"]],
    ),
    "node": Stack(
        "apt bench, apt wasm, node_modules, build wasm", node,
        [["node", "node.js"], [SYSTEM, "servers.py", "http", "Express", "Fastify"], [SYSTEM, "sizes.py", "node"]],
    ),
    "wasm": Stack("apt wasm, node_modules, edge runtimes, build wasm", nothing, [["node", "wasm.js"]]),
    "envoy": Stack("apt bench, apt wasm, apt envoy, envoy, build envoy", nothing, [[ENVOY_PYTHON, "envoy_filter.py"]]),
    "c": Stack("apt bench, apt c", c_and_smallest, [[SYSTEM, "c.py"], [SYSTEM, "sizes.py", "c"]]),
    "nginx": Stack("apt bench, apt c, apt nginx", c, [[SYSTEM, "servers.py", "nginx"], [SYSTEM, "nginx.py"]]),
    "command": Stack("", command, [[SYSTEM, "command.py"]]),
}  # fmt: skip
# A machine is quiet if other programs use less than this share of its processors.
MOST_OF_OTHERS = 0.1


def busy_seconds():
    """The processor time that all programs together have used since the machine started."""
    user, nice, system, _idle, _waiting, irq, softirq, *_ = map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def own_seconds():
    """The processor time of this program, and of all that it has started and that have ended."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def machine():
    models = [line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    kilobytes = int(Path("/proc/meminfo").read_text().split()[1])
    return {"processor": models[0] if models else platform.machine(), "processors": os.cpu_count(), "memory": f"{kilobytes / 2**20:.0f} GB", "system": f"Linux {'.'.join(platform.release().split('.')[:2])}"}


def commit():
    shown = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True)
    return shown.stdout.strip() or None


def prepare(stack, install):
    """Sets up and builds what a stack needs."""
    say = lambda text: print(text, flush=True)  # noqa: E731

    def report(name, work):
        start = time.monotonic()
        try:
            work()
        except (Failed, SystemExit) as failure:
            say(f"  {name}: {failure}")
            return None
        say(f"  {name}: {time.monotonic() - start:.0f} s")
        return True

    return needs.prepare({need for need in stack.needs.split(", ") if need}, install, report) and report("build", stack.build)


def measured(name, stack, quick):
    """The output of a stack's programs, as one result."""
    rows, versions = [], {}
    before = busy_seconds(), own_seconds(), time.monotonic()
    load = os.getloadavg()
    for program in stack.programs:
        interpreter, file, *arguments = map(str, program)
        words = [interpreter, str(PROGRAMS / file), *(["--quick"] if quick else []), *arguments]
        try:
            done = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        except FileNotFoundError as error:
            raise Failed(f"{interpreter} is missing: install it, and try again") from error
        if done.returncode != 0:
            raise Failed(f"$ {' '.join(words)}\nended with {done.returncode}")
        result = json.loads(done.stdout)
        rows += result["rows"]
        versions |= result["versions"]
    busy, own, seconds = (after - start for after, start in zip((busy_seconds(), own_seconds(), time.monotonic()), before))
    rows, without_row = table.with_budgets(name, rows)
    others = max(0.0, busy - own) / seconds / (os.cpu_count() or 1)
    return {
        "stack": name, "date": time.strftime("%Y-%m-%d", time.gmtime()), "commit": commit(), "quick": quick, "seconds": round(seconds),
        "quiet": others <= MOST_OF_OTHERS, "others": round(others, 3), "load": [round(value, 2) for value in (*load, os.getloadavg()[0])],
        "machine": machine(), "versions": versions, "rows": rows, "budgets_without_row": without_row,
    }  # fmt: skip


def describe(result):
    """The table of a stack, and notes about the run."""
    versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    others = f"other programs used {100 * result['others']:.0f} % of the processors"
    print(f"\n{table.as_text(result['rows'])}\n({result['seconds']} s; {others}{'; ' + versions if versions else ''})")
    for case in result["budgets_without_row"]:
        print(f"budgets.toml has a budget for `{case}`, which was not measured")


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("Usage: ")[1].split("\n\n")[0])
    parser.add_argument("--install", action="store_true", help="install missing Debian packages (as root)")
    parser.add_argument("--quick", action="store_true", help="few rounds")
    parser.add_argument("--publish", action="store_true", help="write the results into the documentation")
    parser.add_argument("--stack", action="append", choices=list(STACKS), metavar="STACK", help=f"one of {', '.join(STACKS)}")
    arguments = parser.parse_args()
    BENCH.mkdir(parents=True, exist_ok=True)
    failed, ready = [], []
    for name in arguments.stack or STACKS:
        print(f"\n{name}: setting up", flush=True)
        (ready if prepare(STACKS[name], arguments.install) else failed).append(name)
    for name in ready:
        print(f"\n{name}: measuring", flush=True)
        try:
            result = measured(name, STACKS[name], arguments.quick)
        except Failed as failure:
            print(failure)
            failed.append(name)
            continue
        (BENCH / f"{name}.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
        describe(result)
    if failed:
        print(f"\nnot measured: {', '.join(failed)}; the reason is above")
    if arguments.publish:
        return publish.main()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
