"""What `import corsac` loads."""

import subprocess
import sys
from pathlib import Path

import corsac

PACKAGE = Path(corsac.__file__).parent.parent


def run(program: str) -> str:
    found = subprocess.run(  # noqa: S603
        [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, {str(PACKAGE)!r})\n{program}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.strip()


def test_importing_loads_no_module_of_the_standard_library() -> None:
    # `typing`, `re` and `threading` alone would take several times as long as corsac.
    # Python itself loads `os` when it starts.
    program = "import os; before = set(sys.modules); import corsac; loaded = set(sys.modules) - before"
    outside = run(f"{program}; print(sorted(name for name in loaded if not name.startswith('corsac')))")
    assert outside == "['__future__']"


def test_every_public_name_can_be_imported() -> None:
    assert run("from corsac import *; print(diagnose.__module__, Exchange.__name__)") == "corsac._explain Exchange"
    assert run("from corsac import *; print(PolicyOptions.__module__, UrlLike.__name__)") == "corsac._types UrlLike"
    assert set(corsac.__all__) <= set(dir(corsac))
    assert all(hasattr(corsac, name) for name in corsac.__all__)


def test_types_of_settings_load_only_what_they_need() -> None:
    program = "from typing import get_type_hints; from corsac import PolicyOptions"
    assert run(f"{program}; print(get_type_hints(PolicyOptions)['allow_credentials'])") == "<class 'bool'>"
    assert run(f"{program}; print('corsac._explain' in sys.modules)") == "False"


def test_annotations_of_public_functions_can_be_evaluated() -> None:
    # Frameworks with dependency injection do this. `corsac` is imported first, when nothing else is loaded.
    program = (
        "import corsac, inspect, typing\n"
        "public = [getattr(corsac, name) for name in corsac.__all__]\n"
        "inside = [getattr(m, '__func__', m) for c in public if inspect.isclass(c) for m in vars(c).values()]\n"
        "functions = [f for f in (*public, *inside) if inspect.isfunction(f) and f.__module__.startswith('corsac')]\n"
        "hints = {f.__qualname__: typing.get_type_hints(f) for f in functions}\n"
        "assert all(inspect.signature(f, eval_str=True) for f in functions)\n"
        "assert hints['CORSMiddleware.__init__']['policy'] == corsac.Policy | corsac.Reloadable | None\n"
        "print(*[name for name in hints if name in ('Reloadable.from_file', 'install', 'settings_from_env')])"
    )
    assert run(program) == "install settings_from_env Reloadable.from_file"


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(corsac, "diagnosis")
    assert run("import corsac; print(getattr(corsac, 'diagnosis', 'absent'))") == "absent"
