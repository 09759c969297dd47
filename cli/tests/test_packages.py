"""The packages of the command: built as they are published, installed into empty folders without a registry, and run."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "target" / "command" / "corsac"
VERSION = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
POLICY = "allow_origins = ['https://app.example.com/']\n"


def run(*command, cwd, **options):
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, **options)
    return done.returncode, done.stdout, done.stderr


def must(*command, cwd):
    status, out, err = run(*command, cwd=cwd)
    if status != 0:
        raise AssertionError(f"{command} exited with {status}\n{out}\n{err}")
    return out


class Packages(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="corsac-packages-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def check_program(self, program):
        """Checks that the command prints its version, finds the mistake, and exits with the right status each time."""
        (self.folder / "cors.toml").write_text(POLICY)
        self.assertEqual(must(program, "--version", cwd=self.folder).strip(), f"corsac {VERSION}")
        status, out, _ = run(program, "check", cwd=self.folder)
        self.assertEqual(status, 1)
        self.assertIn("error[origin-trailing-slash]", out)
        status, out, err = run(program, "check", "missing.toml", cwd=self.folder)
        self.assertEqual((status, out), (2, ""))
        self.assertIn("there is no file `missing.toml`", err)
        status, out, _ = run(program, "check", "-", cwd=self.folder, input="allow_origins = []\n")
        self.assertEqual((status, out), (0, "<stdin>: valid\n"))

    def test_the_wheel(self):
        wheels = self.folder / "wheels"
        must(sys.executable, "-m", "maturin", "build", "--locked", "--profile", "bindings", "--out", wheels, cwd=ROOT / "cli")
        [wheel] = wheels.iterdir()
        self.assertRegex(wheel.name, rf"^corsac_cli-{re.escape(VERSION)}-py3-none-\w+\.whl$")
        environment = self.folder / "environment"
        must(sys.executable, "-m", "venv", environment, cwd=self.folder)
        must(environment / "bin" / "pip", "install", "--quiet", "--no-index", wheel, cwd=self.folder)
        self.check_program(environment / "bin" / "corsac")

    def test_the_extra_of_the_python_package(self):
        must(
            *[sys.executable, "-m", "maturin", "pep517", "write-dist-info", "--metadata-directory", self.folder],
            cwd=ROOT / "bindings-python",
        )
        [metadata] = self.folder.glob("*.dist-info/METADATA")
        lines = metadata.read_text().splitlines()
        self.assertIn("Provides-Extra: cli", lines)
        required = [line.replace(" ", "").replace("'", '"') for line in lines if line.startswith("Requires-Dist: corsac-cli")]
        self.assertEqual(required, [f'Requires-Dist:corsac-cli=={VERSION};extra=="cli"'])

    def test_the_npm_packages(self):
        manifest = json.loads((ROOT / "cli" / "npm" / "package.json").read_text())
        self.assertEqual(manifest["version"], VERSION)
        staged, packed, project = (self.folder / name for name in ["staged", "packed", "project"])
        must("node", ROOT / "cli" / "npm" / "stage.js", staged, f"linux-x64-gnu={PROGRAM}", cwd=self.folder)
        packed.mkdir()
        for package in sorted(staged.iterdir()):
            must("npm", "pack", "--silent", "--pack-destination", packed, cwd=package)
        archives = sorted(packed.iterdir())
        self.assertEqual(len(archives), 2)
        project.mkdir()
        (project / "package.json").write_text('{"private": true}')
        must("npm", "install", "--offline", "--no-audit", "--no-fund", *archives, cwd=project)
        self.check_program(project / "node_modules" / ".bin" / "corsac")
        # Without the package for the platform, the command says what to install.
        shutil.rmtree(project / "node_modules" / "@corsac")
        status, out, err = run(project / "node_modules" / ".bin" / "corsac", cwd=project)
        self.assertEqual((status, out), (2, ""))
        self.assertIn("install @corsac/cli-linux-x64-gnu or @corsac/cli-linux-x64-musl", err)


if __name__ == "__main__":
    unittest.main()
