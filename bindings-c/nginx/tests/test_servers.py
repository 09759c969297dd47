"""Several servers on one port. The module handles the requests of those in which any location has a policy, and of no others."""

import unittest

import context
from context import APP
from server import Nginx, free_port, send

SERVERS = """
server { listen 127.0.0.1:PORT; server_name without; location / { return 200 ok; } }
server { listen 127.0.0.1:PORT; server_name off; corsac off; location / { return 200 ok; } }
server { listen 127.0.0.1:PORT; server_name whole; corsac_policy app.toml; return 200 ok; }
server { listen 127.0.0.1:PORT; server_name one; location / { return 200 ok; } location /with { corsac_policy app.toml; return 200 ok; } }
server {
  listen 127.0.0.1:PORT; server_name nested;
  location / { return 200 ok; }
  location /outer { return 200 ok; location /outer/with { corsac_policy app.toml; return 200 ok; } }
}
server {
  listen 127.0.0.1:PORT; server_name named;
  location / { return 200 ok; }
  location /with { try_files /nothing @with; }
  location @with { corsac_policy app.toml; return 200 ok; }
}
"""
ALLOWED = [("access-control-allow-origin", APP), ("vary", "Origin")]


class Servers(unittest.TestCase):
    def start(self, before=""):
        port = free_port()
        files = {"app.toml": f'allow_origins = ["{APP}"]\n'}
        nginx = Nginx(context.MODULE, files, before + SERVERS.replace("PORT", str(port)))
        nginx.start(port)
        self.addCleanup(nginx.stop)
        return lambda host, path: send(port, "GET", path, [("Host", host), ("Origin", APP)]).cors()

    def test_a_policy_anywhere_in_a_server_is_found(self):
        cors = self.start()
        for host, path in (("whole", "/"), ("one", "/with"), ("nested", "/outer/with"), ("named", "/with")):
            self.assertEqual(cors(host, path), ALLOWED, host)
        for host, path in (("without", "/"), ("off", "/"), ("one", "/"), ("nested", "/outer"), ("named", "/")):
            self.assertEqual(cors(host, path), [], host)

    def test_a_policy_for_all_servers_is_inherited_unless_it_is_switched_off(self):
        cors = self.start("corsac_policy app.toml;\n")
        for host, path in (("without", "/"), ("whole", "/"), ("one", "/"), ("nested", "/outer"), ("named", "/")):
            self.assertEqual(cors(host, path), ALLOWED, host)
        self.assertEqual(cors("off", "/"), [])
