"""The blocks of code in a page of Markdown."""

import re
from typing import NamedTuple

FENCE = re.compile(r"^(?P<indent> *)(?P<fence>`{3,})(?P<language>[^`\n]*)\n(?P<code>.*?)^(?P=indent)(?P=fence) *$", re.S | re.M)
TABS = re.compile(r"^<!-- tabs -->$.*?^<!-- end of tabs -->$", re.S | re.M)
NAME = re.compile(r"^\*\*(.+)\*\*\n\n\Z", re.M)


class Block(NamedTuple):
    """A block: its language, its code, its line (from 1), the heading above it, and the name of its tab if it is one of several."""

    language: str
    code: str
    line: int
    heading: str
    tab: str | None


def blocks(text):
    tabs = [found.span() for found in TABS.finditer(text)]
    fences = list(FENCE.finditer(text))
    headings = [
        (found.start(), found[1])
        for found in re.finditer(r"^#+ (.+)$", text, re.M)
        if not any(fence.start() < found.start() < fence.end() for fence in fences)
    ]
    for found in fences:
        start = found.start()
        name = NAME.search(text[:start]) if any(begin < start < end for begin, end in tabs) else None
        heading = next((heading for at, heading in reversed(headings) if at < start), "")
        indent = found["indent"]
        code = "".join(line.removeprefix(indent) for line in found["code"].splitlines(keepends=True))
        yield Block(found["language"].strip(), code, text.count("\n", 0, start) + 1, heading, name[1] if name else None)


def commands(code):
    """Each command of a console block, with what it prints."""
    found = []
    for line in code.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found:
            found[-1][1].append(line)
    return [(command, "".join(f"{line}\n" for line in lines)) for command, lines in found]
