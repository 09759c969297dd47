"""Where the extension does not run, it says so when it is imported."""

import subprocess
import sys
from pathlib import Path

import corsac

ISOLATED = """
import sys
try:
    import _interpreters as interpreters
    made = interpreters.create("isolated")
except ImportError:
    import _xxsubinterpreters as interpreters
    made = interpreters.create(isolated=True)
try:
    told = interpreters.run_string(made, "import sys; sys.path.insert(0, {path!r}); import corsac")
except Exception as error:
    told = error
print(told)
"""


def test_isolated_subinterpreters() -> None:
    program = ISOLATED.format(path=str(Path(corsac.__file__).parents[1]))
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout  # noqa: S603
    if sys.version_info >= (3, 12):
        assert "ImportError" in told
        assert "does not support loading in subinterpreters" in told
    else:
        # 3.11 has no isolation that an extension could refuse: what it calls isolated shares the one lock.
        assert told == "None\n"


def test_a_free_threaded_interpreter_is_not_what_runs_here() -> None:
    """The stable ABI of this wheel does not exist there: pip finds no wheel, and import finds no module."""
    assert getattr(sys, "_is_gil_enabled", lambda: True)()
    assert Path(sys.modules["corsac._corsac"].__file__ or "").suffixes[-2:] == [".abi3", ".so"]
