"""The demo must be able to fail: one server gets a wrong policy, and exactly the cells that this changes are reported,
by name.

The cells were derived by hand from the Fetch standard, for each kind of wrong policy.
"""

import json
import os
import re
import socket
import unittest
import unittest.mock

import build
import once
import run
from browser import Browser
from settings import OUT, Settings, page_policy

CASES = {case["id"]: case for case in json.loads(run.CASES.read_text())["cases"]}
READABLE = {case for case in CASES if CASES[case]["allowed"]["outcome"] != "blocked"}


def free_ports():
    """Four free ports, so that the test does not conflict with a running demo."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(4)]
    ports = [str(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return dict(zip(("DEMO_PAGE_PORT", "DEMO_PYTHON_PORT", "DEMO_NODE_PORT", "DEMO_C_PORT"), ports, strict=True))


def remove_files(ports):
    """Removes the files of a demo on these ports: logs, and its copy of the policy."""
    for number in ports.values():
        for file in OUT.glob(f"*-{number}.*"):
            file.unlink()


def wrong_policy(right, name, **settings):
    """A copy of the policy file in which some settings have another value."""
    text = right.read_text()
    for key, value in settings.items():
        text, changed = re.subn(rf"^{key} = .*$", f"{key} = {value}", text, flags=re.M)
        assert changed == 1, key
    path = OUT / f"wrong-{name}.toml"
    path.write_text(text)
    return path


class Control(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        build.prepare(once=True)
        ports = free_ports()
        cls.addClassCleanup(remove_files, ports)
        with unittest.mock.patch.dict(os.environ, ports):
            cls.settings = Settings.from_environment()
        cls.right = page_policy(cls.settings)

    def cells_that_differ(self, server, policy):
        """The problems of that server, by (page, case). Other servers must have none."""
        policies = {each.id: self.right for each in self.settings.servers} | {server: policy}
        differ, lines = {}, []
        with run.running(self.settings, policies) as servers, Browser(build.chromium()) as browser:
            for page, origin in self.settings.pages.items():
                plan, cells = once.visit(browser, servers, origin)
                lines += once.differences(plan, cells)
                for (case, where), cell in cells.items():
                    if cell["problems"]:
                        self.assertEqual(where, server, cell)
                        differ[page, case] = cell["problems"]
        self.assertEqual(len(lines), len(differ))
        for (page, case), line in zip(differ, lines, strict=True):
            title = next(each.title for each in self.settings.servers if each.id == server)
            self.assertTrue(line.startswith(f"{CASES[case]['title']} × {title} at {self.settings.pages[page]}: "), line)
        return differ

    def seen_by_the_browser(self, server, policy):
        """The cells in which JavaScript could read what it should not, or the reverse."""
        differ = self.cells_that_differ(server, policy)
        return {
            cell for cell, problems in differ.items() if any(problem.startswith("browser: ") for problem in problems)
        }

    def test_the_right_policy_has_no_cell_that_differs(self):
        self.assertEqual(self.cells_that_differ("c", self.right), {})

    def test_an_origin_that_is_missing(self):
        policy = wrong_policy(self.right, "origin", allow_origins='["http://localhost:1"]')
        self.assertEqual(self.seen_by_the_browser("python", policy), {("allowed", case) for case in READABLE})

    def test_credentials_that_are_off(self):
        policy = wrong_policy(self.right, "credentials", allow_credentials="false")
        self.assertEqual(self.seen_by_the_browser("node", policy), {("allowed", "cookie"), ("allowed", "no-cookie")})

    def test_a_method_that_is_missing(self):
        policy = wrong_policy(self.right, "method", allow_methods="[]")
        self.assertEqual(self.seen_by_the_browser("c", policy), {("allowed", "put")})

    def test_an_additional_method(self):
        policy = wrong_policy(self.right, "methods", allow_methods='["PUT", "DELETE"]')
        self.assertEqual(self.seen_by_the_browser("node", policy), {("allowed", "method")})

    def test_a_header_that_is_missing(self):
        policy = wrong_policy(self.right, "header", allow_headers="[]")
        self.assertEqual(self.seen_by_the_browser("python", policy), {("allowed", "put")})

    def test_a_header_that_is_not_exposed(self):
        policy = wrong_policy(self.right, "expose", expose_headers="[]")
        self.assertEqual(self.seen_by_the_browser("node", policy), {("allowed", "exposed")})

    def test_a_policy_that_is_open_to_all(self):
        """The worst kind: pages can read what they must not read. It cannot be combined with credentials."""
        policy = wrong_policy(self.right, "open", allow_origins='["*"]', allow_credentials="false")
        read = READABLE - {"cookie", "no-cookie"}
        wanted = {("refused", case) for case in read} | {("allowed", "cookie"), ("allowed", "no-cookie")}
        wanted |= {("allowed", "origin"), ("refused", "origin")}
        self.assertEqual(self.seen_by_the_browser("c", policy), wanted)

    def test_a_difference_that_only_the_wire_shows(self):
        """A page does not notice how long a preflight may be remembered, but the comparison of headers does."""
        policy = wrong_policy(self.right, "age", max_age="60")
        differ = self.cells_that_differ("c", policy)
        self.assertEqual(differ["allowed", "put"], ["wire, OPTIONS: access-control-max-age: `60`, not `600`"])
        self.assertEqual({page for page, _ in differ}, {"allowed"})


if __name__ == "__main__":
    unittest.main()
