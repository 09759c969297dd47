"""The pytest plugin: a simulated browser for the application or the URL that a test suite tests.

pytest finds it by the entry point ``pytest11``. It does not import ``corsac.testing`` before a test needs it.
"""

import importlib
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from corsac.testing import Browser


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option and the settings that say which server is tested."""
    group = parser.getgroup("corsac", "CORS as browsers see it")
    group.addoption(
        "--corsac-url",
        metavar="URL",
        help="the running server that the fixture corsac_browser uses, instead of the application",
    )
    parser.addini("corsac_app", "the application that the fixture corsac_browser uses, as in `package.module:app`")


@pytest.fixture
def corsac_server(request: pytest.FixtureRequest) -> Any:  # noqa: ANN401
    """The server under test: the URL of ``--corsac-url``, or the application of ``corsac_app``. Can be overridden."""
    url = request.config.getoption("--corsac-url")
    return url if url else _application(request.config.getini("corsac_app"))


@pytest.fixture
def corsac_browser(corsac_server: Any) -> "Browser":  # noqa: ANN401
    """A browser for the server under test. The assertions of ``corsac.testing`` take it instead of the server."""
    from corsac.testing import Browser

    return Browser(corsac_server)


def _application(name: str) -> Any:  # noqa: ANN401
    module, _, attributes = name.partition(":")
    if not module or not attributes:
        raise pytest.UsageError(
            "corsac_browser needs a server: write `corsac_app = package.module:app` into pytest's settings, pass "
            "`--corsac-url` with the URL of a server, or define a fixture `corsac_server` that returns the application"
        )
    found: Any = importlib.import_module(module)
    for attribute in attributes.split("."):
        found = getattr(found, attribute)
    return found
