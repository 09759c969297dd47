"""Runs a test to its end, and notes every assertion that fails on the way.

pytest ends a test at its first failed assertion, which would hide all later ones. `rewritten` wraps each assertion of a test file,
so that a failure is noted and the test continues. Any other exception still ends the test.
"""

import ast

NOTED = []
# The code that is added to a test file: an import, and this statement around each assertion, with its line and text
# filled in.
NOTE = f"""
from {__name__} import note as _note
try:
    pass
except Exception:
    _note(0, "")
"""


def note(line, failed):
    NOTED.append({"line": line, "failed": failed})


def taken():
    """The assertions that were noted since the last call."""
    noted = NOTED.copy()
    NOTED.clear()
    return noted


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
    """Whether a statement must stay at the top of a file: its documentation, or an import from `__future__`."""
    return isinstance(node, ast.Expr) or (isinstance(node, ast.ImportFrom) and node.module == "__future__")
