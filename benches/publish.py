#!/usr/bin/env python3
"""Writes the results of `make bench` into the documentation: benches/results.json, and from it the tables of docs/performance.md and the
chart of the README.

Usage: benches/publish.py [--render | --check]

Refuses if a stack was not measured, if it was measured with `--quick`, if anything else was running, or if the stacks are from different
machines. `--render` writes the tables and the chart again from benches/results.json. `--check` compares them with it.
"""

import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import chart  # noqa: E402
import table  # noqa: E402

ROOT = HERE.parent
RESULTS = HERE / "results.json"
PAGE = ROOT / "docs" / "performance.md"
IMAGES = ROOT / "docs" / "images"
STACKS = ["rust", "tower", "python", "node", "wasm", "envoy", "c", "nginx", "command"]


def objections(results):
    """Why these results may not be published."""
    for stack in STACKS:
        if stack not in results:
            yield f"{stack} has not been measured: type `make bench STACK={stack}`"
            continue
        result = results[stack]
        timed = any(row["kind"] == "time" for row in result["rows"])
        if result["quick"] and timed:
            yield f"{stack} was measured with few rounds: leave out `--quick`"
        if not result["quiet"] and timed:
            yield f"other programs used {100 * result['others']:.0f} % of the processors while {stack} was measured: repeat it on a quiet machine"
        for case in result["budgets_without_row"]:
            yield f"{stack} has no row for the budget `{case}`"
        yield from (f"{stack}: budgets.toml has no reason why `{row['case']}` misses its budget" for row in result["rows"] if row["met"] is False and not row["reason"])
    if len({json.dumps(result["machine"], sort_keys=True) for result in results.values()}) > 1:
        yield "the stacks were measured on different machines"


def heading(results):
    """What everything was measured on."""
    machine = next(iter(results.values()))["machine"]
    dates = sorted({result["date"] for result in results.values()})
    return f"Measured on {' and '.join(dates)}: {machine['processor']}, {machine['processors']} processors, {machine['memory']}, {machine['system']}."


def block(result):
    """The table of one stack, what was measured with which versions, and the reasons for what is missed."""
    rows, _ = table.with_budgets(result["stack"], result["rows"])
    lines = [table.as_markdown(rows)]
    if result["versions"]:
        lines += ["", "Versions: " + ", ".join(f"{name} {version}" for name, version in result["versions"].items()) + "."]
    missed = [f"- **{row['case']}**: {row['reason']}" for row in rows if row["met"] is False]
    return "\n".join([*lines, *(["", "Why these budgets are missed:", ""] if missed else []), *missed])


def page(text, results):
    """The page with the blocks between its markers replaced."""
    blocks = {"machine": heading(results), **{stack: block(results[stack]) for stack in STACKS}}

    def replaced(match):
        return f"{match[1]}\n{blocks.pop(match[2])}\n{match[3]}"

    text = re.sub(r"(<!-- begin generated: (\w+) -->)\n.*?\n?(<!-- end generated: \2 -->)", replaced, text, flags=re.S)
    if blocks:
        raise SystemExit(f"docs/performance.md has no place for: {', '.join(blocks)}")
    return text


def rendered():
    """Each file that is made from the results, with its text."""
    results = json.loads(RESULTS.read_text())
    yield PAGE, page(PAGE.read_text(), results)
    for theme in chart.COLOURS:
        yield IMAGES / f"performance-{theme}.svg", chart.draw(results, theme)


def main():
    if sys.argv[1:] == ["--check"]:
        stale = [path.relative_to(ROOT) for path, text in rendered() if not path.exists() or path.read_text() != text]
        for path in stale:
            print(f"{path} is not what benches/publish.py makes of benches/results.json")
        return 1 if stale else 0
    if sys.argv[1:] != ["--render"]:
        found = {path.stem: json.loads(path.read_text()) for path in (ROOT / "target" / "bench").glob("*.json")}
        results = {stack: found[stack] for stack in STACKS if stack in found}
        if reasons := list(objections(results)):
            print("not published:\n" + "\n".join(f"- {reason}" for reason in reasons))
            return 1
        RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    for path, text in rendered():
        path.write_text(text)
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
