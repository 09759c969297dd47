"""Starts the real httpd with the module that the command line names."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

MODULES = Path("/usr/lib/apache2/modules")
COMMON = """
ServerRoot "%(root)s"
ServerName localhost
PidFile httpd.pid
ErrorLog error.log
Mutex pthread
LogLevel corsac:info
Listen 127.0.0.1:%(port)d
%(load)s
DocumentRoot html
TypesConfig /dev/null
AddType text/plain .txt
"""


def start(root, port, loaded, text):
    load = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in loaded.split())
    load += f"\nLoadModule corsac_module {Path(sys.argv[1]).resolve()}\n"
    load += "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
    (root / "httpd.conf").write_text(COMMON % {"root": root, "port": port, "load": load} + text)
    command = ["apache2", "-d", root, "-f", "httpd.conf", "-DFOREGROUND"]
    # httpd gets its own session, because mpm_prefork ends its whole process group.
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return process
        except OSError:
            if process.poll() is not None:
                log = root / "error.log"
                raise SystemExit(process.stderr.read() + (log.read_text() if log.exists() else "")) from None
            time.sleep(0.02)
    raise SystemExit("httpd does not listen")


def stop(process):
    process.terminate()
    process.wait(timeout=10)
    process.stderr.close()
