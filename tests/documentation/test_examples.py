"""Blocks of code that the tests of the languages do not run: those of the home page, outputs that guides show, and commands.

`tests/repository/code_blocks.toml` says which test runs which block.
"""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "tests" / folder) for folder in ("repository", "playground")]

from markdown_blocks import blocks, commands  # noqa: E402
from static_server import StaticServer  # noqa: E402

BUILT = ROOT / "target" / "bindings"
COMMAND = ROOT / "target" / "command"
PYTHON = ROOT / ".venv" / "bin" / "python"
NODE = ROOT / "bindings-node"
HOME = "docs/README.md"
SECONDS = 120


def of(page, language):
    """The code of a page's blocks in a language."""
    return [block.code for block in blocks((ROOT / page).read_text(encoding="utf-8")) if block.language == language]


def block_with(page, text):
    """The one block of a page that contains a text."""
    (found,) = [block.code for block in blocks((ROOT / page).read_text(encoding="utf-8")) if text in block.code]
    return found


def run(command, folder, **variables):
    """Runs a command with the packages that the checks have built. Returns its status, and what it printed on both streams."""
    environment = {
        **os.environ, "PATH": os.pathsep.join([str(COMMAND), os.environ["PATH"]]), "PYTHONPATH": str(ROOT / "bindings-python" / "python"),
        "NO_COLOR": "1", **variables,
    }  # fmt: skip
    done = subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS)
    return done.returncode, done.stdout + done.stderr


class InAFolder(unittest.TestCase):
    """A test with a folder of its own. The folder's `cors.toml` is the first policy that a page shows."""

    page = HOME

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="corsac-blocks-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "cors.toml").write_text(of(self.page, "toml")[0])
        (self.folder / "node_modules").mkdir()
        for package, where in [("corsac", NODE), ("express", NODE / "node_modules" / "express"), ("hono", NODE / "node_modules" / "hono")]:
            (self.folder / "node_modules" / package).symlink_to(where)

    def runs(self, command, **variables):
        status, printed = run(command, self.folder, **variables)
        self.assertEqual(status, 0, printed)
        return printed


class HomePage(InAFolder):
    def test_python(self):
        found = of(HOME, "python")
        self.assertEqual(len(found), 2)
        for code in found:
            # Each makes an application. A page of the policy's origin can read its responses, and another cannot.
            check = "from corsac.testing import assert_blocked, assert_readable\n"
            check += "assert_readable(app, '/', origin='https://app.example.com')\nassert_blocked(app, '/', origin='https://evil.example')\n"
            self.runs([PYTHON, "-c", code + check])

    def test_node(self):
        found = of(HOME, "js")
        self.assertEqual(len(found), 2)
        for code in found:
            script = self.folder / ("program.mjs" if code.startswith("import ") else "program.cjs")
            check = "import('corsac/testing').then(async ({ assertReadable, assertBlocked }) => {\n"
            check += "  await assertReadable(app, '/', { origin: 'https://app.example.com' })\n  await assertBlocked(app, '/', { origin: 'https://evil.example' })\n  console.log('checked')\n})\n"
            script.write_text(f"{code}\n{check}")
            self.assertEqual(self.runs(["node", script]), "checked\n")

    def test_c(self):
        (code,) = of(HOME, "c")
        (self.folder / "program.c").write_text(code)
        libraries = [BUILT / "libcorsac.a", "-lgcc_s", "-lpthread", "-lm", "-ldl"]
        self.runs(["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'include'}", "program.c", *libraries, "-o", "program"])
        self.runs(["./program"])

    def test_what_the_readme_shows_as_well(self):
        """The tests of nginx, Apache and tower run these blocks of README.md."""
        for language in ("nginx", "apache", "rs"):
            self.assertEqual(of(HOME, language), of("README.md", language))

    def test_the_command(self):
        (policy,) = [code for code in of(HOME, "toml") if code.startswith("# wrong.toml")]
        (self.folder / "wrong.toml").write_text(policy)
        (block,) = of(HOME, "console")
        ((command, expected),) = commands(block)
        status, printed = run(shlex.split(command), self.folder)
        self.assertEqual((status, printed), (1, expected))


