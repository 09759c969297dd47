"""Finds functions in Rust source, and replaces the match of a regex in one."""

import re
from functools import cache

TOKENS = re.compile(r'(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<text>"(?:\\.|[^"\\])*"|\'(?:\\.[^\']*|[^\'\\])\')', re.S)
IMPL = re.compile(r"^ *impl\b(?:<[^{;]*?>)?[^{;]*?(\w+)(?:<[^{;]*>)? \{", re.M)


class NotOnePlace(Exception):
    """Something is missing, or occurs more than once."""


def without_tokens(source):
    """The source with blanks instead of comments, strings and characters, so that every brace belongs to code."""
    return TOKENS.sub(lambda token: re.sub(r"[^\n]", " ", token[0]), source)


def block(code, start):
    """The position at which the next braces are closed; none if a semicolon comes before them."""
    depth = nested = 0
    for at in range(start, len(code)):
        character = code[at]
        nested += (character in "([") - (character in ")]")
        if character == ";" and not depth and not nested:
            return None
        depth += (character == "{") - (character == "}")
        if character == "}" and not depth:
            return at + 1
    return None


@cache
def functions(root):
    """Every function outside tests, by its name with that of its type (`Policy::new`): its file and its position there."""
    found = {}
    for path in sorted(root.rglob("*.rs")):
        code = without_tokens(re.split(r"^#\[cfg\(test\)\]\nmod ", path.read_text(), flags=re.M)[0])
        types = [(impl[1], impl.start(), block(code, impl.start())) for impl in IMPL.finditer(code)]
        for function in re.finditer(r"\bfn (\w+)", code):
            end = block(code, function.end())
            if end is None:
                continue
            around = [name for name, start, stop in types if start < function.start() < (stop or 0)]
            name = "::".join([*around[-1:], function[1]])
            found.setdefault(name, []).append((path.relative_to(root), function.start(), end))
    return found


def on_one_line(function):
    """The text without comments, and with one blank for any white space between tokens."""
    pieces, at = [], 0
    for token in [*TOKENS.finditer(function), None]:
        code = re.sub(r"\s+", " ", function[at : token.start() if token else None])
        is_comment = token and token["comment"]
        pieces.append(code.rstrip() if is_comment else code)
        pieces.append(token["text"] if token and token["text"] else "")
        at = token.end() if token else at
    return "".join(pieces)


def found(root, function):
    """The file of a function, its position there, and its text."""
    places = functions(root).get(function, [])
    if len(places) != 1:
        raise NotOnePlace(f"there are {len(places)} functions `{function}`")
    [(file, start, end)] = places
    return file, start, end, on_one_line((root / file).read_text()[start:end])


def changed(text, pattern, instead):
    """A function's text with the match of the regex replaced."""
    text, count = re.subn(pattern, lambda _: instead, text)
    if count != 1:
        raise NotOnePlace(f"`{pattern}` is found {count} times in `{text}`")
    return text


def signature_and_body(text):
    """The two parts of a function's text. The body has its braces."""
    code = without_tokens(text)
    end = next(at for at, character in enumerate(code) if character == "{" and code.count("(", 0, at) == code.count(")", 0, at))
    return text[:end], text[end:]
