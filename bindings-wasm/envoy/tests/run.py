#!/usr/bin/env python3
"""Runs the tests of the filter in a real Envoy: run.py [test …]. Prints `N passed, N failed` last."""

import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main():
    sys.path.insert(0, str(HERE))
    names = sys.argv[1:]
    loader = unittest.defaultTestLoader
    suite = loader.loadTestsFromNames(names) if names else loader.discover(str(HERE), "test_*.py")
    result = unittest.TextTestRunner(verbosity=1, stream=sys.stderr).run(suite)
    bad = len({getattr(test, "test_case", test) for test, _ in result.failures + result.errors})
    vectors = sys.modules.get("test_vectors")
    passed = result.testsRun - bad + (vectors.Vectors.passed if vectors else 0)
    print(f"envoy: {passed} passed, {bad} failed")
    return 1 if bad or not result.testsRun else 0


if __name__ == "__main__":
    sys.exit(main())
