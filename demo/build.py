"""Everything that must be there before a server can start: tools, packages, the bindings, the C server.

The checks need most of this too, so the code for it is in tests/needs.py.
"""

import importlib.util
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor

from settings import EXAMPLES, OUT, ROOT, Stop

VENV = OUT / "venv"
PYTHON = VENV / "bin" / "python"
PREFIX = OUT / "prefix"
C_SERVER = OUT / "server"


def load_needs():
    spec = importlib.util.spec_from_file_location("needs", ROOT / "tests" / "needs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


needs = load_needs()


def debian_packages(once):
    # The browser is left out if a person uses their own.
    packages = [name for name in needs.DEBIAN["demo"] if once or name != "chromium"]
    return needs.debian_packages(packages, install=True)


def python_packages():
    requirements = EXAMPLES / "python" / "requirements.txt"
    stale, done = needs.once(VENV / ".stamp", requirements)
    if stale or not PYTHON.exists():
        needs.run("python3", "-m", "venv", "--clear", VENV)
        needs.run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements)
        done()


def node_packages():
    where = EXAMPLES / "node"
    stale, done = needs.once(where / "node_modules" / ".stamp", where / "package-lock.json")
    if stale:
        needs.run("npm", "ci", "--no-audit", "--no-fund", cwd=where)
        done()


def c_server():
    """Installs the library as a user would, and compiles the server with the flags that pkg-config gives."""
    source = EXAMPLES / "c" / "server.c"
    inputs = [source, source.with_name("cors_mhd.h"), ROOT / "include" / "corsac.h", needs.BINDINGS / "libcorsac.so"]
    stale, done = needs.once(OUT / "server.stamp", *inputs)
    if not stale and C_SERVER.exists():
        return
    # All bindings have been built already in one call; with `CARGO=:`, install does not build them again.
    needs.run("make", "-C", "bindings-c", "install", f"PREFIX={PREFIX}", "PROFILE=bindings", "CARGO=:")
    here = {"PKG_CONFIG_PATH": f"{PREFIX}/lib/pkgconfig"}
    flags = needs.run("pkg-config", "--cflags", "--libs", "corsac", "libmicrohttpd", env=here).split()
    fresh = C_SERVER.with_suffix(".new")
    warnings = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-O1", "-g"]
    needs.run("cc", *warnings, source, "-o", fresh, *flags, f"-Wl,-rpath,{PREFIX}/lib")
    fresh.replace(C_SERVER)
    done()


def prepare(once):
    """Builds everything; raises Stop with the failure.

    `DEMO_BUILT=1` says that everything has been built, and `DEMO_BUILT=bindings` that the bindings have been built. They
    exist because cargo, even if it has nothing to build, would wait for another cargo that is building.
    """
    OUT.mkdir(parents=True, exist_ok=True)
    sys.path.insert(0, str(ROOT / "bindings-python" / "python"))
    if os.environ.get("DEMO_BUILT") == "1":
        return
    try:
        needs.toolchains()
        debian_packages(once)
        with ThreadPoolExecutor() as pool:
            bindings = [] if os.environ.get("DEMO_BUILT") == "bindings" else [needs.build_bindings]
            for job in [pool.submit(work) for work in (*bindings, python_packages, node_packages)]:
                job.result()
        c_server()
    except needs.Failed as failure:
        raise Stop(str(failure)) from None


def chromium():
    """The browser of `ONCE=1`."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not found or not shutil.which(found):
        raise Stop("chromium is missing: run `apt-get install chromium` as root, or set CHROMIUM to its path")
    return found
