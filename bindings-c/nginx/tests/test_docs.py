"""nginx accepts the configurations of docs/nginx.md, and the one of the README answers preflights."""

import re
import unittest
from pathlib import Path

import context
from server import Nginx, free_port, send

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "nginx.md"
README = ROOT / "README.md"


class Docs(unittest.TestCase):
    def test_the_configurations(self):
        text = PAGE.read_text(encoding="utf-8")
        policies = re.findall(r"^```toml\n(.*?)^```", text, re.M | re.S)
        blocks = re.findall(r"^```nginx\n(.*?)^```", text, re.M | re.S)
        self.assertGreater(len(blocks), 4)
        self.assertGreater(len(policies), 1)
        any_policy = "server { listen 8080; corsac_policy cors.toml; }"
        for policy, block in [*((policies[0], block) for block in blocks), *((policy, any_policy) for policy in policies)]:
            http = block.replace("/etc/nginx/cors.toml", "cors.toml").replace("8080", str(free_port()))
            nginx = Nginx(context.MODULE, {"cors.toml": policy}, http)
            good, said = nginx.check()
            nginx.stop()
            self.assertTrue(good, said)
            self.assertNotIn("[warn]", said)

    def test_the_page_about_duplicated_headers(self):
        text = (ROOT / "docs" / "troubleshooting" / "duplicated-headers.md").read_text(encoding="utf-8")
        policy = re.search(r"^```toml\n(.*?)^```", text, re.M | re.S)[1]
        blocks = re.findall(r"^```nginx\n(.*?)^```", text, re.M | re.S)
        self.assertEqual(len(blocks), 2)
        for block in blocks:
            http = block.replace("/etc/nginx/cors.toml", "cors.toml").replace("8080", str(free_port()))
            nginx = Nginx(context.MODULE, {"cors.toml": policy}, http)
            good, said = nginx.check()
            nginx.stop()
            self.assertTrue(good, said)

    def test_the_error_of_a_policy(self):
        """The guide wraps the line."""
        expected = next(block for block in re.findall(r"^```text\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S) if "[emerg]" in block)
        policy = 'allow_origins = ["https://app.example.com/"]\n'
        nginx = Nginx(context.MODULE, {"cors.toml": policy}, f"server {{ listen {free_port()}; corsac_policy cors.toml; }}")
        good, said = nginx.check()
        nginx.stop()
        self.assertFalse(good)
        message = " ".join(expected.split()).replace("/etc/nginx/cors.toml", f"{nginx.prefix}/cors.toml").rpartition(" in ")[0]
        self.assertIn(message, said)

    def test_the_line_of_the_log(self):
        (expected,) = [block for block in re.findall(r"^```text\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S) if "[info]" in block]
        message = re.search(r"corsac: .*?(?=, client: )", " ".join(expected.split()))[0]
        port = free_port()
        policy = 'allow_origins = ["https://app.example.com"]\n'
        http = f"error_log logs/error.log info; server {{ listen 127.0.0.1:{port}; corsac_policy cors.toml; }}"
        nginx = Nginx(context.MODULE, {"cors.toml": policy}, http)
        nginx.start(port)
        try:
            send(port, "GET", "/api/", [("Origin", "https://evil.example.org")])
        finally:
            log = (nginx.prefix / "logs" / "error.log").read_text()
            nginx.stop()
        self.assertIn(message, log)

    def test_the_readme(self):
        text = README.read_text(encoding="utf-8")
        policy = re.search(r"^```toml\n(.*?)^```", text, re.M | re.S)[1]
        (block,) = re.findall(r"^```nginx\n(.*?)^```", text, re.M | re.S)
        port = free_port()
        http = block.replace("/etc/nginx/cors.toml", "cors.toml").replace("8080", f"127.0.0.1:{port}")
        nginx = Nginx(context.MODULE, {"cors.toml": policy}, http)
        nginx.start(port)
        try:
            answer = send(port, "OPTIONS", "/api/x", [("Origin", "https://app.example.com"), ("Access-Control-Request-Method", "PUT")])
        finally:
            nginx.stop()
        self.assertEqual(answer.status, 204)
        self.assertEqual(answer.all("access-control-allow-methods"), ["GET, HEAD, POST, PUT, DELETE"])
