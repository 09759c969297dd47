"""The figures in the documentation are those that were measured, and results that cannot be trusted are not published."""

import copy
import json
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benches"))
import chart  # noqa: E402
import publish  # noqa: E402
import table  # noqa: E402
from measure import Measured, in_turn, ratio, row  # noqa: E402


def result(stack="python", rows=(), **more):
    rows, without = table.with_budgets(stack, [*rows])
    return {
        "stack": stack, "date": "2026-01-01", "quick": False, "quiet": True, "others": 0.02, "machine": {"processors": 2},
        "versions": {}, "rows": rows, "budgets_without_row": without if more.get("whole") else [],
    } | more  # fmt: skip


def timed(case, value=1.0, peer=10.0):
    return row(case, "ns", value, peer, "Starlette", kind="time")


class Figures(unittest.TestCase):
    def test_the_pages_and_the_chart_are_made_of_the_results(self):
        results = json.loads(publish.RESULTS.read_text())
        self.assertEqual(publish.stale(results), [], "type: python3 benches/publish.py --render")

    def test_every_budget_that_is_missed_has_a_reason(self):
        for stack, result in json.loads(publish.RESULTS.read_text()).items():
            for entry in table.with_budgets(stack, result["rows"])[0]:
                with self.subTest(f"{stack}: {entry['case']}"):
                    self.assertTrue(entry["met"] is not False or entry["reason"])

    def test_every_budget_is_for_a_stack_and_has_a_limit(self):
        for stack, cases in table.budgets().items():
            self.assertIn(stack, publish.STACKS)
            for case, budget in cases.items():
                self.assertTrue(set(budget) & set(table.LIMITS), case)
                self.assertLessEqual(set(budget), {*table.LIMITS, "reason"}, case)

    def test_a_changed_figure_is_noticed(self):
        results = json.loads(publish.RESULTS.read_text())
        next(iter(results.values()))["rows"][0]["corsac"] += 100
        self.assertEqual(publish.stale(results), [publish.PAGE])


def drawn():
    """Results with all that the chart shows."""
    cases = [(stack, case) for stack, _, bars in chart.ADDED for _, case in bars]
    for stack, _, begin, by_hand, package in chart.WHOLE:
        cases += [(stack, begin + variant) for variant in ("no filter" if stack == "envoy" else "no headers", by_hand, package) if variant]
    return {stack: result(stack, [timed(case, peer=2.0) for other, case in cases if other == stack]) for stack in publish.STACKS}


class Chart(unittest.TestCase):
    def test_it_shows_the_figures(self):
        results = drawn()
        before = chart.draw(results, "light")
        self.assertIn("2.0×", before)
        changed = copy.deepcopy(results)
        changed["python"]["rows"][0]["ratio"] = 3
        self.assertIn("3.0×", chart.draw(changed, "light"))
        self.assertNotEqual(before, chart.draw(results, "dark"))

    def test_it_is_not_drawn_if_a_figure_is_missing(self):
        results = drawn()
        self.assertIn("performance-light.svg", publish.picture(results, "images"))
        for stack in [stack for stack in results if results[stack]["rows"]]:
            less = copy.deepcopy(results)
            less[stack]["rows"].pop()
            with self.subTest(stack):
                self.assertEqual(publish.picture(less, "images"), "")

    def test_counts_alone_have_no_chart(self):
        self.assertEqual(publish.counted(drawn()), {})


class Publishing(unittest.TestCase):
    def objections(self, **more):
        results = {stack: result(stack) for stack in publish.STACKS}
        results["python"] = result(rows=[timed("1 origin", peer=100.0)], **more)
        return list(publish.objections(results))

    def test_quiet_and_whole_results_are_published(self):
        self.assertEqual(self.objections(), [])

    def test_results_that_cannot_be_trusted_are_refused(self):
        for more, words in [
            ({"quick": True}, "few rounds"),
            ({"quiet": False}, "other programs used 2 %"),
            ({"budgets_without_row": ["no Origin"]}, "no row for the budget"),
        ]:
            with self.subTest(words):
                self.assertIn(words, "\n".join(self.objections(**more)))

    def test_each_table_names_the_machine_of_its_stack(self):
        machines = [{"processor": name, "processors": 2, "memory": "24 GB", "system": "Linux"} for name in ("AMD", "Intel")]
        results = [result(stack, machine=machine) for stack, machine in zip(("rust", "python"), machines, strict=True)]
        self.assertIn("Machine: AMD, 2 processors", publish.block(results[0]))
        self.assertIn("Machine: Intel, 2 processors", publish.block(results[1]))
        self.assertIn("AMD", publish.heading({"rust": results[0]}))
        self.assertNotIn("AMD", publish.heading({"rust": results[0], "python": results[1]}))

    def test_a_stack_that_is_missing_is_named(self):
        self.assertEqual(len(list(publish.objections({"rust": result("rust")}))), len(publish.STACKS) - 1)

    def test_a_missed_budget_needs_a_reason(self):
        missed = result(rows=[row("the wheel", "bytes", 1e9, kind="size")])
        results = {stack: result(stack) for stack in publish.STACKS} | {"python": missed}
        self.assertIn("has no reason", "\n".join(publish.objections(results)))

    def test_instructions_need_no_quiet_machine(self):
        results = {stack: result(stack) for stack in publish.STACKS}
        results["rust"] = result("rust", [row("no Origin", "instructions", 100)], quiet=False, quick=True)
        self.assertEqual(list(publish.objections(results)), [])


class Rows(unittest.TestCase):
    def test_the_spread_is_the_quartiles_of_the_rounds(self):
        self.assertEqual(Measured([1, 2, 3, 4, 5]).spread, (2, 4))
        self.assertEqual(ratio([4, 9], [2, 3]).values, [2, 3])

    def test_rounds_are_in_the_opposite_order_each_time(self):
        order = []
        in_turn(2, {"a": lambda: order.append("a"), "b": lambda: order.append("b")})
        self.assertEqual("".join(order), "baab")

    def test_a_limit_is_for_the_ratio_or_for_the_figure(self):
        rows, without = table.with_budgets("rust", [row("an allowed origin", "instructions", 1e9)])
        self.assertIs(rows[0]["met"], False)
        self.assertIn("a preflight that asks for two names", without)
        rows, _ = table.with_budgets("rust", [row("an allowed origin", "instructions", 1), row("unknown", "ns", 1)])
        self.assertEqual([entry["met"] for entry in rows], [True, None])

    def test_figures_have_their_units(self):
        self.assertEqual(table.figure(1_234_567, "ns"), "1.23 ms")
        self.assertEqual(table.figure(230, "instructions"), "230")
        self.assertEqual(table.figure(487_997, "bytes"), "488 KB")


if __name__ == "__main__":
    unittest.main()
