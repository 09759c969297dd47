"""Some commands on the pages install or build, and take minutes. They are not run here, but what they name has to exist.

They name targets of make, packages and examples of cargo, files of the repository, checks of tests/run.py, and Debian packages
that the checks install. Building and installing are done by the checks themselves, and by following docs/tutorial.md in a clone.
"""

import json
import re
import shlex
import subprocess
import sys
import unittest
from pathlib import Path

from markdown_blocks import blocks
from test_code_blocks import assigned, entries

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests"))

import needs  # noqa: E402
import run as checks  # noqa: E402

# What a command itself makes, or finds outside the repository.
MADE = re.compile(r"^(?:target/|out$|dist/|/|\.\./|\.venv|node_modules|venv|quickstart|mesh|corsac\.linux|bindings-node/corsac\.linux|bindings-python/python/corsac/_corsac)")
# Programs whose arguments name nothing in the repository.
OUTSIDE = {"rustup", "npm", "ldconfig", "python", "sed", "cd", "mkdir", "curl"}
FOLDERS = [ROOT, ROOT / "bindings-node", ROOT / "bindings-python"]


def lines(block):
    """The commands of a block, without prompts and comments. Those that are joined in one line come one by one."""
    for line in block.code.splitlines():
        line = re.sub(r"\s+#.*$", "", line.removeprefix("$ ")).strip()
        yield from (piece.strip(" ()") for piece in re.split(r"&&|\(|\)(?=\s|$)", line) if piece.strip(" ()"))


def is_file(name):
    return bool(MADE.match(name)) or any(list(folder.glob(name)) for folder in FOLDERS)


def packages():
    found = json.loads(subprocess.run(["cargo", "metadata", "--no-deps", "--format-version", "1", "--offline"], cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    return {package["name"] for package in found["packages"]}


def make(words):
    folder = words[words.index("-C") + 1] if "-C" in words else "."
    makefile = ROOT / folder / "Makefile"
    if not makefile.is_file():
        yield f"there is no {folder}/Makefile"
        return
    targets = set(re.findall(r"^([\w-]+):", makefile.read_text(), re.M))
    for word in words[1:]:
        if word not in ("-C", folder) and "=" not in word and word not in targets:
            yield f"{folder}/Makefile has no target `{word}`"


def cargo(words):
    if "-p" in words and (name := words[words.index("-p") + 1]) not in packages():
        yield f"there is no package `{name}`"
    if "--path" in words and "PATH/TO" not in words[words.index("--path") + 1] and not is_file(words[words.index("--path") + 1]):
        yield f"there is no `{words[words.index('--path') + 1]}`"
    if words[1] == "xtask" and not re.search(rf'\["{words[2]}"', (ROOT / "xtask" / "src" / "main.rs").read_text()):
        yield f"xtask has no `{words[2]}`"


def problems(command):
    """The names in a command that do not exist in the repository."""
    words = [word for word in shlex.split(command) if not re.match(r"^[A-Z_]+=", word)]
    while words and words[0] in ("sudo", "nice"):
        words.pop(0)
    if not words:
        return
    program = words[0]
    if program == "make":
        yield from make([word for word in shlex.split(command) if word != "sudo"])
    elif program == "cargo":
        yield from cargo(words)
    elif program == "apt-get":
        known = {package for group in needs.DEBIAN.values() for package in group}
        yield from (f"no check installs `{word}` of Debian" for word in words[2:] if word not in known and not word.startswith("-"))
    elif "tests/run.py" in words:
        known = [check.name for check in checks.CHECKS]
        yield from (f"there is no check `{word}`" for word in words[words.index("tests/run.py") + 1 :] if word not in known and not word.startswith("-"))
    elif program not in OUTSIDE:
        paths = [word for word in words[1:] if re.search(r"/|\.\w+$", word) and not word.startswith(("-", "$"))]
        yield from (f"there is no `{path}`" for path in paths if not is_file(re.sub(r"^[\w-]+=", "", path)))


class Commands(unittest.TestCase):
    def test_what_commands_name_exists(self):
        count = 0
        for page, block, entry in assigned(entries()):
            if entry is not None and entry.get("by") == "tests/repository/test_commands.py":
                for command in lines(block):
                    count += 1
                    self.assertEqual(list(problems(command)), [], f"{page}:{block.line}: {command}")
        self.assertGreater(count, 20)

    def test_mistakes_are_found(self):
        for command in ("make tset", "make -C bindings-x", "cargo build -p corsac-nod", "cargo xtask wsam", "apt-get install ngnix", "cp target/a bindings-node/nothing.js", 'python3 tests/run.py "browser whole"'):
            self.assertTrue(list(problems(command)), command)
        (block,) = blocks("```console\n$ make a    # a comment\n$ (cd b && make c)\n```\n")
        self.assertEqual(list(lines(block)), ["make a", "cd b", "make c"])


if __name__ == "__main__":
    unittest.main()
