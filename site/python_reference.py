"""The reference for Python, as Markdown: a page for each public module, from its annotations, its stubs and its docstrings.

Usage: python_reference.py FOLDER. It prints the pages and their titles as JSON. griffe reads the package and parses the docstrings.
Those of the compiled classes are not in the stubs, so they are taken from the module itself.
"""

import importlib.util
import inspect
import json
import logging
import re
import sys
from pathlib import Path

import griffe

PACKAGE = Path(__file__).resolve().parent.parent / "bindings-python" / "python"
ROLE = re.compile(r":(?:class|func|meth|mod|exc|attr|data):`~?([^`]+)`")
KINDS = {"TypeAlias": "type", "Protocol": "protocol", "TypedDict": "dictionary"}


def compiled():
    """The compiled module, without the package around it. The package may need others that are not installed here."""
    (file,) = (PACKAGE / "corsac").glob("_corsac*.so")
    spec = importlib.util.spec_from_file_location("_corsac", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def add_docstrings(stubs, module):
    """Gives the classes and functions of the stubs the docstrings of the compiled ones."""
    for name, stub in stubs.members.items():
        built = getattr(module, name, None)
        if built is None or stub.is_alias:
            continue
        if stub.docstring is None and (text := inspect.getdoc(built)) and (stub.is_class or stub.is_function):
            stub.docstring = griffe.Docstring(text, parent=stub, parser="google", parser_options={"warnings": False})
        if stub.is_class:
            add_docstrings(stub, built)


def written(annotation):
    """The text of an annotation, without the module in which corsac finds its names (`corsac/_annotations.py`)."""
    return re.sub(r"\bt\.", "", str(annotation))


class Writer:
    """One page. `places` says on which page a public name is explained, and under which heading."""

    def __init__(self, module, places):
        self.module, self.places, self.lines = module, places, []

    def text(self, text):
        """A docstring's text as Markdown: its roles become links, and its examples blocks of code."""
        text = ROLE.sub(lambda role: self.reference(role[1]), text)
        text = re.sub(r"``([^`]+)``", r"`\1`", text)
        lines, example = [], False
        for line in text.splitlines():
            starts = line.strip().startswith(">>>")
            if starts and not example:
                lines.append("```pycon")
            if example and not line.strip():
                lines.append("```")
            example = starts or (example and bool(line.strip()))
            lines.append(line.strip() if example else line)
        if example:
            lines.append("```")
        return "\n".join(lines)

    def reference(self, name):
        name = name.strip("()")
        for candidate in (name, f"{self.module.path}.{name}", f"corsac.{name}"):
            if candidate in self.places:
                return f"[`{name.removeprefix('corsac.')}`]({self.places[candidate]})"
        return f"`{name}`"

    def cell(self, text):
        return self.text(" ".join(str(text).split())).replace("|", "\\|")

    def docstring(self, thing):
        if thing.docstring is None:
            return
        for section in thing.docstring.parsed:
            self.section(section)

    def section(self, section):
        kind = section.kind.value
        if kind in ("text", "admonition"):
            self.lines.append(self.text(section.value if kind == "text" else f"**{section.title}:** {section.value.description}"))
        elif kind == "examples":
            self.lines.append("\n\n".join(self.text(text if part.value == "text" else text) for part, text in section.value))
        elif kind in ("parameters", "other parameters", "attributes"):
            title = {"attributes": "Attribute"}.get(kind, "Parameter")
            rows = [f"| `{item.name}` | {self.annotation(item.annotation)} | {self.cell(item.description)} |" for item in section.value]
            self.lines.append("\n".join([f"| {title} | Type | |", "|---|---|---|", *rows]))
        elif kind == "raises":
            rows = [f"| `{item.annotation}` | {self.cell(item.description)} |" for item in section.value]
            self.lines.append("\n".join(["| Raises | if |", "|---|---|", *rows]))
        elif kind in ("returns", "yields"):
            for item in section.value:
                annotation = self.annotation(item.annotation)
                self.lines.append(f"**{kind.capitalize()}**{f' {annotation}' if annotation else ''}: {self.cell(item.description)}")

    def annotation(self, annotation):
        text = " ".join(written(annotation or "").split())
        # A bar ends a cell of a table, even in code.
        return f"`{text}`".replace("|", "\\|") if text else ""

    def signature(self, function, name):
        parameters = [parameter for parameter in function.parameters if parameter.name not in ("self", "cls")]
        pieces, star = [], False
        for parameter in parameters:
            kind = parameter.kind.value
            if kind == "keyword-only" and not star:
                pieces.append("*")
            star = star or kind in ("keyword-only", "variadic positional")
            prefix = {"variadic positional": "*", "variadic keyword": "**"}.get(kind, "")
            piece = prefix + parameter.name
            if parameter.annotation is not None:
                piece += f": {written(parameter.annotation)}"
            if parameter.default is not None and not prefix:
                piece += f" = {parameter.default}" if parameter.annotation is not None else f"={parameter.default}"
            pieces.append(piece)
        returns = f" -> {written(function.returns)}" if function.returns is not None and name == function.name else ""
        line = f"{name}({', '.join(pieces)}){returns}"
        if len(line) > 80:
            line = f"{name}(\n" + "".join(f"    {piece},\n" for piece in pieces) + f"){returns}"
        self.lines.append(f"```python\n{line}\n```")

    def class_(self, name, found):
        constructor = found.members.get("__init__") or found.members.get("__new__")
        if "TypedDict" in " ".join(map(str, found.bases)):
            self.docstring(found)
            self.keys(found)
            return
        if constructor is not None and constructor.is_function:
            self.signature(constructor, name)
        self.docstring(found)
        described = {item.name for section in (found.docstring.parsed if found.docstring else []) if section.kind.value == "attributes" for item in section.value}
        attributes = [
            member
            for member in found.members.values()
            if member.is_attribute and not member.name.startswith("_") and member.name not in described
        ]
        if attributes:
            rows = [f"| `{item.name}` | {self.annotation(item.annotation)} | {self.cell(item.docstring.value if item.docstring else '')} |" for item in attributes]
            self.lines.append("\n".join(["| Attribute | Type | |", "|---|---|---|", *rows]))
        for member in found.members.values():
            if member.is_function and not member.name.startswith("_"):
                self.lines.append(f"### {name}.{member.name}")
                self.signature(member, member.name)
                self.docstring(member)

    def keys(self, found):
        rows = [
            f"| `{item.name}` | {self.annotation(item.annotation)} | {self.cell(item.docstring.value if item.docstring else '')} |"
            for item in found.members.values()
            if item.is_attribute
        ]
        self.lines.append("\n".join(["| Key | Type | |", "|---|---|---|", *rows]))

    def member(self, name, found):
        self.lines.append(f"## {name}")
        if found.is_class:
            self.class_(name, found)
        elif found.is_function:
            self.signature(found, name)
            self.docstring(found)
        else:
            annotation = f": {written(found.annotation)}" if found.annotation is not None else ""
            value = f" = {found.value}" if found.value is not None else ""
            self.lines.append(f"```python\n{name}{annotation}{value}\n```")
            self.docstring(found)

    def page(self):
        self.lines.append(f"# {self.module.path}")
        self.docstring(self.module)
        for name in names(self.module):
            found = self.module.members[name]
            self.member(name, found.final_target if found.is_alias else found)
        return "\n\n".join(self.lines) + "\n"


def names(module):
    return sorted((str(name).strip("'\"") for name in module.exports or []), key=lambda name: (name.startswith("__"), name.lower()))


def main():
    folder = Path(sys.argv[1])
    logging.getLogger("griffe").setLevel(logging.ERROR)
    package = griffe.load(
        "corsac", search_paths=[PACKAGE], docstring_parser="google", docstring_options={"warnings": False}, allow_inspection=False, resolve_aliases=True
    )
    add_docstrings(package["_corsac"], compiled())
    modules = [package, *public_modules(package)]
    places = {}
    for module in reversed(modules):
        page = f"{module.path}.md"
        places[module.path] = page
        for name in names(module):
            found = module.members[name]
            places[f"{module.path}.{name}"] = f"{page}#{name.lower()}"
            target = found.final_target if found.is_alias else found
            for member in target.members if target.is_class else []:
                places[f"{module.path}.{name}.{member}"] = f"{page}#{name.lower()}{member.lower()}"
    folder.mkdir(parents=True, exist_ok=True)
    for module in modules:
        (folder / f"{module.path}.md").write_text(Writer(module, places).page(), encoding="utf-8")
    print(json.dumps([[f"api/python/{module.path}.md", module.path] for module in modules]))


def public_modules(package):
    for name, module in sorted(package.members.items()):
        if not module.is_alias and module.is_module and not name.startswith("_"):
            yield module
            yield from public_modules(module)


if __name__ == "__main__":
    main()