class Outputs(InAFolder):
    """The output of programs that guides show."""

    def test_the_error_of_python(self):
        expected = block_with("docs/python.md", "2 problems in the CORS policy")
        program = "import corsac\ntry:\n    corsac.Policy(allow_origins=['https://app.example.com/'], allow_methods=['put'])\nexcept corsac.ConfigError as error:\n    print(error)\n"
        self.assertEqual(self.runs([PYTHON, "-c", program]), expected)

    def test_what_python_prints_while_developing(self):
        application, expected = block_with("docs/python.md", "debug=True)\n"), block_with("docs/python.md", "asks whether it may send")
        check = "from corsac.testing import assert_blocked\nassert_blocked(app, '/items/7', origin='https://app.example.com', method='DELETE')\n"
        self.assertIn(expected, self.runs([PYTHON, "-c", application + check]))

    def test_what_node_prints_while_developing(self):
        application, expected = block_with("docs/node.md", "{ debug: true }"), block_with("docs/node.md", "asks whether it may send")
        check = "require('corsac/testing').assertBlocked(app, '/items/7', { origin: 'https://app.example.com', method: 'DELETE' })\n"
        (self.folder / "program.cjs").write_text(f"{application}\n{check}")
        self.assertIn(expected, self.runs(["node", "program.cjs"]))

    def test_next(self):
        """The function that Next.js gets, as JavaScript, with a stand-in for `next/server`."""
        (code,) = of("docs/edge.md", "ts")
        (self.folder / "node_modules" / "next").mkdir()
        (self.folder / "node_modules" / "next" / "server.js").write_text("exports.NextResponse = { next: () => new Response(null) }\n")
        check = "const request = new Request('https://api.example.com/api/x', { headers: { origin: 'https://app.example.com' } })\n"
        check += "middleware(request).then((response) => console.log(response.headers.get('access-control-allow-origin')))\n"
        (self.folder / "middleware.ts").write_text(code + check)
        esbuild = NODE / "node_modules" / ".bin" / "esbuild"
        self.runs([esbuild, "middleware.ts", "--format=cjs", "--outfile=middleware.cjs", "--log-level=error"])
        self.assertEqual(self.runs(["node", "middleware.cjs"]), "https://app.example.com\n")


class Policies(InAFolder):
    page = "docs/settings.md"

    def test_of_the_settings(self):
        self.assertIn("valid", self.runs(["corsac", "check", "--strict", "cors.toml"]))

    def test_the_dependency_of_a_program_in_rust(self):
        (dependencies,) = [tomllib.loads(code)["dependencies"] for code in of("docs/tower.md", "toml")]
        ((name, dependency),) = dependencies.items()
        manifest = tomllib.loads((ROOT / "bindings-tower" / "Cargo.toml").read_text())
        self.assertEqual((name, Path(dependency["path"]).name), (manifest["package"]["name"], "bindings-tower"))
        self.assertLessEqual(set(dependency["features"]), set(manifest["features"]))


class Actix(unittest.TestCase):
    def test_the_lines_of_the_guide_are_in_the_example(self):
        """The example has tests of its own."""
        (code,) = of("docs/tower.md", "rs")
        program = " ".join((ROOT / "examples" / "rust" / "actix" / "src" / "main.rs").read_text().split())
        for line in code.replace("cors.toml", "").splitlines():
            if "from_file" not in line and line.strip() not in ("})",):
                self.assertIn(line.strip(), program)


class Recipes(unittest.TestCase):
    def test_what_their_pages_show(self):
        """`tests/recipes` opens each page in a browser, and looks for the lines that the README shows."""
        count = 0
        for readme in sorted((ROOT / "examples" / "recipes").glob("*/README.md")):
            description = tomllib.loads((ROOT / "tests" / "recipes" / "descriptions" / f"{readme.parent.name}.toml").read_text())
            shown = {line for page in description.get("pages", []) for line in page.get("shows", [])}
            for code in of(readme.relative_to(ROOT), "text"):
                count += 1
                self.assertEqual([line for line in code.splitlines() if not any(part in line for part in shown)], [], readme)
        self.assertGreater(count, 3)


