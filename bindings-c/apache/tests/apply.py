"""Decisions that are applied to a backend's headers: the shared vectors. httpd has no setting of its own that keeps
these headers."""

import json
import tempfile
import unittest
from pathlib import Path

import applied
import httpd
from server import free_port

LOADED = "mpm_event authz_core mime proxy proxy_http"


def one_vary(lines):
    """httpd itself sends one `Vary`, without spaces."""
    if "vary" not in lines:
        return lines
    return {**lines, "vary": [",".join(lines["vary"]).replace(" ", "")]}


class Apply(unittest.TestCase):
    def test_vectors(self):
        application, port, conf = applied.Application(), free_port(), []
        with tempfile.TemporaryDirectory(prefix="corsac-apache-") as folder:
            root = Path(folder)
            root.chmod(0o755)
            (root / "html").mkdir()
            for vector in applied.VECTORS:
                (root / f"{vector['id']}.json").write_text(json.dumps(vector["config"]))
                conf.append(f"<Location /policy/{vector['id']}>\nCorsacPolicy {vector['id']}.json\n</Location>\n")
            conf.append(f"ProxyPass /policy http://127.0.0.1:{application.port}/policy\n")
            process = httpd.start(root, port, LOADED, "".join(conf))
            try:
                faults = list(applied.faults(port, applied.VECTORS, "policy", one_vary))
            finally:
                httpd.stop(process)
                application.stop()
        self.assertEqual(faults, [], "\n".join(faults))
