"""SECURITY.md names the test of each promise: the files exist, and the tests are in them."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROMISE = re.compile(r"^\| (?!promise|-)(?P<promise>.*?) \| (?P<checks>.*) \|$", re.M)


def missing(checks):
    """The names in a cell that do not exist: a file, or a test that is not in the file that the
    cell names next."""
    names = []
    for name in re.findall(r"`([^`]+)`", checks):
        path = ROOT / name
        if "/" not in name:
            names.append(name)
        elif not path.exists():
            yield name
        else:
            yield from (f"{test} in {name}" for test in names if test not in path.read_text())
            names = []
    yield from names


class Security(unittest.TestCase):
    def test_every_promise_has_its_tests(self):
        section = (ROOT / "SECURITY.md").read_text().split("## Promises")[1]
        promises = PROMISE.findall(section)
        self.assertGreater(len(promises), 10)
        for promise, checks in promises:
            self.assertIn("`", checks, promise)
            self.assertEqual(list(missing(checks)), [], promise)

    def test_what_is_missing_is_found(self):
        self.assertEqual(list(missing("`core/tests/no_such_file.rs`")), ["core/tests/no_such_file.rs"])
        self.assertEqual(list(missing("`no_such_test` in `core/tests/laws.rs`")), ["no_such_test in core/tests/laws.rs"])
        self.assertEqual(list(missing("`no_such_test`")), ["no_such_test"])


if __name__ == "__main__":
    unittest.main()
