#!/usr/bin/env python3
"""Runs everything about the nginx module against the real nginx. Usage: run.py ngx_http_corsac_module.so"""

import sys
import unittest
from pathlib import Path


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    import context

    context.MODULE = Path(sys.argv[1]).resolve()
    suite = unittest.defaultTestLoader.discover(str(Path(__file__).resolve().parent), "test_*.py")
    if len(sys.argv) > 2:
        suite = unittest.defaultTestLoader.loadTestsFromNames(sys.argv[2:])
    result = unittest.TextTestRunner(verbosity=0, stream=sys.stderr).run(suite)
    bad = len({getattr(test, "test_case", test) for test, _ in result.failures + result.errors})
    passed = result.testsRun - bad + context.vectors_passed
    print(f"nginx: {passed} passed, {bad} failed")
    return 1 if bad or not result.testsRun else 0


if __name__ == "__main__":
    sys.exit(main())
