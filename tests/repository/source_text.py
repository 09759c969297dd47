"""Splits a source into its texts, such as string literals, and its code. The code has `""` instead of each text, and no comments."""

import re
from typing import NamedTuple

DOUBLE = r'"(?:\\.|[^"\\])*"'
SINGLE = r"'(?:\\.|[^'\\\n])*'"
SLASHES = r"//[^\n]*|/\*.*?\*/"
# Each pattern has groups: `comment` is left out, `text` and `pattern` are texts, `open` begins a template literal of JavaScript.
C = re.compile(rf"(?P<comment>{SLASHES})|(?P<text>{DOUBLE}|{SINGLE})", re.S)
RUST = re.compile(
    rf"(?P<comment>{SLASHES}|#!?\[doc[^\n]*\])"
    rf"|(?P<text>\b(?:b|c)?r(?P<hashes>#*)\".*?\"(?P=hashes)|{DOUBLE}|'(?:\\[^'\n]+|[^'\\\n])')"
    r"|stringify!\(\s*(?P<word>[\w-]+)\s*\)",
    re.S,
)
# A `Literal[…]` only lists names in a type, so it is left out like a comment.
PYTHON = re.compile(
    r'(?P<comment>\#[^\n]*|\bLiteral\[[^\]]*\]|^[ \t]*[rR]?""".*?""")'
    rf'|(?P<text>""".*?"""|\'\'\'.*?\'\'\'|{DOUBLE}|{SINGLE})',
    re.S | re.M,
)
JAVASCRIPT = re.compile(
    rf"(?P<comment>{SLASHES})|(?P<text>{DOUBLE}|{SINGLE})"
    r"|(?<=[(,=:\[!&|?{};\n])[ \t]*(?P<pattern>/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/)"
    r"|(?P<open>`)|(?P<brace>[{}])",
    re.S,
)
TEMPLATE = re.compile(r"(?P<text>(?:\\.|[^`\\$]|\$(?!\{))*)(?P<end>`|\$\{|\Z)", re.S)
LANGUAGES = {".c": C, ".h": C, ".rs": RUST, ".js": JAVASCRIPT, ".mjs": JAVASCRIPT, ".py": PYTHON}
ESCAPED = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u\{?([0-9a-fA-F]{4})\}?)")


class Text(NamedTuple):
    """A text of a source: its value, where its code begins and ends, and its line."""

    says: str
    start: int
    end: int
    line: int


class Source(NamedTuple):
    """A source, split into code and texts. `code` has as many lines as the source, so that a match in it is
    on the same line."""

    code: str
    texts: list[Text]


def take_apart(source, suffix):
    """The code and the texts of a source in the language that the suffix names."""
    language = LANGUAGES[suffix]
    code, texts = [], []
    length = position = 0
    templates = []  # For each template that is open, the braces that are open in its code.

    def keep(piece):
        nonlocal length
        code.append(piece)
        length += len(piece)

    def text(says, start, end):
        begin = length
        keep('""' + "\n" * source.count("\n", start, end))
        texts.append(Text(unescaped(says), begin, length, source.count("\n", 0, start) + 1))

    def template(start):
        found = TEMPLATE.match(source, start)
        text(found["text"], start, found.end())
        if found["end"] == "${":
            templates.append(0)
        return found.end()

    while (found := language.search(source, position)) is not None:
        kinds = found.groupdict()
        keep(source[position : found.start()])
        position = found.end()
        if kinds["comment"] is not None:
            keep("\n" * kinds["comment"].count("\n"))
        elif kinds["text"] is not None:
            text(inside(kinds["text"]), found.start("text"), position)
        elif kinds.get("word") is not None or kinds.get("pattern") is not None:
            text(kinds.get("word") or kinds["pattern"], found.start(), position)
        elif kinds.get("open") is not None:
            position = template(position)
        elif templates and found[0] == "}" and templates[-1] == 0:
            templates.pop()
            position = template(position)
        else:
            keep(found[0])
            if templates:
                templates[-1] += 1 if found[0] == "{" else -1
    keep(source[position:])
    return Source("".join(code), texts)


def inside(quoted):
    """The text between the quotation marks of any of these languages."""
    body = re.sub(r"^(?:b|c)?r?#*", "", quoted).rstrip("#")
    for quotes in ('"""', "'''", '"', "'"):
        if body.startswith(quotes):
            return body.removeprefix(quotes).removesuffix(quotes)
    return body


def unescaped(says):
    """The text with characters instead of numeric escapes, such as `\\x2a`."""
    return ESCAPED.sub(lambda number: chr(int(number[1] or number[2], 16)), says)
