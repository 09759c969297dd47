"""What `import corsac` loads."""

import subprocess
import sys
from pathlib import Path

import corsac

PACKAGE = Path(corsac.__file__).parent.parent
SLOW = ("ast", "asyncio", "dataclasses", "inspect", "json", "logging", "traceback")


def run(program: str) -> str:
    found = subprocess.run(  # noqa: S603
        [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, {str(PACKAGE)!r}); {program}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.strip()


def test_importing_loads_no_slow_module() -> None:
    assert run(f"import corsac; print([name for name in {SLOW!r} if name in sys.modules])") == "[]"


def test_every_public_name_can_be_imported() -> None:
    assert run("from corsac import *; print(diagnose.__module__, Exchange.__name__)") == "corsac._explain Exchange"
    assert set(corsac.__all__) <= set(dir(corsac))
    assert all(hasattr(corsac, name) for name in corsac.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(corsac, "diagnosis")
    assert run("import corsac; print(getattr(corsac, 'diagnosis', 'absent'))") == "absent"
