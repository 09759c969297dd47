#!/usr/bin/env python3
"""Runs everything about the nginx module against the real nginx.

Usage: run.py [--valgrind] ngx_http_corsac_module.so [test …]
"""

import sys
import unittest
from pathlib import Path


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--valgrind"]
    if not arguments:
        raise SystemExit(__doc__)
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    import context
    from server import Nginx

    Nginx.valgrind = len(arguments) < len(sys.argv) - 1
    context.MODULE = Path(arguments[0]).resolve()
    suite = unittest.defaultTestLoader.discover(str(Path(__file__).resolve().parent), "test_*.py")
    if arguments[1:]:
        suite = unittest.defaultTestLoader.loadTestsFromNames(arguments[1:])
    result = unittest.TextTestRunner(verbosity=0, stream=sys.stderr).run(suite)
    bad = len({getattr(test, "test_case", test) for test, _ in result.failures + result.errors})
    passed = result.testsRun - bad + context.vectors_passed
    if Nginx.valgrind:
        print(f"nginx: valgrind read {Nginx.seen_by_valgrind} processes")
    print(f"nginx: {passed} passed, {bad} failed")
    return 1 if bad or not result.testsRun else 0


if __name__ == "__main__":
    sys.exit(main())
