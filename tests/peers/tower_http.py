"""Runs tower-http's own tests of its CORS layer with corsac's layer instead.

The source of tower-http is the crate that the tests of bindings-tower compile. Two crates are made of it under `target/peers`. `control`
has its module and its tests, which have to pass here. `corsac` has the same tests with `tower_http/shim.rs` instead of
the module, and its failed assertions are noted and do not end a test. `tower_http.toml` lists each that fails, with the
row of docs/tower.md that explains it.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FOLDER = ROOT / "target" / "peers" / "tower-http"
GUIDE = ROOT / "docs" / "tower.md"
LISTED = HERE / "tower_http.toml"

MANIFEST = """
[package]
name = "tower-http-tests-{name}"
version = "0.0.0"
edition = "2024"
publish = false

[workspace]

[dependencies]
bytes = "1"
corsac-tower = {{ path = {binding} }}
futures-util = "0.3"
http = "1"
http-body = "1"
http-body-util = "0.1"
pin-project-lite = "0.2"
sync_wrapper = "1"
tokio = {{ version = "1", features = ["macros", "rt", "time"] }}
tower = {{ version = "0.5", features = ["util"] }}
tower-layer = "0.3"
tower-service = "0.3"
"""

CONTROL = """#![allow(warnings)]
#[macro_use]
#[path = {macros}]
mod macros;
#[path = {cors}]
pub mod cors;
#[cfg(test)]
#[path = {helpers}]
mod test_helpers;
"""

CORSAC = """#![cfg(test)]
#![allow(warnings)]
#[path = {shim}]
mod cors;
#[path = {helpers}]
mod test_helpers;
#[macro_use]
#[path = {noted}]
mod noted;
mod tests;
mod private_network;
"""


def cargo(*arguments, cwd=ROOT):
    environment = {**os.environ, "CARGO_TARGET_DIR": str(ROOT / "target"), "RUST_BACKTRACE": "0"}
    done = subprocess.run(
        ["cargo", *arguments], cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return done.returncode, done.stdout


def source():
    """The folder of tower-http's source, which cargo has unpacked."""
    status, output = cargo("fetch", "--locked")
    if status != 0:
        sys.exit(output)
    metadata = subprocess.run(
        ["cargo", "metadata", "--locked", "--format-version", "1"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    packages = json.loads(metadata.stdout)["packages"]
    return Path(next(package["manifest_path"] for package in packages if package["name"] == "tower-http")).parent / "src"


def crate(name, library, paths):
    """Writes a crate whose library includes the files at these paths; returns its folder."""
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "src").mkdir(parents=True)
    literal = json.dumps
    (folder / "Cargo.toml").write_text(MANIFEST.format(name=name, binding=literal(str(ROOT / "bindings-tower"))))
    # The same versions as everywhere in the repository.
    shutil.copy(ROOT / "Cargo.lock", folder / "Cargo.lock")
    (folder / "src" / "lib.rs").write_text(library.format(**{key: literal(str(path)) for key, path in paths.items()}))
    return folder


def private_network_tests(text):
    """The tests from the file about private networks, with the same line numbers as in that file."""
    before, tests = re.split(r"^mod tests \{\n", text, flags=re.M)
    tests = tests.rsplit("}", 1)[0].replace("use super::", "use crate::cors::")
    return "\n" * (before.count("\n") + 1) + tests


def expected_tests(text):
    return set(re.findall(r"#\[tokio::test\]\s+async fn (\w+)", text))


def failures(output):
    """The failed assertions of each test: those that were noted, and the one that ended the test."""
    found = {}
    for test, line, what in re.findall(r"^(?:.*?)NOTED\t(?:\w+::)*(\w+)\t(\d+)\t(.*)$", output, re.M):
        found.setdefault(test, []).append({"line": int(line), "failed": what})
    for test, file, line, message in re.findall(r"^thread '(?:\w+::)*(\w+)' .*?panicked at (\S+?):(\d+):\d+:\n(.*)$", output, re.M):
        at = 0 if file.endswith("shim.rs") else int(line)
        found.setdefault(test, []).append({"line": at, "failed": message})
    return found


def results():
    """The failures in each of tower-http's tests with corsac's layer."""
    peer = source()
    text = (peer / "cors" / "tests.rs").read_text()
    private_network = private_network_tests((peer / "cors" / "allow_private_network.rs").read_text())
    helpers = peer / "test_helpers.rs"
    control = crate("control", CONTROL, {"macros": peer / "macros.rs", "cors": peer / "cors" / "mod.rs", "helpers": helpers})
    status, output = cargo("test", "--quiet", "--lib", cwd=control)
    expected = expected_tests(text) | expected_tests(private_network)
    if status != 0 or f"{len(expected)} passed" not in output:
        sys.exit(f"tower-http's layer fails its own tests here, or not all of them were run\n{output}")
    paths = {"helpers": helpers, "shim": HERE / "tower_http" / "shim.rs", "noted": HERE / "tower_http" / "noted.rs"}
    folder = crate("corsac", CORSAC, paths)
    (folder / "src" / "tests.rs").write_text(text)
    (folder / "src" / "private_network.rs").write_text(private_network)
    status, output = cargo("test", "--lib", "--", "--nocapture", "--test-threads=1", cwd=folder)
    if f"running {len(expected)} tests" not in output:
        sys.exit(f"tower-http's tests were not run with corsac\n{output}")
    found = failures(output)
    if set(found) - expected:
        sys.exit(f"there is no test {sorted(set(found) - expected)}\n{output}")
    return {test: found.get(test, []) for test in expected}


def rows():
    """The rows of the table of differences from tower-http in docs/tower.md."""
    section = GUIDE.read_text().split("## Coming from tower-http\n")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `([a-z-]+)` \|", section, re.M))


if __name__ == "__main__":
    print(json.dumps(results(), indent=1))