class Commands(InAFolder):
    """Commands whose output is not shown. They run with a server on loopback instead of those that they name."""

    page = "README.md"

    def served(self, headers=(("Access-Control-Allow-Origin", "https://app.example.com"),)):
        server = StaticServer(self.folder, lambda _: headers)
        server.__enter__()
        self.addCleanup(server.__exit__)
        return server.origin

    def each(self, page, language="console", containing=""):
        for block in of(page, language):
            if containing in block:
                lines = [command for command, _ in commands(block)] if language == "console" else block.splitlines()
                yield from (re.sub(r"\s+#.*$", "", line) for line in lines)

    def test_of_the_readme(self):
        text = (self.folder / "cors.toml").read_text()
        (self.folder / "new.toml").write_text(text.replace('"DELETE"]', '"DELETE", "PATCH"]'))
        found = list(self.each("README.md", containing="corsac check"))
        self.assertEqual(len(found), 3)
        # The last one compares two policies that differ, and its exit status says so.
        for command, expected in zip(found, (0, 0, 1), strict=True):
            status, printed = run(shlex.split(command), self.folder)
            self.assertEqual(status, expected, f"{command}\n{printed}")

    def test_of_the_command_s_own_readme(self):
        origin = self.served()
        line = "No 'Access-Control-Allow-Origin' header is present on the requested resource."
        for command in self.each("cli/README.md"):
            command = command.replace("https://api.example.com", origin)
            if command == "corsac why":
                command = f'echo "{line}" | corsac why'
            status, printed = run(["bash", "-c", command], self.folder)
            self.assertIn(status, (0, 1), f"{command}\n{printed}")

    def test_with_a_server(self):
        origin = self.served()
        shutil.copy(self.folder / "cors.toml", self.folder / "served.toml")
        (self.folder / "cors.test.toml").write_text('url = "/"\n[[requests]]\nfrom = "https://app.example.com"\nurl = "/cors.toml"\nexpect = "readable"\n'.replace('url = "/"\n', 'policy = "cors.toml"\n', 1))
        found = list(self.each("docs/command.md", "sh"))
        self.assertEqual(len(found), 3)
        for command in found:
            here = command.replace("/etc/corsac/", "pulled-").replace("--jitter 60", "--jitter 0")
            here = re.sub(r"https://(?:staging|config|api)\.example\.com", origin, here)
            status, printed = run(shlex.split(here), self.folder)
            # The server does not answer preflights, which `probe` reports.
            self.assertEqual(status, 1 if "probe" in here else 0, f"{here}\n{printed}")

    def test_of_troubleshooting(self):
        origin = self.served()
        (self.folder / "response.txt").write_text("HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n\r\n")
        line = "No 'Access-Control-Allow-Origin' header is present on the requested resource."
        pages = [ROOT / "docs" / "troubleshooting.md", *(ROOT / "docs" / "troubleshooting").glob("*.md")]
        found = {command for page in pages for command in self.each(page.relative_to(ROOT), "sh")}
        self.assertGreater(len(found), 10)
        for command in sorted(found):
            here = re.sub(r"https://(?:api|cdn)\.example\.com", origin, command)
            expected = (0, 1)
            if command == "corsac why":
                here = f'echo "{line}" | corsac why'
            elif command.startswith("python3 -m http.server"):
                # It runs until it is ended.
                here, expected = f"timeout 2 {command.replace('8000', '0')}", (124,)
            status, printed = run(["bash", "-c", here], self.folder)
            self.assertIn(status, expected, f"{here}\n{printed}")

    def test_the_page_of_the_command(self):
        shown = block_with("docs/command.md", "corsac ui cors.toml")
        (command, *_), *_ = commands(shown)
        environment = {**os.environ, "PATH": os.pathsep.join([str(COMMAND), os.environ["PATH"]])}
        process = subprocess.Popen(shlex.split(command) + ["--no-open"] * ("--no-open" in self.help()), cwd=self.folder, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            lines = [process.stdout.readline().rstrip("\n") for _ in range(2)]
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)
            process.stdout.close()
        self.assertRegex(lines[0], r"^http://127\.0\.0\.1:\d+/#1\.[\w-]+$")
        self.assertEqual(lines[1], shown.splitlines()[2])

    def help(self):
        return run(["corsac", "ui", "--help"], self.folder)[1]

    def test_the_folder_of_the_playground(self):
        build, serve = self.each("docs/playground.md", "sh")
        self.assertEqual(build, "cargo xtask wasm playground")
        port = re.search(r" (\d+)$", serve)[1]
        program = "import http.server, sys; sys.argv = sys.argv[1:]; import runpy; runpy.run_module('http.server', run_name='__main__')"
        process = subprocess.Popen([sys.executable, "-u", "-c", program, *shlex.split(serve.replace(port, "0"))[2:]], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            address = re.search(r"\((http://[^)]+)\)", process.stdout.readline())[1]
            status, printed = run(["curl", "-s", "-f", f"{address}index.html"], self.folder)
        finally:
            process.terminate()
            process.wait(timeout=20)
            process.stdout.close()
        self.assertEqual(status, 0)
        self.assertIn("corsac playground", printed)


if __name__ == "__main__":
    unittest.main()
