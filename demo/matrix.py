"""Prints the matrix in a terminal: server by case, aligned, in colour if a person reads it."""

import os
import sys

COLOURS = {"readable": "32", "hidden": "33", "blocked": "34", "differs": "1;37;41", "faint": "2", "bold": "1"}


def paint(text, colour, stream=sys.stdout):
    if not stream.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\033[{COLOURS[colour]}m{text}\033[0m"


def words(cell):
    """A cell in two or three words, and its colour."""
    found = cell["outcome"] + (f" {cell['status']}" if cell["status"] else "")
    return (f"✗ {found}", "differs") if cell["problems"] else (f"✓ {found}", cell["outcome"])


def show(plan, cells):
    """One origin's matrix. `cells` has, by case and server, the outcome, the status and the problems."""
    page, servers = plan["page"], plan["servers"]
    rows = [["", "the policy says", *(f"{server['title']} ({server['stack']})" for server in servers)]]
    colours = [["bold"] * len(rows[0])]
    for case in plan["cases"]:
        found = [words(cells[case["id"], server["id"]]) for server in servers]
        rows.append([case["title"], " → ".join(said["reason"] for said in case["says"]), *(text for text, _ in found)])
        colours.append(["bold", "faint", *(colour for _, colour in found)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    print(paint(f"Page at {plan['pages'][page]}, an origin that is {page}", "bold"))
    for row, paints in zip(rows, colours, strict=True):
        line = [paint(text.ljust(width), colour) for text, width, colour in zip(row, widths, paints, strict=True)]
        print("  " + "  ".join(line).rstrip())
    print()
