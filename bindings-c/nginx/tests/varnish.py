"""A real Varnish in its own folder."""

import os
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from server import end, free_port


class Varnish:
    """Varnish in front of a port. `vcl` is the body of its configuration, after the backend."""

    def __init__(self, backend, vcl):
        self.folder = tempfile.TemporaryDirectory(prefix="corsac-varnish-")
        self.port = free_port()
        where = Path(self.folder.name)
        # Its worker runs as a different user.
        where.chmod(0o755)
        (where / "cache.vcl").write_text(f'vcl 4.1;\nbackend default {{ .host = "127.0.0.1"; .port = "{backend}"; }}\n{vcl}\n')
        command = [
            "varnishd", "-F", "-n", where / "state", "-a", f"127.0.0.1:{self.port}", "-f", where / "cache.vcl", "-s", "malloc,8m",
            "-p", "thread_pools=1", "-p", "thread_pool_min=10", "-T", "none",
        ]  # fmt: skip
        # Debian puts it in a folder that is only in administrators' PATH.
        path = os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin"
        self.log = (where / "log").open("w+")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=subprocess.STDOUT, env={**os.environ, "PATH": path})
        for _ in range(1000):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.02)
        self.log.seek(0)
        said = self.log.read()
        self.stop()
        raise SystemExit(f"Varnish does not start:\n{said}")

    def stop(self):
        end(self.process)
        self.log.close()
        self.folder.cleanup()
