"""A plugin for pytest: runs a test to its end, and notes every assertion that fails on the way.

pytest ends a test at its first failed assertion, which would hide all later ones. `rewritten` wraps each assertion of a test file,
so that a failure is noted and the test goes on. Whatever else raises still ends the test, and is noted as well.

Two variables of the environment set it up. `PEERS_MIDDLEWARE` is the class to test, `module:name`; it takes the place of Starlette's
`CORSMiddleware`. `PEERS_RESULTS` is the file to which the results are written, as JSON:
`{test: [{"line": …, "failed": …}]}`, with an empty list for a test that passes.
"""

import ast
import importlib
import json
import os
from pathlib import Path

import pytest

RESULTS = {}
NOTED = []
# What a test file gets: an import, and this statement around each assertion, with its line and text filled in.
NOTE = f"""
from {__name__} import note as _note
try:
    pass
except Exception:
    _note(0, "")
"""


def note(line, failed):
    NOTED.append({"line": line, "failed": failed})


class Wrapped(ast.NodeTransformer):
    """Each `assert` inside a `try` that notes its failure."""

    def visit_Assert(self, node):
        wrapper = ast.parse(NOTE).body[1]
        wrapper.body = [node]
        call = wrapper.handlers[0].body[0].value
        call.args = [ast.Constant(node.lineno), ast.Constant(ast.unparse(node.test))]
        return ast.copy_location(wrapper, node)


def rewritten(source):
    """The source of a test file, each of whose assertions notes its failure."""
    tree = Wrapped().visit(ast.parse(source))
    first = next(index for index, node in enumerate(tree.body) if not is_first(node))
    tree.body.insert(first, ast.parse(NOTE).body[0])
    return ast.unparse(ast.fix_missing_locations(tree))


def is_first(node):
    """What must stay at the top of a file: its documentation and its imports from `__future__`."""
    return isinstance(node, ast.Expr) or (isinstance(node, ast.ImportFrom) and node.module == "__future__")


def pytest_configure():
    import starlette.middleware.cors

    module, name = os.environ["PEERS_MIDDLEWARE"].split(":")
    starlette.middleware.cors.CORSMiddleware = getattr(importlib.import_module(module), name)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    name = item.name.partition("[")[0]
    if call.when == "call":
        if call.excinfo is not None:
            note(0, f"raises {call.excinfo.typename}: {summary(call.excinfo.value)}")
        RESULTS[name] = NOTED.copy()
        NOTED.clear()
    elif call.excinfo is not None:
        RESULTS[name] = [{"line": 0, "failed": f"{call.when} of the test: {call.excinfo.value}"}]
    return report


def summary(error):
    """The codes of a ConfigError's issues; of any other error, its text."""
    issues = getattr(error, "issues", None)
    return ", ".join(sorted({issue.code for issue in issues})) if issues else str(error)


def pytest_sessionfinish():
    Path(os.environ["PEERS_RESULTS"]).write_text(json.dumps(RESULTS))
