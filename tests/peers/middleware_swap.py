"""A plugin for pytest that runs Starlette's tests with another middleware, and records what fails.

Two environment variables set it up. `PEERS_MIDDLEWARE` is the class to test, `module:name`; it replaces
Starlette's `CORSMiddleware`. `PEERS_RESULTS` is the file to which the results are written, as JSON: `{test: [{"line":
…, "failed": …}]}`, with an empty list for a test that passes. The line is 0 if the failure is not an assertion.
"""

import importlib
import json
import os
from pathlib import Path

import noted_assertions
import pytest

RESULTS = {}


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
            noted_assertions.note(0, f"raises {call.excinfo.typename}: {summary(call.excinfo.value)}")
        RESULTS[name] = noted_assertions.taken()
    elif call.excinfo is not None:
        RESULTS[name] = [{"line": 0, "failed": f"{call.when} of the test: {call.excinfo.value}"}]
    return report


def summary(error):
    """The codes of a ConfigError's issues; of any other error, its text."""
    issues = getattr(error, "issues", None)
    return ", ".join(sorted({issue.code for issue in issues})) if issues else str(error)


def pytest_sessionfinish():
    Path(os.environ["PEERS_RESULTS"]).write_text(json.dumps(RESULTS))
