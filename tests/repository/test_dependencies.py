"""No files import each other in a circle, and the rooms of core follow the order in DESIGN.md."""

import graphlib
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
USE = re.compile(r"\bcrate::((?:\w+::)*)(\{[^;]*?\}|\w+)")


def imports(root):
    """The files of a crate, each with those that it imports outside its tests."""
    files = {".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".mod"): path for path in root.rglob("*.rs")}
    found = {}
    for name, path in files.items():
        code = re.split(r"#\[cfg\(test\)\]\s*mod ", re.sub(r"//[^\n]*", "", path.read_text()))[0]
        found[name] = set()
        for before, after in USE.findall(code):
            # The items in braces; braces inside them are left out.
            for item in re.sub(r"::\{[^{}]*\}", "", after.strip("{}") if after[0] == "{" else after).split(","):
                words = [*before.split("::")[:-1], *re.findall(r"\w+", item)]
                steps = (".".join(words[:length]) for length in range(len(words), 0, -1))
                found[name] |= {step for step in [next((step for step in steps if step in files), name)] if step != name}
    found.pop("lib", None)
    return found


def rooms():
    """The rooms of core from the bottom up, as DESIGN.md lists them. Rooms of the same step do not use each other."""
    design = (ROOT / "DESIGN.md").read_text()
    steps = re.search(r"Where do dependencies point\?.*?```text\n(.*?)```", design, re.S)[1].split("←")
    return {room: number for number, step in enumerate(steps) for room in step.split()}


class Dependencies(unittest.TestCase):
    def test_files_form_no_circle(self):
        for crate in ["core", "bindings-python", "bindings-node", "bindings-node/engine", "bindings-tower", "bindings-wasm", "cli"]:
            with self.subTest(crate):
                try:
                    graphlib.TopologicalSorter(imports(ROOT / crate / "src")).prepare()
                except graphlib.CycleError as circle:
                    self.fail(" imports ".join(reversed(circle.args[1])))

    def test_rooms_point_down(self):
        order, found = rooms(), imports(ROOT / "core" / "src")
        self.assertEqual(set(order), {name.split(".")[0] for name in found})
        for name, others in found.items():
            for other in others:
                room, imported = name.split(".")[0], other.split(".")[0]
                self.assertTrue(room == imported or order[imported] < order[room], f"{name} imports {other}")


if __name__ == "__main__":
    unittest.main()
