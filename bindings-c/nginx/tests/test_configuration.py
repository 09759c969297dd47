"""Messages of `nginx -t`, and reloading under load."""

import threading
import time
import unittest

import context
from context import APP, FILES, OTHER, POLICY
from server import Nginx, free_port, send


def check(server, files=None, http=""):
    nginx = Nginx(context.MODULE, files or FILES, f"{http}\nserver {{ listen 127.0.0.1:{free_port()}; {server} }}")
    try:
        return nginx.check()
    finally:
        nginx.stop()


class Configuration(unittest.TestCase):
    def test_a_good_policy_is_accepted_everywhere(self):
        clean = {"clean.toml": 'allow_origins = ["https://app.example.com"]\n'}
        for place in ("%s location / { }", "location / { %s }", "location / { location /x { %s } }"):
            good, said = check(place % "corsac_policy clean.toml; corsac_hide_upstream off;", clean)
            self.assertTrue(good, said)
            self.assertNotIn("corsac:", said)
        self.assertTrue(check("", http="corsac_policy app.toml;")[0])
        self.assertTrue(check("corsac off; location / { corsac_policy app.toml; }", http="corsac_policy any.toml;")[0])

    def test_a_bad_policy_names_file_line_and_key(self):
        bad = {"bad.toml": 'allow_origins = ["https://app.example.com/"]\nallow_methods = ["put"]\n'}
        good, said = check("\ncorsac_policy bad.toml;", bad)
        self.assertFalse(good)
        for text in (
            "/bad.toml:1: allow_origins[0]: ", "[origin-trailing-slash]", "write `https://app.example.com`",
            "/bad.toml:2: allow_methods[0]: ", "[method-case]", "/nginx.conf:",
        ):  # fmt: skip
            self.assertIn(text, said)
        self.assertEqual(said.count("[emerg]"), 2, said)

    def test_a_file_that_cannot_be_read_is_named_once_with_the_reason(self):
        for name, reason in (("none.toml", "os error 2"), ("html", "os error 21")):
            good, said = check(f"corsac_policy {name};")
            self.assertFalse(good)
            self.assertEqual(said.count("[emerg]"), 1, said)
            self.assertEqual(said.count(f"/{name}: "), 1, said)
            self.assertIn(reason, said)
            self.assertIn("/nginx.conf:", said)

    def test_syntax(self):
        good, said = check("corsac_policy x.json;", {"x.json": "{"})
        self.assertFalse(good)
        self.assertIn("[syntax]", said)

    def test_lints_are_warnings_that_are_printed_once(self):
        files = {"lint.toml": 'allow_origins = ["*"]\nallow_headers = ["*"]\n'}
        good, said = check("corsac_policy lint.toml; location / { corsac_policy lint.toml; }", files)
        self.assertTrue(good, said)
        self.assertEqual(said.count("[authorization-not-covered]"), 1, said)
        self.assertIn("[warn]", said)

    def test_wrong_directives_are_refused(self):
        for server, text in [
            ("corsac on;", 'only takes "off"'),
            ("corsac off; corsac off;", "is duplicate"),
            ("corsac off; corsac_policy app.toml;", 'cannot be used together with "corsac off"'),
            ("corsac_policy app.toml; corsac off;", 'cannot be used together with "corsac_policy"'),
            ("corsac_policy app.toml; corsac_policy app.toml;", "is duplicate"),
            ("corsac_policy;", "invalid number of arguments"),
            ("location / { if ($arg_x) { corsac_policy app.toml; } }", "not allowed here"),
            ("corsac_hide_upstream maybe;", '"on" or "off"'),
        ]:
            good, said = check(server)
            self.assertFalse(good, server)
            self.assertIn(text, said)


class Reload(unittest.TestCase):
    """`nginx -s reload` while requests run."""

    def setUp(self):
        self.port = free_port()
        http = f"server {{ listen 127.0.0.1:{self.port} backlog=1024; location / {{ corsac_policy app.toml; return 200 ok; }} }}"
        self.nginx = Nginx(context.MODULE, FILES, http).start(self.port)
        self.addCleanup(self.nginx.stop)

    def allowed(self, origin):
        answer = send(self.port, "GET", "/", [("Origin", origin)])
        return answer.status, answer.all("access-control-allow-origin")

    def write(self, text):
        (self.nginx.prefix / "app.toml").write_text(text)

    def wait_for(self, origin, expected):
        """Old workers take requests until they are ended, so several responses in a row have to follow the new policy.
        """
        end, agreed = time.monotonic() + 10, 0
        while agreed < 20 and time.monotonic() < end:
            agreed = agreed + 1 if self.allowed(origin) == (200, expected) else 0
        self.assertEqual(agreed, 20)

    def test_no_request_is_dropped(self):
        faults, done, count = [], threading.Event(), [0] * 4

        def hammer(number):
            while not done.is_set():
                try:
                    status, origins = self.allowed(APP)
                    if status != 200 or origins not in ([], [APP]):
                        faults.append((status, origins))
                except OSError as error:
                    faults.append(error)
                count[number] += 1

        threads = [threading.Thread(target=hammer, args=(number,)) for number in range(len(count))]
        for thread in threads:
            thread.start()
        try:
            for _ in range(4):
                self.write(POLICY.replace(APP, OTHER, 1))
                self.assertEqual(self.nginx.reload().returncode, 0)
                self.wait_for(OTHER, [OTHER])
                self.write(POLICY)
                self.assertEqual(self.nginx.reload().returncode, 0)
                self.wait_for(OTHER, [])
        finally:
            done.set()
            for thread in threads:
                thread.join()
        self.assertEqual(faults, [])
        self.assertGreater(sum(count), 200)
        print(f"nginx: {sum(count)} requests during 8 reloads, none dropped")

    def test_a_bad_policy_leaves_the_old_one_in_force(self):
        self.write('allow_origins = ["app.example.com"]\n')
        said = self.nginx.reload().stderr
        self.assertIn("app.toml:1: allow_origins[0]: ", said)
        self.assertIn("[origin-missing-scheme]", said)
        self.assertEqual(self.allowed(APP), (200, [APP]))
