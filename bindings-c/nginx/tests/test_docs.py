"""The configurations of docs/nginx.md are ones that nginx accepts."""

import re
import unittest
from pathlib import Path

import context
from server import Nginx, free_port

PAGE = Path(__file__).resolve().parents[3] / "docs" / "nginx.md"


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
