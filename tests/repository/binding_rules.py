#!/usr/bin/env python3
"""Fails if a binding contains a rule of CORS: a response header, a reason, a method, a status, a comparison of origins.

Rules are only in core; a binding passes values and applies headers. This file describes what a rule looks like. The
names are read from core itself, so that a new reason or setting is known at once. `binding_rules_allowed.toml` lists
the exceptions, each with its reason.
"""

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

from source_text import take_apart

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "docs" / "policy.schema.json"
ALLOWED = Path(__file__).with_name("binding_rules_allowed.toml")
SOURCES = [
    "bindings-c/apache/*.[ch]",
    "bindings-c/nginx/*.[ch]",
    "bindings-c/src/**/*.rs",
    "bindings-node/src/**/*.rs",
    "bindings-node/engine/src/**/*.rs",
    "bindings-node/*.js",
    "bindings-node/*.mjs",
    "bindings-node/lib/**/*.js",
    "bindings-node/lib/**/*.mjs",
    "bindings-python/src/**/*.rs",
    "bindings-python/python/**/*.py",
    "bindings-tower/src/**/*.rs",
    "bindings-wasm/envoy/src/**/*.rs",
    "bindings-wasm/src/**/*.rs",
]
METHODS = "GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE|TRACK"
# The one setting that is not in the schema: it is a function, so only code can have it.
PREDICATE = "allow_origin"
# Numbers count as limits only if they can hardly be anything else. 64 and 1000 can, so they do not count.
LEAST_BOUND = 100
COMMON = {1000}
COMPARED = r"(?:[=!]==?(?!=)|\bnot in\b|\bin\b)"
# The type suffix that a number may have, and the end of the number.
SUFFIX = r"_?(?:[ui](?:8|16|32|64|size)|[uU]?[lL]{0,2}|n)(?![\w.])"
NOTHING = r"(?!\s*(?:null|undefined|None|NULL|NONE|CORSAC_REASON_NONE)\b)"
# The value by which code chooses: `switch (x.reason) {`, `match request.method {`.
CHOOSES = r"\b(?:switch\s*\(|match\b)[\w.>()&*\s-]*?\b%s\b(?:\(\))?\)?\s*[{:]"
C_COMPARES = r"\b(?:ngx_)?(?:str|mem)n?(?:case)?cmp\([^;]*?\b%s\b"
COMPARES = r"(?:to(?:Lower|Upper)Case|lower|upper|casefold|to_ascii_\w+|starts_?[wW]ith|ends_?[wW]ith|includes|contains|match(?:es)?|test|eq_ignore_ascii_case|equals|is_match|fullmatch)"


class Names(NamedTuple):
    """The names in core."""

    headers: list[str]
    reasons: list[str]
    variants: list[str]
    settings: list[str]
    bounds: set[int]


class Rule(NamedTuple):
    """The patterns of a CORS rule: `text` has to match a whole string literal, and `code` a part of the code."""

    what: str
    text: re.Pattern | None
    code: re.Pattern | None


class Finding(NamedTuple):
    line: int
    what: str
    code: str


def core(path, pattern):
    """The matches of a pattern in a file of core, which has to be written as the pattern expects."""
    found = re.findall(pattern, (ROOT / "core" / "src" / path).read_text(), re.M)
    if not found:
        raise SystemExit(f"core/src/{path} is not written as binding_rules.py expects")
    return found


def names_of_core():
    reasons = core("issues/code.rs", r'^    (\w+) = \d+ "([a-z-]+)"')
    words = {name for name in properties(json.loads(SCHEMA.read_text())) if "_" in name} | {PREDICATE}
    camel = {re.sub(r"_(\w)", lambda letter: letter[1].upper(), name) for name in words}
    bounds = {product(value) for value in core("limits.rs", r"^pub const \w+: \w+ = ([\d_ *<]+);")}
    return Names(
        headers=core("response/header_name.rs", r'^    \w+ "([a-z-]+)",$'),
        reasons=[text for _, text in reasons],
        variants=[variant for variant, _ in reasons],
        settings=sorted(words | camel),
        bounds={bound for bound in bounds if bound >= LEAST_BOUND} - COMMON | {86400, 600},
    )


def properties(schema):
    """The names of all properties in a JSON schema."""
    if isinstance(schema, list):
        return {name for part in schema for name in properties(part)}
    if not isinstance(schema, dict):
        return set()
    return set(schema.get("properties", {})) | properties(list(schema.values()))


def product(text):
    """The value of a number as it is written: `86_400`, `0xcc`, `8 * 1024`, `256 << 10`."""
    first, *rest = re.split(r"(\*|<<)", text.replace("_", ""))
    value = int(first.strip(), 0)
    for operator, number in zip(rest[::2], rest[1::2]):
        value = value * int(number.strip(), 0) if operator == "*" else value << int(number.strip(), 0)
    return value


def any_of(words):
    return "|".join(map(re.escape, words))


