#!/usr/bin/env python3
"""Writes the results of `make bench` into the documentation: benches/results.json, and from it the tables of docs/performance.md and the
chart of the README.

Usage: benches/publish.py [--counts | --render | --check]

A stack that was not measured again keeps its results. Nothing is published if a stack was never measured, if it was measured with
`--quick`, or if anything else was running. With `--counts`, the results that need a quiet machine are left out instead: only
instructions and sizes are published, without a chart. `--render` writes the tables and the chart again from benches/results.json.
`--check` says whether they still agree with that file.
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
README = ROOT / "README.md"
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
        # With the budgets as they are now, so that a reason can be written after the measurement.
        rows, _ = table.with_budgets(stack, result["rows"])
        for case in result["budgets_without_row"]:
            yield f"{stack} has no row for the budget `{case}`"
        yield from (f"{stack}: budgets.toml has no reason why `{row['case']}` misses its budget" for row in rows if row["met"] is False and not row["reason"])


def counted(results):
    """The results, except those that need a quiet machine and many rounds."""
    kept = {stack: {**result, "rows": [row for row in result["rows"] if row["kind"] != "time"]} for stack, result in results.items()}
    return {stack: result for stack, result in kept.items() if result["rows"]}


def machine(result):
    """The machine on which a stack was measured."""
    machine = result["machine"]
    return f"{machine['processor']}, {machine['processors']} processors, {machine['memory']}, {machine['system']}"


def heading(results):
    """When everything was measured, and where, if it was one machine. A figure is comparable only with others of its table."""
    dates = " and ".join(sorted({result["date"] for result in results.values()}))
    machines = {machine(result) for result in results.values()}
    return f"Measured on {dates}: {machines.pop()}." if len(machines) == 1 else f"Measured on {dates}, each stack on the machine that its table names."


def block(result):
    """The table of one stack, the versions that were measured, and the reasons for missed budgets."""
    if result is None:
        return "Not measured on a quiet machine yet."
    rows, without = table.with_budgets(result["stack"], result["rows"])
    lines = [table.as_markdown(rows)]
    versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    lines += ["", f"Machine: {machine(result)}.{f' Versions: {versions}.' if versions else ''}"]
    if without:
        lines += ["", f"Not measured on a quiet machine yet: {', '.join(without)}."]
    missed = missed_budgets(rows)
    return "\n".join([*lines, *(["", "Why these budgets are missed:", ""] if missed else []), *missed])


def missed_budgets(rows):
    """The missed budgets and why; a reason that several rows share is given once."""
    cases = {}
    for row in rows:
        if row["met"] is False:
            cases.setdefault(row["reason"], []).append(f"**{row['case']}**")
    return [f"- {'; '.join(names)}: {reason}" for reason, names in cases.items()]


def picture(results, folder):
    """The chart on a page, or nothing if there is no chart yet."""
    if not chart.is_complete(results):
        return ""
    return f"""<picture>
  <source media="(prefers-color-scheme: dark)" srcset="{folder}/performance-dark.svg"> <img src="{folder}/performance-light.svg"
  width="860" alt="Two bar charts: the work that the usual packages add to a request, as a multiple of corsac's, and how many
  requests a whole server serves with each">
</picture>
"""


def page(text, blocks):
    """A page with the blocks between its markers replaced."""
    blocks = dict(blocks)

    def replaced(match):
        block = blocks.pop(match[2])
        return f"{match[1]}\n{block}\n{match[3]}" if block else f"{match[1]}\n{match[3]}"

    text = re.sub(r"(<!-- begin generated: (\w+) -->)\n(?:.*?\n)?(<!-- end generated: \2 -->)", replaced, text, flags=re.S)
    if blocks:
        raise SystemExit(f"a page has no place for: {', '.join(blocks)}")
    return text


def of_page(results):
    """The blocks of docs/performance.md."""
    return {"chart": picture(results, "images"), "machine": heading(results), **{stack: block(results.get(stack)) for stack in STACKS}}


def rendered(results):
    """Each file that is made from the results, with its text; None for a file that should not be there."""
    yield PAGE, page(PAGE.read_text(), of_page(results))
    yield README, page(README.read_text(), {"chart": picture(results, "docs/images")})
    for theme in chart.COLOURS:
        yield IMAGES / f"performance-{theme}.svg", chart.draw(results, theme) if chart.is_complete(results) else None


def stale(results):
    return [path for path, text in rendered(results) if (path.read_text() if path.exists() else None) != text]


def main(option=None):
    if option not in (None, "--counts", "--render", "--check"):
        raise SystemExit(__doc__)
    if option == "--check":
        wrong = stale(json.loads(RESULTS.read_text()))
        for path in wrong:
            print(f"{path.relative_to(ROOT)} is not what benches/publish.py makes of benches/results.json")
        return 1 if wrong else 0
    if option != "--render":
        measured = {path.stem: json.loads(path.read_text()) for path in (ROOT / "target" / "bench").glob("*.json")}
        # What is not measured again stays published.
        found = {**json.loads(RESULTS.read_text()), **measured}
        results = {stack: found[stack] for stack in STACKS if stack in found}
        if option == "--counts":
            results = counted(results)
        elif reasons := list(objections(results)):
            print("not published:\n" + "\n".join(f"- {reason}" for reason in reasons))
            return 1
        RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    for path, text in rendered(json.loads(RESULTS.read_text())):
        path.unlink(missing_ok=True) if text is None else path.write_text(text)
        print(f"{'removed' if text is None else 'wrote'} {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
