"""The reference for C: the comments of include/corsac.h as a page of Markdown. The header is generated, so its form is regular."""

import re

COMMENT = re.compile(r"^/\*\*\n(?P<comment>.*?)^ \*/\n(?P<code>.*?)(?=^/\*\*$|\Z)", re.S | re.M)
MEMBER = re.compile(r"^  /\*\*\n(?P<comment>.*?)^   \*/\n  (?P<code>.*?)(?=^  /\*\*$|\Z)", re.S | re.M)
# The lines of cbindgen that are for some compilers only.
CONDITIONAL = re.compile(r"^#(?:if|else|endif|ifdef|ifndef).*\n?", re.M)
LEADS = re.compile(r"^(Parameters|Returns|Ownership|Threads|Source|Lifetime|Errors):", re.M)
ORDER = ["Functions", "Structs", "Callbacks and opaque types", "Enumerations", "Constants"]


def prose(comment, indent=" "):
    """The text of a comment, without the asterisks."""
    text = "\n".join(re.sub(rf"^{indent} ?\* ?|^{indent}\*$", "", line) for line in comment.splitlines())
    # A list begins after an empty line.
    text = re.sub(r"(?<=:)\n(?=- )", "\n\n", text)
    return LEADS.sub(r"**\1:**", text).strip()


def cell(comment):
    return " ".join(prose(comment, "   ").split()).replace("|", "\\|")


def linked(text, names):
    """Names of the library in backticks become links."""
    return re.sub(r"(?<!\[)`(corsac_\w+)`", lambda name: f"[`{name[1]}`](#{name[1]})" if name[1] in names else name[0], text)


def kind_of(code):
    if match := re.match(r"enum (\w+)", code):
        return "Enumerations", match[1]
    if (match := re.search(r"^\} (\w+);", code, re.M)) and code.startswith("typedef struct {"):
        return "Structs", match[1]
    if match := re.match(r"typedef struct \w+ (\w+);", code):
        return "Callbacks and opaque types", match[1]
    if match := re.match(r"typedef .*?\(\*(\w+)\)", code):
        return "Callbacks and opaque types", match[1]
    if match := re.match(r"#define (\w+)", code):
        return "Constants", match[1]
    if match := re.search(r"(corsac_\w+)\(", code):
        return "Functions", match[1]
    raise ValueError(f"corsac.h has something that the reference does not know: {code[:100]}")


def members(code):
    body = code[code.index("{\n") + 2 : code.rindex("\n}")]
    return [(found["comment"], " ".join(found["code"].split()).rstrip(",;")) for found in MEMBER.finditer(body + "\n")]


def declaration(kind, name, code):
    """The part of the code that the page shows, and the table of its members."""
    if kind == "Enumerations":
        rows = [(comment, *found.split(" = ")) for comment, found in members(code)]
        table = ["| Value | Number | |", "|---|---|---|", *(f"| `{value}` | {number} | {cell(comment)} |" for comment, value, number in rows)]
        return "\n".join(table)
    if kind == "Structs":
        table = ["| Member | |", "|---|---|", *(f"| `{field}` | {cell(comment)} |" for comment, field in members(code))]
        return "\n".join(table)
    shown = code.split('#ifdef __cplusplus')[0].split("\n\n")[0].rstrip()
    return f"```c\n{shown}\n```"


def page(header):
    found = {kind: [] for kind in ORDER}
    for match in COMMENT.finditer(header):
        code = match["code"]
        kind, name = kind_of(code if code.startswith("#define") else CONDITIONAL.sub("", code).lstrip())
        found[kind].append((name, match["comment"], code))
    names = {name for entries in found.values() for name, _, _ in entries}
    overview = re.sub(r"(?<=:)\n(?=- )", "\n\n", "\n".join(line[3:] for line in header.split(" */", 1)[0].splitlines()[1:]))
    lines = ["# The C library: corsac.h", "The guide is [corsac in C](../c.md). This is the reference of `include/corsac.h`.", overview]
    for kind in ORDER:
        lines.append(f"## {kind}")
        for name, comment, code in found[kind]:
            shown = declaration(kind, name, code)
            text = linked(prose(comment), names - {name})
            table = not shown.startswith("```")
            lines += [f"### {name}", *([text, linked(shown, names)] if table else [shown, text])]
    return "\n\n".join(lines) + "\n"
