"""`make peers` fails if an assertion fails and is not listed, is listed and does not fail, or has
no row that explains it."""

import importlib.util
import sys
import tomllib
import unittest
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "peers"


def module(name):
    """A module of tests/peers. Its name gets a prefix, because there is another `run`."""
    spec = importlib.util.spec_from_file_location(f"peers_{name}", FOLDER / f"{name}.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


sys.modules["noted_assertions"] = noted_assertions = module("noted_assertions")
sys.modules["tower_http"] = tower_http = module("tower_http")
peers = module("run")


class Peers(unittest.TestCase):
    def wrong(self, found, listed):
        return [line for _, lines in peers.problems(found, listed, {"vary-is-exact"}) for line in lines]

    def test_what_differs_has_to_be_listed_and_explained(self):
        failure = {"line": 7, "failed": "a == b"}
        entry = {**failure, "difference": "vary-is-exact"}
        self.assertEqual(self.wrong({"test_a": [failure], "test_b": []}, {"test_a": [entry]}), [])
        self.assertEqual(self.wrong({"test_a": [failure]}, {}), ["line 7 fails, but is not listed: a == b"])
        self.assertEqual(self.wrong({"test_a": []}, {"test_a": [entry]}), ["line 7 is listed, but does not fail: a == b"])
        self.assertEqual(self.wrong({}, {"test_a": [entry]}), ["it is listed, but Starlette has no such test"])
        unknown = {**entry, "difference": "no-such-row"}
        self.assertEqual(self.wrong({"test_a": [failure]}, {"test_a": [unknown]}), ["docs/python.md has no row `no-such-row`"])

    def test_every_entry_names_a_row_of_the_guide(self):
        listed = tomllib.loads((FOLDER / "starlette.toml").read_text())
        self.assertLessEqual({entry["difference"] for entries in listed.values() for entry in entries}, peers.rows())
        listed = tomllib.loads(tower_http.LISTED.read_text())
        self.assertLessEqual({entry["difference"] for entries in listed.values() for entry in entries}, tower_http.rows())

    def test_what_failed_is_read_from_the_output_of_the_tests(self):
        output = (
            "test tests::a ... NOTED\ttests::a\t7\tx == y\nok\n"
            "thread 'tests::b' (17) panicked at src/tests.rs:9:5:\ncalled it\n"
            "thread 'tests::c' panicked at /somewhere/shim.rs:1:2:\nraises ConfigError: x\n"
        )
        self.assertEqual(
            tower_http.failures(output),
            {
                "a": [{"line": 7, "failed": "x == y"}],
                "b": [{"line": 9, "failed": "called it"}],
                "c": [{"line": 0, "failed": "raises ConfigError: x"}],
            },
        )

    def test_a_failed_assertion_does_not_end_the_test(self):
        source = "def test():\n    assert 1 == 2\n    assert 2 == 2\n    assert [][0]\n"
        program = {}
        exec(noted_assertions.rewritten(source).replace("peers_noted_assertions", "noted_assertions"), program)
        program["test"]()
        noted = noted_assertions.taken()
        self.assertEqual(noted, [{"line": 2, "failed": "1 == 2"}, {"line": 4, "failed": "[][0]"}])


if __name__ == "__main__":
    unittest.main()
