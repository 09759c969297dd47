"""If the extension cannot run in an interpreter, importing it says so."""

import subprocess
import sys
from pathlib import Path

import corsac
import pytest

PROGRAM = """
import sys; sys.path.insert(0, {path!r})
import corsac
try:
    import _interpreters as interpreters
    made = interpreters.create({kind!r})
except ImportError:
    import _xxsubinterpreters as interpreters
    made = interpreters.create(isolated={kind!r} == "isolated")
try:
    printed = interpreters.run_string(made, "import sys; sys.path.insert(0, {path!r}); import corsac")
except Exception as error:
    printed = error
print(printed)
"""


@pytest.mark.parametrize("kind", ["isolated", "legacy"])
def test_subinterpreters(kind: str) -> None:
    program = PROGRAM.format(path=str(Path(corsac.__file__).parents[1]), kind=kind)
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout  # noqa: S603
    assert "ImportError" in printed
    assert "does not support loading in subinterpreters" in printed


def test_importing_it_again_does_not_count_as_another_interpreter() -> None:
    program = (
        "import sys, corsac; [sys.modules.pop(n) for n in list(sys.modules) if n.startswith('corsac')]; import corsac"
    )
    program += "; corsac.Policy(allow_origins=['*'])"
    path = {"PYTHONPATH": str(Path(corsac.__file__).parents[1])}
    subprocess.run([sys.executable, "-c", program], check=True, env=path)  # noqa: S603


def test_this_interpreter_is_not_free_threaded() -> None:
    """A free-threaded Python does not have this wheel's stable ABI: pip finds no wheel, and import finds no module."""
    assert getattr(sys, "_is_gil_enabled", lambda: True)()
    assert Path(sys.modules["corsac._corsac"].__file__ or "").suffixes[-2:] == [".abi3", ".so"]
