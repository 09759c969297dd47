"""All targets of links on the project's pages exist: files, headings, and files that are named in backticks."""

import re
import subprocess
import tempfile
import unittest
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\(([^)\s]+)\)|^\[[^\]]+\]:\s+(\S+)$", re.M)
REFERENCE = re.compile(r"\]\[([^\]]+)\]")
DEFINED = re.compile(r"^\[([^\]]+)\]:", re.M)
NAMED = re.compile(r"`((?:core|tests|bindings-\w+|docs|xtask|examples|demo|include|benches|fuzz)/[\w./-]*\w)`")
CODE = re.compile(r"^ *```.*?^ *```", re.S | re.M)


@cache
def page(path):
    """A page without its blocks of code."""
    return CODE.sub("", path.read_text())


@cache
def files():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return listed.splitlines()


def is_there(name):
    """Whether a file or folder has this name, from the root or from a folder that has tests of its own."""
    return (ROOT / name).exists() or any(file.endswith(f"/{name}") for file in files())


@cache
def anchors(path):
    """The anchors of a page's headings, as GitHub makes them, and those that are written in it."""
    headings = re.findall(r"^#+ +(.*)$", page(path), re.M)
    written = re.findall(r'^<a id="([\w-]+)"></a>$', page(path), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings} | {*written}


def broken(path):
    """The links of a page that lead nowhere."""
    whole = page(path)
    text = re.sub(r"`[^`\n]*`", "", whole)
    for inline, reference in LINK.findall(text):
        target, _, anchor = (inline or reference).partition("#")
        if ":" in target:
            continue
        file = (path.parent / target).resolve() if target else path
        if not file.exists():
            yield target
        elif anchor and file.suffix == ".md" and anchor not in anchors(file):
            yield f"{target}#{anchor}"
    yield from sorted(set(REFERENCE.findall(text)) ^ set(DEFINED.findall(text)))
    yield from (name for name in NAMED.findall(whole) if not is_there(name))


class Links(unittest.TestCase):
    def test_every_link_has_a_target(self):
        pages = [ROOT / file for file in files() if file.endswith(".md")]
        self.assertGreater(len(pages), 10)
        for path in pages:
            self.assertEqual(list(broken(path)), [], path.relative_to(ROOT))

    def test_broken_links_are_found(self):
        for text, expected in [
            ("[a](nowhere.md)", ["nowhere.md"]),
            ("[a](other.md#no-such-heading)", ["other.md#no-such-heading"]),
            ("[a](other.md#a-heading) [b](https://example.com/x)", []),
            ("[a](other.md#a-name)", []),
            ("[a][b]", ["b"]),
            ("[a][b]\n\n[b]: nowhere.rs\n", ["nowhere.rs"]),
            ("[b]: other.md\n", ["b"]),
            ("`core/src/no_such_file.rs`", ["core/src/no_such_file.rs"]),
            ("```c\n[a](nowhere.md)\n```\n", []),
        ]:
            with tempfile.TemporaryDirectory() as folder:
                Path(folder, "other.md").write_text('# A heading\n\n<a id="a-name"></a>\n')
                path = Path(folder, "page.md")
                path.write_text(text)
                self.assertEqual(list(broken(path)), expected, text)


if __name__ == "__main__":
    unittest.main()
