#!/usr/bin/env python3
"""Core: the instructions of one decision, by kind of request and by the number of origins; and how policies of a million origins are built."""

import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from measure import benchmark, each, finish, instructions, processor_seconds, progress, quick, row, run  # noqa: E402

# Sets of origins are hashed with a random seed, so that counts differ a little.
RUNS = 3 if quick() else 7
DECISIONS = {
    "no-origin": "no Origin",
    "hit": "an allowed origin",
    "wildcard": "an origin that a pattern allows",
    "miss": "a refused origin",
    "preflight": "a preflight that asks for two names",
    "route": "an allowed origin on one of 1,000 routes, with protection",
    "escaped-path": "the same, on a path with escapes and dots",
    "foreign-write": "a foreign write that protection refuses",
}
# What a hostile client sends: the name in costs.rs, and the ordinary request with which it is compared.
HOSTILE = {
    "1 MiB of commas in Access-Control-Request-Headers": ("commas", "ordinary"),
    "1 MiB of Access-Control-Request-Method": ("method", "ordinary"),
    "1 MiB of Origin": ("origin", "ordinary"),
    "1,024 names in one Access-Control-Request-Headers": ("joined", "ordinary"),
    "1,024 lines of Access-Control-Request-Headers, found among all headers": ("found-lines", "found-ordinary"),
}


def decisions():
    program = benchmark("corsac", "instructions")
    found = {}
    for kind, title in DECISIONS.items():
        progress(title)
        found[kind] = each(instructions, program, kind, few=100, many=1100, runs=RUNS)
        yield row(title, "instructions", found[kind])
    yield row("a refused origin, against an allowed one", "instructions", found["miss"], found["hit"], "allowed", ratio=found["miss"].median / found["hit"].median)


def sizes(program):
    counts = {}
    for size in (1, 100, 10_000) if quick() else (1, 100, 10_000, 100_000):
        progress(f"{size:,} origins")
        counts[size] = each(instructions, program, f"hit-{size}", few=100, many=1100, runs=RUNS)
        yield row(f"an allowed origin of {size:,}", "instructions", counts[size])


def hostile(program):
    ordinary = {}
    for title, (name, peer) in HOSTILE.items():
        progress(title)
        if peer not in ordinary:
            ordinary[peer] = each(instructions, program, peer, few=100, many=1100, runs=RUNS)
        found = each(instructions, program, name, few=10, many=60, runs=RUNS)
        yield row(title, "instructions", found, ordinary[peer], "an ordinary preflight", ratio=found.median / ordinary[peer].median)


def scale(program):
    progress("a million origins")
    memory = json.loads(run(program, "memory"))
    yield row("a million origins: memory of each", "bytes", memory["each"], kind="size")
    yield row("a million origins, 10,000 patterns, 10,000 routes: memory", "bytes", memory["whole"], kind="size")
    runs = 1 if quick() else 5
    yield from counted_and_timed(program, "a million origins: parse JSON, validate, build", "million", many=1, runs=runs)
    yield from counted_and_timed(program, "a million origins, 10,000 patterns, 10,000 routes: the same", "whole", many=1, runs=runs)


def explaining(program):
    progress("explanations")
    yield from counted_and_timed(program, "explaining one exchange", "explain", many=1000, runs=RUNS)


def counted_and_timed(program, title, name, many, runs):
    """The instructions, which a budget can limit, and the processor time, which the user feels."""
    yield row(f"{title}, instructions", "instructions", each(instructions, program, name, few=0, many=min(many, 50), runs=1))
    found = each(processor_seconds, program, name, few=0, many=many, runs=runs)
    yield row(title, "ns", type(found)(value * 1e9 for value in found.values), kind="time")


def main():
    rows = list(decisions())
    program = benchmark("corsac-benches", "costs")
    for part in (sizes, hostile, explaining, scale):
        rows += part(program)
    compiler = subprocess.run(["rustc", "--version"], capture_output=True, text=True).stdout.strip()
    finish(rows, {"rustc": compiler.split()[1]})


if __name__ == "__main__":
    main()
