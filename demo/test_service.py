"""Tests of protection and routes with a real browser: a form that a foreign page sends, and paths with unusual
spellings.

The browser itself sets `Origin` and `Sec-Fetch-Site`; nothing here does.
"""

import contextlib
import http.server
import os
import threading
import time
import unittest
import unittest.mock

import build
from browser import Browser
from servers import Servers
from settings import OUT, Settings
from test_control import free_ports, remove_files

POLICY = """
allow_origins = ["{page}"]
allow_methods = ["PUT"]
allow_headers = ["X-Demo-Token"]
allow_credentials = true
{protection}

[[routes]]
path = "/api/own-headers"
allow_origins = ["*"]
allow_methods = ["GET"]
allow_credentials = false
"""
PROTECTION = 'protection = { writes = "reject" }'


class Blank(http.server.BaseHTTPRequestHandler):
    """An empty page, which is all that an attacker needs."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>a page</title>")

    def log_message(self, *_):
        pass


class Service(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        build.prepare(once=True)
        ports = free_ports()
        cls.addClassCleanup(remove_files, ports)
        with unittest.mock.patch.dict(os.environ, ports):
            cls.settings = Settings.from_environment()
        pages = http.server.ThreadingHTTPServer(("127.0.0.1", cls.settings.page_port), Blank)
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        cls.addClassCleanup(pages.server_close)
        cls.addClassCleanup(pages.shutdown)

    @contextlib.contextmanager
    def service(self, protection):
        """The three servers with one policy, and a browser."""
        policy = OUT / f"service-{self.settings.page_port}.toml"
        policy.write_text(POLICY.format(page=self.settings.pages["allowed"], protection=protection))
        policies = {server.id: policy for server in self.settings.servers}
        with Servers(self.settings, policies), Browser(build.chromium()) as browser:
            yield browser

    def open(self, browser, page):
        browser.open(f"{self.settings.pages[page]}/")
        self.wait(browser, "document.title === 'a page' && document.readyState === 'complete'")

    def wait(self, browser, expression):
        end = time.monotonic() + 20
        while not browser.evaluate(expression):
            self.assertLess(time.monotonic(), end, expression)
            time.sleep(0.05)

    def form(self, browser, page, server):
        """Sends a form from a page, as any page can; returns what the browser shows afterwards."""
        self.open(browser, page)
        browser.evaluate(
            f"""(() => {{
                const form = document.createElement('form')
                form.method = 'POST'
                form.action = '{server.url}/api/session'
                document.body.append(form)
                setTimeout(() => form.submit())
            }})()"""
        )
        self.wait(browser, f"location.origin === '{server.url}' && document.readyState === 'complete'")
        return browser.evaluate("document.body.innerText")

    def fetch(self, browser, url, options="{}"):
        """The result that a page gets: a status, or `blocked`."""
        return browser.evaluate(f"fetch('{url}', {options}).then(answer => answer.status, () => 'blocked')")

    def test_a_form_of_a_foreign_page(self):
        with self.service("") as browser:
            for server in self.settings.servers:
                self.assertIn("alice", self.form(browser, "refused", server), f"{server.id}: the attack does not work even without protection")
        with self.service(PROTECTION) as browser:
            for server in self.settings.servers:
                self.assertEqual(self.form(browser, "refused", server).strip(), "corsac: write-refused", server.id)
                self.assertIn("alice", self.form(browser, "allowed", server), server.id)

    def test_whether_pages_can_read_a_refusal(self):
        write = "{method: 'POST', credentials: 'include'}"
        with self.service(PROTECTION) as browser:
            for page, seen in (("refused", "blocked"), ("allowed", 200)):
                self.open(browser, page)
                for server in self.settings.servers:
                    self.assertEqual(self.fetch(browser, f"{server.url}/api/session", write), seen, server.id)
            # The route lets any page read: its refusal can be read as well.
            self.open(browser, "refused")
            for server in self.settings.servers:
                self.assertEqual(self.fetch(browser, f"{server.url}/api/own-headers", "{method: 'POST'}"), 403, server.id)

    def test_a_route_has_one_spelling(self):
        spellings = {
            "/api/own-headers": 200,
            "/api/own-headers?x=/../hello": 200,
            "/api/./own-headers": 200,  # the browser resolves it
            "/api/%2e%2e/api/own-headers": 200,  # and this
            "/api/own%2dheaders": "blocked",
            "/api//own-headers": "blocked",
            "/api/own-headers;x": "blocked",
            "/api/hello%2f..%2fown-headers": "blocked",
            "/api/hello": "blocked",
        }
        with self.service(PROTECTION) as browser:
            self.open(browser, "refused")
            for server in self.settings.servers:
                seen = {path: self.fetch(browser, server.url + path) for path in spellings}
                self.assertEqual(seen, spellings, server.id)


if __name__ == "__main__":
    unittest.main()
