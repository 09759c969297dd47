"""One table for each stack, and whether each row keeps to its budget."""

import tomllib
from pathlib import Path

BUDGETS = Path(__file__).resolve().parent / "budgets.toml"
# How a limit is written in budgets.toml: which figure it is for, and whether smaller or larger is good.
LIMITS = {
    "ratio_at_least": ("ratio", lambda value, limit: value >= limit, "at least {}"),
    "ratio_at_most": ("ratio", lambda value, limit: value <= limit, "at most {}"),
    "at_most": ("corsac", lambda value, limit: value <= limit, "at most {}"),
}
HEADINGS = ("case", "corsac", "compared with", "ratio", "spread", "budget", "")
SCALES = {
    # Hundreds of thousands are printed in full: they are compared with thousands.
    "instructions": [("million", 1e6), ("", 1)],
    "allocations": [("", 1)],
    "ns": [("s", 1e9), ("ms", 1e6), ("µs", 1e3), ("ns", 1)],
    "bytes": [("MB", 1e6), ("KB", 1e3), ("bytes", 1)],
}


def budgets():
    return tomllib.loads(BUDGETS.read_text())


def with_budgets(stack, rows):
    """The rows with their budgets, and whether these are met. Also returns the budgets for which there is no row."""
    given = budgets().get(stack, {})
    for row in rows:
        budget = given.get(row["case"], {})
        row["budget"] = {name: budget[name] for name in LIMITS if name in budget}
        row["reason"] = budget.get("reason")
        met = [good(row[figure], budget[name]) for name, (figure, good, _) in LIMITS.items() if name in budget]
        row["met"] = all(met) if met else None
    return rows, sorted(set(given) - {row["case"] for row in rows})


def figure(value, unit):
    """A number with its unit. It has three digits, or all of those before the point if there are more.

    But bytes and counts below a million are whole, and megabytes have three decimals.
    """
    if value is None:
        return "–"
    for name, size in SCALES.get(unit, []):
        if abs(value) >= size or name == SCALES[unit][-1][0]:
            value, unit = value / size, name
            break
    digits = 3 if unit == "MB" else 0 if unit in ("", "bytes") or abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f} {unit}".rstrip()


def times(value):
    return f"{value:,.0f}×" if value >= 100 else f"{value:.1f}×" if value >= 10 else f"{value:.2f}×"


def cells(row):
    """A row as text. The spread is the ratio's, or the figure's if there is no ratio."""
    bounds = [
        words.format(times(row["budget"][name]) if which == "ratio" else figure(row["budget"][name], row["unit"]))
        for name, (which, _, words) in LIMITS.items()
        if name in row["budget"]
    ]
    peer = "–" if row["peer"] is None else f"{figure(row['peer'], row['unit'])} ({row['peer_name']})"
    shown = times if row["ratio"] is not None else lambda value: figure(value, row["unit"])
    # Counts are often the same in each round.
    ends = [] if row["spread"] is None else sorted({*map(shown, row["spread"])}, key=list(map(shown, row["spread"])).index)
    spread = " to ".join(ends) if len(ends) > 1 else "–"
    ratio = "–" if row["ratio"] is None else times(row["ratio"])
    met = {True: "met", False: "MISSED", None: ""}[row["met"]]
    return (row["case"], figure(row["corsac"], row["unit"]), peer, ratio, spread, ", ".join(bounds) or "–", met)


def as_text(rows):
    lines = [HEADINGS, *map(cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def as_markdown(rows):
    lines = [HEADINGS[:-1], ("---",) * (len(HEADINGS) - 1)]
    for row in rows:
        *shown, budget, met = cells(row)
        lines.append((*shown, budget + {"met": ", met", "MISSED": ", **missed**"}.get(met, "")))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
