#!/usr/bin/env python3
"""Fails where a binding holds a rule of CORS: a response header's name, a default, a comparison of origins.

Rules live in core alone. A binding may name the request headers that it reads, and nothing more.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    "bindings-c/apache/*.c",
    "bindings-c/nginx/*.[ch]",
    "bindings-c/src/**/*.rs",
    "bindings-node/src/**/*.rs",
    "bindings-node/*.js",
    "bindings-node/*.mjs",
    "bindings-node/lib/**/*.js",
    "bindings-python/src/**/*.rs",
    "bindings-python/python/**/*.py",
]
# Servers in C keep these apart from the other headers, so that their modules have to know them.
HEADERS_OF_SERVERS = {"content-type", "content-length"}
NAMES = re.compile(r'^    \w+ "([a-z-]+)",$', re.M)
COMMENTS = {
    ".c": re.compile(r"//[^\n]*|/\*.*?\*/", re.S),
    ".h": re.compile(r"//[^\n]*|/\*.*?\*/", re.S),
    ".rs": re.compile(r"//[^\n]*|/\*.*?\*/", re.S),
    ".js": re.compile(r"(?<!:)//[^\n]*|/\*.*?\*/", re.S),
    ".mjs": re.compile(r"(?<!:)//[^\n]*|/\*.*?\*/", re.S),
    ".py": re.compile(r'"""(?:.*?)"""|#[^\n]*', re.S),
}
RULES = [
    ("a default, a status or a bound of CORS", re.compile(r"(?<![\w.])(200|204|403|600|86400|8192|512)(?![\w.])")),
    ("a scheme or a comparison of origins", re.compile(r"""://|(?:[=!]=|[sS]tarts_?[wW]ith\()\s*b?["'`](?:https?|null|wss?|file)\b""")),
    ("a method of CORS", re.compile(r"""["'`](?:GET|HEAD|POST|PUT|PATCH|DELETE|CONNECT|TRACE|TRACK)["'`]""")),
    ("a setting's name", re.compile(r"""["'`](?:allow_(?:methods|headers|credentials)|expose_headers|max_?[aA]ge|preflight\w+)["'`]""")),
]


def response_headers():
    """The names that core sets, taken from core itself."""
    names = NAMES.findall((ROOT / "core" / "src" / "response" / "header_name.rs").read_text())
    if "vary" not in names:
        raise SystemExit("core/src/response/header_name.rs is not read as it is written")
    return names


def findings(text, suffix, names):
    """What a source holds that it may not, as (line, what, the line's text)."""
    code = COMMENTS[suffix].sub(lambda comment: "\n" * comment[0].count("\n"), text)
    if suffix in (".c", ".h"):
        names = [name for name in names if name not in HEADERS_OF_SERVERS]
    quoted = re.compile(r"""(?i)(?:b|c)?["'`](?:%s)\\?0?["'`]""" % "|".join(map(re.escape, names)))
    for number, line in enumerate(code.splitlines(), 1):
        # Documentation, and a type's list of literals, decide nothing.
        if "#[doc" in line or "Literal[" in line:
            continue
        for what, pattern in [("a response header's name", quoted), *RULES]:
            if pattern.search(line):
                yield number, what, line.strip()


def sources():
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            if not {"node_modules", "tests"} & set(path.relative_to(ROOT).parts):
                yield path


def main():
    names = response_headers()
    checked = found = 0
    for path in sources():
        checked += 1
        for number, what, line in findings(path.read_text(), path.suffix, names):
            found += 1
            print(f"{path.relative_to(ROOT)}:{number}: {what} belongs in core: {line}")
    print(f"{checked} files of bindings read, {found} rules found")
    return 1 if found or checked < 3 else 0


if __name__ == "__main__":
    sys.exit(main())