def rules(names):
    whole = lambda pattern: re.compile(rf"(?:{pattern})(?:\\0|\0)?", re.S)  # noqa: E731
    constants = "|".join(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", variant).upper() for variant in names.variants)
    return [
        Rule(
            "a response header",
            re.compile(rf"(?:{any_of(names.headers)})(?:\\0|\0|:.*)?|.*access-control-(?:allow|expose|max).*", re.S | re.I),
            re.compile(r"\bHeaderName::[A-Z][a-z]\w*"),
        ),
        Rule(
            "a reason",
            whole(any_of(names.reasons)),
            re.compile(
                rf"\bReason::(?:{any_of(names.variants)})\b|\bCORSAC_REASON_(?:{constants})\b"
                rf"|\breason\w*(?:\(\))?\s*{COMPARED}{NOTHING}|{CHOOSES % 'reason'}"
            ),
        ),
        Rule(
            "a method",
            re.compile(rf"\W*(?:{METHODS})\b(?:\W*(?:{METHODS})\b)*\W*(?:\\0)?", re.S),
            re.compile(
                rf"\b(?:NGX_HTTP_|M_|HTTPMethod\.|Method::)(?:{METHODS})\b|\bmethod_number\b"
                rf"|(?<!typeof )\bmethod(?:_name)?(?:\(\))?\s*(?:{COMPARED}{NOTHING}|&(?!&))|\bmethod\.{COMPARES}\("
                rf"|{C_COMPARES % 'method'}|{CHOOSES % 'method'}"
            ),
        ),
        Rule(
            "a status",
            None,
            re.compile(
                rf"(?<![\w.])(?:200|204|403|0xc8|0xcc|0x193){SUFFIX}"
                r"|\b(?:NGX_)?HTTP_(?:OK|NO_CONTENT|FORBIDDEN)\b|\bHTTPStatus\.\w+|\bStatusCode::\w+"
                rf"|\bstatus(?:_code|Code)?(?:\(\))?\s*(?:{COMPARED}|[<>])(?!\s*(?:corsac_|CORSAC_|sys::))"
            ),
        ),
        Rule(
            "an origin or a scheme",
            re.compile(r"b?(?:https?|wss?|file|null)|.*:\\?/\\?/.*|/\^?\(?(?:https?|wss?|file|null)\b.*", re.S),
            re.compile(
                rf"(?<!typeof )\borigin(?:\(\))?\s*{COMPARED}{NOTHING}|\borigin(?:\(\))?\??\.{COMPARES}\("
                rf"|{C_COMPARES % 'origin'}|{CHOOSES % 'origin'}"
            ),
        ),
        Rule("a wildcard", whole(r"\*"), None),
        Rule("a setting's name", re.compile(rf'(?:{any_of(names.settings)})|.*\\?"(?:{any_of(names.settings)})\\?"\s*:.*', re.S), None),
        Rule("a rule of protection", whole("same-origin|same-site|cross-site|websocket"), None),
    ]


NUMBER = re.compile(rf"(?<![\w.])([1-9][\d_]*(?:\s*(?:\*|<<)\s*[1-9][\d_]*)*){SUFFIX}")
# The characters that may be between the pieces of one text.
GLUE = re.compile(r"[\s,+]*[bcfr]?")


def findings(source, suffix, names):
    """The findings in a source."""
    code, texts = take_apart(source, suffix)
    lines = source.splitlines()
    found = set()
    for rule in rules(names):
        if rule.text is not None:
            found |= {(text.line, rule.what) for text in [*texts, *joined(code, texts)] if rule.text.fullmatch(text.says)}
        if rule.code is not None:
            found |= {(line_of(code, match), rule.what) for match in rule.code.finditer(code)}
    for match in NUMBER.finditer(code):
        if product(match[1]) in names.bounds:
            found.add((line_of(code, match), "a default or a bound"))
    return [Finding(line, what, lines[line - 1].strip()) for line, what in sorted(found)]


def line_of(code, match):
    return code.count("\n", 0, match.start()) + 1


def joined(code, texts):
    """A name in pieces counts as the name: texts that follow each other are also read as one."""
    for first in range(len(texts)):
        for last in range(first + 1, len(texts)):
            if not GLUE.fullmatch(code, texts[last - 1].end, texts[last].start):
                break
            pieces = [text.says for text in texts[first : last + 1]]
            for glue in ("", "-", "_"):
                yield texts[first]._replace(says=glue.join(pieces))


def sources():
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            if not {"node_modules", "tests"} & set(path.relative_to(ROOT).parts):
                yield path


class Allowed(NamedTuple):
    """An exception for a binding: lines of `file` that contain `code` may have this rule, for this reason."""

    file: str
    rule: str
    code: str
    reason: str

    def covers(self, file, finding):
        return (self.file, self.rule) == (file, finding.what) and self.code in finding.code


def allowed(text):
    """The entries of the list. An entry whose reason is not a whole sentence is an error."""
    entries = [Allowed(**entry) for entry in tomllib.loads(text).get("allowed", [])]
    for entry in entries:
        if not re.fullmatch(r"\w.{20,}\.", entry.reason) or not entry.code:
            raise SystemExit(f"{ALLOWED.name}: {entry.file}, {entry.rule}: say which code it is, and give the reason in a sentence")
    return entries


def judge(found, entries):
    """The (file, finding) pairs that no entry allows, and the entries that match none of them."""
    left = [(file, finding) for file, finding in found if not any(entry.covers(file, finding) for entry in entries)]
    stale = [entry for entry in entries if not any(entry.covers(file, finding) for file, finding in found)]
    return left, stale


def main():
    names, entries = names_of_core(), allowed(ALLOWED.read_text())
    files = list(sources())
    found = []
    for path in files:
        found += [(str(path.relative_to(ROOT)), finding) for finding in findings(path.read_text(), path.suffix, names)]
    left, stale = judge(found, entries)
    for file, finding in left:
        print(f"{file}:{finding.line}: {finding.what} belongs in core: {finding.code}")
    for entry in stale:
        print(f"{ALLOWED.name}: nothing in {entry.file} is {entry.rule} with `{entry.code}`: remove the entry")
    print(f"{len(files)} files of bindings read, {len(left)} rules found, {len(entries) - len(stale)} exceptions in use")
    return 1 if left or stale or len(files) < 3 else 0


if __name__ == "__main__":
    sys.exit(main())
