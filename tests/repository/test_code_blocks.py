"""Every block of code in the project's pages is run by a test, or is in the list as an illustration. Run it to see the list."""

import re
import subprocess
import tomllib
import unittest
from fnmatch import fnmatch
from pathlib import Path

from markdown_blocks import FENCE, blocks

ROOT = Path(__file__).resolve().parents[2]
TABLE = Path(__file__).with_suffix("").parent / "code_blocks.toml"


def entries():
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))["blocks"]


def pages():
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    return sorted(name for name in set(listed.stdout.splitlines()) if (ROOT / name).exists())


def is_of(entry, page, block):
    """Whether an entry is about a block. A `*` does not go into folders."""
    is_page = any(fnmatch(page, pattern) and page.count("/") == pattern.count("/") for pattern in entry["pages"])
    return is_page and block.language in entry["languages"] and entry.get("contains", "") in block.code


def assigned(table):
    """Each block with its page and its entry, which is None if no entry is about it."""
    for page in pages():
        for block in blocks((ROOT / page).read_text(encoding="utf-8")):
            yield page, block, next((entry for entry in table if is_of(entry, page, block)), None)


def problems(table, found):
    for page, block, entry in found:
        if entry is None:
            yield f"{page}:{block.line}: no test runs this block of `{block.language}`; run it in one, and add it to {TABLE.relative_to(ROOT)}"
    for entry in table:
        its = [page for page, _, other in found if other is entry]
        what = f"{entry['pages']} {entry['languages']}"
        for pattern in entry["pages"]:
            if not any(fnmatch(page, pattern) for page in its):
                yield f"{what}: no block of {pattern} needs this entry"
        if ("by" in entry) == ("because" in entry):
            yield f"{what}: an entry has either a test or a reason"
        if "by" in entry:
            yield from unnamed(entry, its)


def unnamed(entry, its):
    """The pages of which the test contains neither the file name nor the text in `names`, which may be the folder of many pages."""
    test = ROOT / entry["by"]
    if not test.is_file():
        yield f"{entry['by']}: there is no such test"
        return
    text = test.read_text(encoding="utf-8")
    for page in sorted(set(its)):
        if not any(name in text for name in {Path(page).name, entry.get("names", Path(page).name)}):
            yield f"{entry['by']}: the test does not name {page}"


class CodeBlocks(unittest.TestCase):
    def test_every_block_is_run(self):
        table = entries()
        found = list(assigned(table))
        self.assertGreater(len(found), 100)
        self.assertEqual(list(problems(table, found)), [])

    def test_no_block_is_without_a_fence(self):
        """A block that is only indented has no language, so nothing could say which test runs it."""
        for page in pages():
            text = FENCE.sub("", (ROOT / page).read_text(encoding="utf-8"))
            for found in re.finditer(r"^(?P<before>\S.*)\n\n {4,}(?P<code>\S.*)$", text, re.M):
                self.assertRegex(found["before"], r"^(?:[-*]|\d+\.) ", f"{page}: write a fence around `{found['code']}`")

    def test_illustrations_are_few(self):
        self.assertLess(sum(1 for _, _, entry in assigned(entries()) if entry and "because" in entry), 12)

    def test_what_is_missing_is_found(self):
        table = entries()
        found = list(assigned(table))
        page, block, _ = found[0]
        self.assertIn("no test runs this block", next(problems(table, [(page, block, None), *found[1:]])))
        self.assertTrue(any("needs this entry" in problem for problem in problems([{"pages": ["x.md"], "languages": ["c"], "because": "…"}], [])))

    def test_blocks_are_found(self):
        text = "# A\n\n```c\nint x;\n```\n\n- item\n\n  ````text\n  ```\n  ````\n\n<!-- tabs -->\n\n**B**\n\n```js\n1\n```\n\n<!-- end of tabs -->\n"
        self.assertEqual(
            [(block.language, block.code, block.line, block.tab) for block in blocks(text)],
            [("c", "int x;\n", 3, None), ("text", "```\n", 9, None), ("js", "1\n", 17, "B")],
        )


def main():
    for page, block, entry in assigned(entries()):
        runs = "NOTHING" if entry is None else entry.get("by") or f"illustration: {entry['because']}"
        print(f"{page}:{block.line:<5} {block.language or '(none)':12} {runs}")


if __name__ == "__main__":
    main()
