"""Every failure leads to one clear line and an exit status other than 0, and no process is left running.

Each test starts the command itself. Everything that it starts inherits a mark in its environment, by which the test
finds processes that are left.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import unittest
import uuid
from pathlib import Path

import build
from settings import OUT
from test_control import free_ports, remove_files

RUN = Path(__file__).resolve().parent / "run.py"


def processes(mark):
    """Command lines of living processes that have the mark, by process id."""
    found = {}
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and mark.encode() in (entry / "environ").read_bytes():
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue  # it ended meanwhile, or belongs to another user
    return found


class Failures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        build.prepare(once=True)

    def setUp(self):
        self.mark = f"corsac-demo-{uuid.uuid4()}"
        self.ports = free_ports()
        self.addCleanup(remove_files, self.ports)

    def start(self, **environment):
        return subprocess.Popen(
            [sys.executable, RUN],
            env={**os.environ, "ONCE": "", **self.ports, "DEMO_BUILT": "1", **environment, "DEMO_MARK": self.mark},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ends(self, process, status, *words):
        """Asserts that the command ends with this status and with one line that has these words, and that no process is
        left.
        """
        output, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, status, output + errors)
        if words:
            self.assertEqual(errors.count("\n"), 1, errors)
        for word in words:
            self.assertIn(str(word), errors)
        self.assertEqual(processes(self.mark), {})
        return output

    def until_it_runs(self, process):
        for line in process.stdout:
            if "Ctrl-C" in line:
                return
        self.fail(f"it did not start: {process.stderr.read()}")

    def server(self, *words):
        """The process id of one server of the running demo."""
        found = [pid for pid, line in processes(self.mark).items() if all(word in line for word in words)]
        self.assertEqual(len(found), 1, words)
        return found[0]

    def test_a_port_that_is_in_use(self):
        for variable, who in (("DEMO_NODE_PORT", "Node server"), ("DEMO_PAGE_PORT", "the page")):
            for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
                with self.subTest(who=who, host=host):
                    try:
                        taken = socket.create_server((host, int(self.ports[variable])), family=family)
                    except OSError as error:
                        self.skipTest(f"{host}: {error}")
                    with taken:
                        self.ends(self.start(), 1, f"port {self.ports[variable]} ({who}) is in use", f"{variable}=")

    def test_a_port_that_is_not_a_number_of_a_port(self):
        self.ends(self.start(DEMO_C_PORT="99999"), 1, "DEMO_C_PORT=99999 is not a port")
        self.ends(self.start(DEMO_C_PORT=self.ports["DEMO_NODE_PORT"]), 1, "four different ones")

    def test_a_tool_that_is_missing(self):
        self.ends(self.start(DEMO_BUILT="", PATH="/nowhere"), 1, "cargo is missing")
        self.ends(self.start(ONCE="1", CHROMIUM="/nowhere/chromium"), 1, "chromium is missing")

    def test_a_browser_that_dies(self):
        self.ends(self.start(ONCE="1", CHROMIUM="/bin/false"), 1, "Chromium (/bin/false) died")

    def test_a_server_that_does_not_start(self):
        policy = OUT / "wrong-key.toml"
        policy.write_text('allow_origin = ["http://localhost:4100"]\n')
        self.ends(self.start(ONCE="1", DEMO_C_POLICY=str(policy)), 1, "the C server", "died with status 1")
        self.ends(self.start(DEMO_C_POLICY="/nowhere.toml"), 1, "DEMO_C_POLICY=/nowhere.toml: there is no such file")

    def test_a_server_that_dies_later(self):
        for title, words in (
            ("C", ["target/demo/server"]),
            ("Python", ["uvicorn"]),
            ("Node", ["examples/node/app.js"]),
        ):
            with self.subTest(title=title):
                demo = self.start()
                self.until_it_runs(demo)
                os.kill(self.server(*words), signal.SIGKILL)
                self.ends(
                    demo, 1, f"the {title} server", self.ports[f"DEMO_{title.upper()}_PORT"], "died with status -9"
                )

    def test_ctrl_c(self):
        for which in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=which):
                demo = self.start()
                self.until_it_runs(demo)
                self.assertEqual(len(processes(self.mark)), 4)
                demo.send_signal(which)
                time.sleep(0.05)
                demo.send_signal(which)  # an impatient second one changes nothing
                self.assertIn("Stopped.", self.ends(demo, 0))

    def test_a_wrong_policy_ends_with_a_failure(self):
        policy = OUT / "wrong-nobody.toml"
        policy.write_text("allow_origins = []\n")
        output = self.ends(self.start(ONCE="1", DEMO_NODE_POLICY=str(policy)), 1)
        page = f"http://localhost:{self.ports['DEMO_PAGE_PORT']}"
        self.assertIn(f"DIFFERS  Simple GET × Node at {page}: browser: blocked, not readable", output)
        self.assertNotIn("× Python at", output)


if __name__ == "__main__":
    unittest.main()
