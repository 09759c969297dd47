"""Output for other programs is read by those programs, or by parsers from outside this project."""

import json
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import junitparser

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "target" / "command" / "corsac"
MULTITOOL = Path(__file__).parent / "sarif" / "node_modules" / "@microsoft" / "sarif-multitool-linux" / "Sarif.Multitool"
# The project has no address of its own yet, which the rule SARIF2005 asks for.
ACCEPTED = {"SARIF2005"}


class Formats(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="corsac-formats-"))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "a folder, ü").mkdir()
        self.policy("cors.toml", 'allow_origins = ["https://a.example/"]\nallow_methods = ["put"]\n')
        self.policy("lint.toml", 'allow_origins = ["https://a.example"]\nallow_headers = ["*"]\n')
        self.policy("good.toml", 'allow_origins = ["https://a.example"]\n')
        self.policy("a folder, ü/cors.toml", 'allow_origins = ["https://ä.example"\n')

    def policy(self, name, text):
        (self.folder / name).write_text(text)

    def corsac(self, *arguments):
        done = subprocess.run([PROGRAM, *arguments], cwd=self.folder, capture_output=True, text=True)
        return done.returncode, done.stdout

    def test_sarif_is_valid(self):
        """Microsoft's validator for SARIF finds no violation of the schema, and none of its own rules."""
        MULTITOOL.chmod(0o755)
        runs = {
            "good": ["good.toml"],
            "strict": ["lint.toml", "--strict"],
            "all": ["cors.toml", "lint.toml", "good.toml", "a folder, ü/cors.toml", "missing.toml"],
        }
        for name, files in runs.items():
            _, sarif = self.corsac("check", "--format", "sarif", *files)
            log, report = self.folder / f"{name}.sarif", self.folder / f"{name}-report.sarif"
            log.write_text(sarif)
            done = subprocess.run(
                [MULTITOOL, "validate", log, "--output", report, "--log", "ForceOverwrite"],
                env={"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1", "HOME": str(self.folder), "PATH": "/usr/bin:/bin"},
                capture_output=True,
                text=True,
            )
            self.assertTrue(report.exists(), done.stdout + done.stderr)
            [run] = json.loads(report.read_text(encoding="utf-8-sig"))["runs"]
            found = [result for result in run["results"] if result["ruleId"] not in ACCEPTED]
            self.assertEqual(found, [], name)
        results = json.loads(sarif)["runs"][0]["results"]
        self.assertEqual(
            [(result["ruleId"], result["level"]) for result in results],
            [
                ("origin-trailing-slash", "error"),
                ("method-case", "error"),
                ("authorization-not-covered", "warning"),
                ("syntax", "error"),
            ],
        )
        location = results[0]["locations"][0]["physicalLocation"]
        self.assertEqual(location["region"], {"startLine": 1, "startColumn": 18, "endColumn": 38})
        [notification] = json.loads(sarif)["runs"][0]["invocations"][0]["toolExecutionNotifications"]
        self.assertEqual(notification["message"]["text"], "there is no file `missing.toml`.")

    def test_junit_is_read_by_a_parser(self):
        self.policy(
            "cors.test.toml",
            "policy = 'good.toml'\n"
            "[[requests]]\n"
            r'name = "less < & \"more\" \u001b ü"'
            "\nfrom = 'https://a.example'\nurl = '/?a=1&b=<2>'\nexpect = 'allowed'\n"
            "[[requests]]\nfrom = 'https://b.example'\nurl = '/'\nexpect = 'allowed'\n",
        )
        status, xml = self.corsac("test", "--format", "junit")
        self.assertEqual(status, 1)
        [suite] = junitparser.JUnitXml.fromstring(xml.encode())
        first, second = suite
        self.assertEqual((suite.tests, suite.failures, suite.errors, suite.skipped), (2, 1, 0, 0))
        self.assertEqual(first.name, 'less < & "more"  ü: GET /?a=1&b=<2> from https://a.example')
        self.assertEqual(first.result, [])
        [failure] = second.result
        self.assertIsInstance(failure, junitparser.Failure)
        self.assertEqual(failure.message, "`allowed` was expected, but the result is `sent-but-unreadable`")
        self.assertIn("allow-origin-mismatch", failure.text)


if __name__ == "__main__":
    unittest.main()
