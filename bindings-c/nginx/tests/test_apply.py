"""Decisions that are applied to an upstream's headers: the shared vectors, with the policy's setting and with nginx's
own."""

import json
import unittest

import applied
import context
from server import Nginx, free_port


class Apply(unittest.TestCase):
    def test_vectors(self):
        application, port, files, locations = applied.Application(), free_port(), {}, []
        kept = list(applied.kept_by_host())
        for folder, vectors, setting in (("policy", applied.VECTORS, ""), ("host", kept, "corsac_hide_upstream off;")):
            for vector in vectors:
                name = f"{folder}-{vector['id']}.json"
                files[name] = json.dumps(vector["config"])
                location = f"location = /{folder}/{vector['id']}"
                locations.append(f"{location} {{ corsac_policy {name}; {setting} proxy_pass http://127.0.0.1:{application.port}; }}")
        server = f"server {{ listen 127.0.0.1:{port}; {' '.join(locations)} }}"
        nginx = Nginx(context.MODULE, files, server).start(port)
        try:
            faults = [*applied.faults(port, applied.VECTORS, "policy"), *applied.faults(port, kept, "host")]
        finally:
            nginx.stop()
            application.stop()
        self.assertGreater(len(kept), 5)
        self.assertEqual(faults, [], "\n".join(faults))
