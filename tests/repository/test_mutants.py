"""Each mutant of the decision table has exactly one place in core. `make mutate-table` shows that a vector detects each
one."""

import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from browser_mutants import MUTANTS as BROWSER_MUTANTS  # noqa: E402
from mutants import MUTANTS  # noqa: E402
from rust_functions import NotOnePlace, changed, found  # noqa: E402

CORE = ROOT / "core" / "src"


class Mutants(unittest.TestCase):
    def test_each_has_one_place(self):
        for row, function, pattern, instead in [*MUTANTS, *BROWSER_MUTANTS]:
            with self.subTest(row):
                text = found(CORE, function)[-1]
                self.assertNotEqual(changed(text, pattern, instead), text)

    def test_each_has_a_name_of_its_own(self):
        rows = [row for row, *_ in [*MUTANTS, *BROWSER_MUTANTS]]
        self.assertEqual(len(rows), len(set(rows)))

    def test_a_place_that_is_gone_or_doubled_is_an_error(self):
        for function, pattern in [("no_such_function", "x"), ("new", "x"), ("Mode::new", "no such text"), ("Mode::new", "Mode")]:
            with self.subTest(function), self.assertRaises(NotOnePlace):
                changed(found(CORE, function)[-1], pattern, "")


if __name__ == "__main__":
    unittest.main()
