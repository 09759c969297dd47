#!/usr/bin/env python3
"""The C library: the instructions of one decision through the shared library, and how often it asks for memory."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from measure import BENCH, each, finish, instructions, progress, quick, row, run  # noqa: E402

PREFIX = BENCH / "prefix"
CASES = {"no-origin": "no Origin", "allowed": "an allowed origin", "refused": "a refused origin", "preflight": "a preflight that asks for two names"}
RUNS = 3 if quick() else 7


def main():
    program = BENCH / "decision"
    run("cc", "-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "benches/stacks/c.c", f"-I{PREFIX}/include", f"-L{PREFIX}/lib", "-lcorsac",
        f"-Wl,-rpath,{PREFIX}/lib", "-o", program)  # fmt: skip
    rows, found = [], {}
    for name, title in CASES.items():
        progress(title)
        found[name] = each(instructions, program, name, few=100, many=1100, runs=RUNS)
        rows.append(row(title, "instructions", found[name]))
    for name in ("refused", "preflight"):
        rows.append(row(f"{CASES[name]}, against an allowed origin", "instructions", found[name], found["allowed"], "allowed",
                        ratio=found[name].median / found["allowed"].median))  # fmt: skip
    allocations = sum(json.loads(run(program, name, 1000))["allocations"] for name in CASES)
    rows.append(row("allocations in 4,000 decisions", "allocations", allocations))
    finish(rows, {"cc": run("cc", "-dumpfullversion").strip()})


if __name__ == "__main__":
    main()
