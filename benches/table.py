#!/usr/bin/env python3
"""Makes one table of a stack's benchmark: case, peer, corsac, ratio, budget, met or not.

Usage: python3 benches/table.py rust

Reads what the benchmark left under `target/`, prints the table and writes `target/bench-<stack>.json`.
A budget that is not met fails nothing: a noisy machine is no bug.
"""

import json
import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "target"


def nanoseconds(value: float) -> str:
    for unit, size in (("ms", 1e6), ("µs", 1e3)):
        if value >= size:
            return f"{value / size:.1f} {unit}"
    return f"{value:.1f} ns"


class Row:
    """One line of the table. `at_most` bounds the figure named by `bounds`: `corsac` or `ratio`."""

    def __init__(self, case, corsac, peer=None, ratio=None, unit=nanoseconds, bounds=None, at_most=None, budget=""):
        self.case, self.corsac, self.peer, self.ratio, self.unit, self.budget = case, corsac, peer, ratio, unit, budget
        bounded = {"corsac": corsac, "ratio": ratio}.get(bounds)
        self.met = None if bounded is None else bounded <= at_most

    def cells(self):
        return (
            self.case,
            "–" if self.peer is None else self.unit(self.peer),
            self.unit(self.corsac),
            "–" if self.ratio is None else f"{self.ratio:.2f}×",
            self.budget or "–",
            {True: "met", False: "NOT MET", None: "–"}[self.met],
        )

    def json(self):
        return {
            "case": self.case,
            "peer": self.peer,
            "corsac": self.corsac,
            "ratio": self.ratio,
            "budget": self.budget or None,
            "met": self.met,
        }


def criterion(name: str) -> float:
    """The median of a criterion benchmark, in nanoseconds."""
    path = TARGET / "criterion" / name / "new" / "estimates.json"
    if not path.exists():
        sys.exit(f"{path} is missing: run `cargo bench -p corsac-benches --bench decision`")
    return json.loads(path.read_text())["median"]["point_estimate"]


def rust() -> list[Row]:
    one = criterion("decision/hit/1")
    rows = []
    for count in (1, 4, 5, 100, 10_000):
        hit = criterion(f"decision/hit/{count}")
        rows.append(Row(f"hit, {count:,} origins", hit, bounds="corsac", at_most=25, budget="25 ns or less"))
    million = criterion("decision/hit/1000000")
    rows.append(
        Row(
            "hit, 1,000,000 origins, against 1",
            million,
            peer=one,
            ratio=million / one,
            bounds="ratio",
            at_most=10,
            budget="10× or less",
        )
    )
    for case, name in (
        ("hit, 10,000 origins, another each time", "decision/hit-mixed/10000"),
        ("hit, 1,000,000 origins, another each time", "decision/hit-mixed/1000000"),
        ("hit, 100 origins, headers read", "decision/hit-read/100"),
        ("no Origin", "decision/no-origin"),
        ("miss, 1 origin", "decision/miss/1"),
        ("miss, 10,000 origins", "decision/miss/10000"),
        ("miss, 1,000,000 origins", "decision/miss/1000000"),
        ("preflight, 2 names", "decision/preflight"),
        ("preflight, 2 names, headers read", "decision/preflight-read"),
        ("hit, 10,000 `*.` patterns", "decision/below-hit/10000"),
        ("miss, 10,000 `*.` patterns", "decision/below-miss/10000"),
    ):
        rows.append(Row(case, criterion(name)))
    facts = json.loads((TARGET / "criterion" / "facts.json").read_text())
    rows.append(
        Row(
            "1,000,000 origins: memory each",
            facts["bytes_per_origin"],
            unit=lambda value: f"{value:.1f} B",
            bounds="corsac",
            at_most=64,
            budget="64 B or less",
        )
    )
    build = criterion("set/build/1000000")
    rows.append(
        Row("1,000,000 origins: build, validated", build, bounds="corsac", at_most=1.5e9, budget="1.5 s or less")
    )
    rows.extend(scale())
    for size in (1, 100):
        ordinary = criterion(f"hostile/ordinary/{size}")
        for name, case in (("commas", "1 MiB of ACRH commas"), ("origin", "1 MiB Origin"), ("lines", "1,024 ACRH lines")):
            taken = criterion(f"hostile/{name}/{size}")
            rows.append(
                Row(
                    f"{case}, {size} origin{'s' if size > 1 else ''}, against an ordinary preflight",
                    taken,
                    peer=ordinary,
                    ratio=taken / ordinary,
                    bounds="ratio",
                    at_most=3,
                    budget="3× or less",
                )
            )
    bare = criterion("hostile/bare-ordinary/100")
    for name, case in (
        ("commas", "1 MiB of ACRH commas"),
        ("origin", "1 MiB Origin"),
        ("lines", "1,024 ACRH lines"),
        ("method", "1 MiB of ACRM"),
    ):
        taken = criterion(f"hostile/bare-{name}/100")
        rows.append(Row(f"{case}, joined by the host", taken, peer=bare, ratio=taken / bare, bounds="ratio", at_most=3, budget="3× or less"))
    return rows


def scale() -> list[Row]:
    """A policy of 1,000,000 origins, 10,000 patterns and 10,000 routes."""
    whole = "a million origins, 10,000 patterns, 10,000 routes"
    facts = json.loads((TARGET / "criterion" / "scale.json").read_text())
    mebibytes = facts["memory"] / 2**20
    rows = [
        Row(f"{whole}: build, validated", criterion("scale/build"), bounds="corsac", at_most=1.5e9, budget="1.5 s or less"),
        Row(f"{whole}: parse JSON and build", criterion("scale/load-json")),
        Row(f"{whole}: memory", mebibytes, unit=lambda value: f"{value:.0f} MiB"),
        Row(f"{whole}: prepared answers", facts["shapes"], unit=lambda value: f"{value:,.0f}"),
    ]
    for case, name in (
        ("hit on a route", "hit"),
        ("hit on no route", "no-route"),
        ("hit, path with an escape", "escaped"),
        ("ambiguous path", "ambiguous"),
        ("path of 500 escapes", "hostile-path"),
        ("swap of a reloadable policy", "swap"),
        ("load of a reloadable policy", "load"),
    ):
        rows.append(Row(f"{whole}: {case}", criterion(f"scale/{name}")))
    return rows


STACKS = {"rust": rust}


def table(rows: list[Row]) -> str:
    lines = [("case", "peer", "corsac", "ratio", "budget", "")] + [row.cells() for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def main() -> None:
    if len(sys.argv) != 2 or sys.argv[1] not in STACKS:
        sys.exit(f"{__doc__}\nStacks: {', '.join(STACKS)}")
    stack = sys.argv[1]
    rows = STACKS[stack]()
    print(table(rows))
    path = TARGET / f"bench-{stack}.json"
    path.write_text(json.dumps({"stack": stack, "rows": [row.json() for row in rows]}, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
