"""The lock files of projects outside the workspace are up to date. `cargo build --locked` refuses a lock file if core's dependencies
have changed since it was written.
"""

import subprocess
import tomllib
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TRACKED = ["git", "ls-files", "*/Cargo.lock"]


def dependencies_of_core(lock_file):
    """What core depends on, as a lock file has it. A name is followed by its version if there are several."""
    packages = tomllib.loads((ROOT / lock_file).read_text())["package"]
    return {name.split()[0] for package in packages if package["name"] == "corsac" for name in package["dependencies"]}


class LockFiles(unittest.TestCase):
    def test_they_have_the_dependencies_of_core(self):
        declared = tomllib.loads((ROOT / "core" / "Cargo.toml").read_text())["dependencies"]
        required = {name for name, value in declared.items() if not value.get("optional")}
        possible = dependencies_of_core("Cargo.lock")
        files = subprocess.run(TRACKED, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
        self.assertGreater(len(files), 0)
        for file in files:
            with self.subTest(file):
                advice = f"run `cargo metadata --format-version 1 --manifest-path {Path(file).parent}/Cargo.toml > /dev/null`"
                self.assertLessEqual(required, dependencies_of_core(file), advice)
                self.assertLessEqual(dependencies_of_core(file), possible, advice)


if __name__ == "__main__":
    unittest.main()
