#!/usr/bin/env python3
"""The size of each package as a registry would have it, and how much longer a program takes to start with it.

Usage: sizes.py [--quick] python|node|c
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from measure import BENCH, ROOT, Measured, chosen, finish, in_turn, instructions, processor_seconds, progress, quick, row, run  # noqa: E402

ROUNDS = 7 if quick() else 31


def added(case, bare, loading):
    """How much longer a program takes if it loads the package."""
    progress(case)
    found = in_turn(ROUNDS, {"bare": lambda: processor_seconds(*bare), "loading": lambda: processor_seconds(*loading)})
    differences = [1e9 * (loading - bare) for bare, loading in zip(found["bare"], found["loading"], strict=True)]
    return row(case, "ns", Measured(differences), kind="time")


def added_instructions(case, bare, loading, bare_name, env=None):
    """How many more instructions a program executes if it loads the package. Both programs have to be the same each time."""
    progress(f"{case}, instructions")
    without, with_package = (instructions(*program, env=env) for program in (bare, loading))
    return row(f"{case}, instructions", "instructions", with_package - without, without, bare_name)


def python():
    wheels = list((BENCH / "wheel").glob("corsac-*.whl"))
    yield row("the wheel", "bytes", wheels[0].stat().st_size, kind="size")
    start = f"import sys; sys.path.insert(0, {str(BENCH / 'python')!r})"
    for title, before in (("import corsac", start), ("import corsac, after Starlette", f"{start}; import starlette.applications")):
        bare, loading = ([sys.executable, "-c", program] for program in (before, f"{before}; import corsac"))
        yield added(title, bare, loading)
        # Otherwise the hash tables of strings would have another order each time.
        yield added_instructions(title, bare, loading, "the program without it", env={"PYTHONHASHSEED": "0"})


def node():
    folder = BENCH / "npm" / "node_modules"
    for title, package in (("the package of the platform", next((folder / "@corsac").iterdir())), ("the package", folder / "corsac")):
        packed = json.loads(run("npm", "pack", "--dry-run", "--json", cwd=package))
        packed = packed[0] if isinstance(packed, list) else next(iter(packed.values()))
        yield row(title, "bytes", packed["size"], kind="size")
    # Every web server has loaded node:http.
    for title, before in (("require('corsac')", ""), ("require('corsac'), after node:http", "require('node:http')\n")):
        yield added(title, node_program("bare", before), node_program("loading", f"{before}require('corsac')\n"))
    # With these options, Node executes the same instructions each time, and none in other threads.
    always_alike = ["node", "--single-threaded", "--hash-seed=1", "--random-seed=1"]
    bare, loading = ([*always_alike, node_program(*program)[1]] for program in (("bare", ""), ("loading", "require('corsac')\n")))
    yield added_instructions("require('corsac')", bare, loading, "Node's own start")


def node_program(name, text):
    """A program in a file. With `node -e`, Node's own work to load its first file would be counted as the package's."""
    file = BENCH / "npm" / f"{name}.js"
    file.write_text(text)
    return ["node", file]


def c():
    library = next((BENCH / "prefix" / "lib").glob("libcorsac.so.*.*.*"))
    yield row("libcorsac.so", "bytes", library.stat().st_size, kind="size")
    smallest = ROOT / "target" / "release" / "libcorsac_decides.so"
    yield row("a library that reads policies and decides, without explanations", "bytes", smallest.stat().st_size, kind="size")


PACKAGES = {"python": python, "node": node, "c": c}


def main():
    finish([row for name in chosen(PACKAGES) for row in PACKAGES[name]()])


if __name__ == "__main__":
    main()
