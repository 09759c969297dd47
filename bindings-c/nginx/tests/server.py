"""A real nginx in its own folder, a backend behind it, and requests as bytes."""

import http.server
import os
import re
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Response:
    def __init__(self, raw):
        head, _, self.body = raw.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        if not first.startswith("HTTP/1.1 "):
            raise ConnectionError(f"no answer: {raw[:80]!r}")
        self.status = int(first.split()[1])
        self.headers = [(name.lower(), value) for name, value in (line.split(": ", 1) for line in lines)]

    def all(self, name):
        return [value for other, value in self.headers if other == name]

    def cors(self):
        """All CORS headers, and Vary."""
        return sorted(pair for pair in self.headers if pair[0].startswith("access-control-") or pair[0] == "vary")


def exchange(port, raw, address="127.0.0.1"):
    """Sends some bytes, and returns everything until the other side closes."""
    with socket.create_connection((address, port), timeout=10) as connection:
        connection.sendall(raw)
        got = b""
        while piece := connection.recv(65536):
            got += piece
    return got


def send(port, method, path, headers=(), body=b"", address="127.0.0.1", version="1.1"):
    """Sends one request on its own connection. Text is sent byte for byte. HTTP/1.0 may have no `Host`."""
    lines = [f"{method} {path} HTTP/{version}", *(f"{name}: {value}" for name, value in headers)]
    if version == "1.1" and not any(name.lower() == "host" for name, _ in headers):
        lines.append("Host: localhost")
    lines += [f"Content-Length: {len(body)}"] if body else []
    lines.append("Connection: close")
    return Response(exchange(port, "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body, address))


class Backend(http.server.ThreadingHTTPServer):
    """An application with CORS headers of its own, all wrong. `/status/N` answers N; `/seen` counts requests."""

    daemon_threads = True

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            self.server.seen += 1
            status = int(self.path.rsplit("/", 1)[1]) if "/status/" in self.path else 200
            body = f"{self.command} {self.path}".encode()
            self.send_response(status)
            self.send_header("Access-Control-Allow-Origin", "https://wrong.example")
            self.send_header("Access-Control-Allow-Origin", "*")
            if "/alone" not in self.path:
                self.send_header("access-control-allow-credentials", "maybe")
                self.send_header("Access-Control-Expose-Headers", "X-Theirs")
            self.send_header("Vary", "Accept-Language")
            self.send_header("Vary", "Cookie, origin" if "names-origin" in self.path else "Cookie")
            self.send_header("Cache-Control", "max-age=60")
            if "/accel/" in self.path:
                self.send_header("X-Accel-Redirect", "/page.txt")
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = answer

        def log_message(self, *_):
            pass

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.seen = 0
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()


def end(process):
    """Ends a process, first with SIGTERM and then with force."""
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Nginx:
    """nginx with the module, a configuration and files, under a temporary prefix."""

    valgrind = False  # run under valgrind, and fail if it reports anything in the module or the library
    seen_by_valgrind = 0

    def __init__(self, module, files, http, workers=2, connections=512, before=()):
        self.folder = tempfile.TemporaryDirectory(prefix="corsac-nginx-")
        self.prefix = Path(self.folder.name)
        self.prefix.chmod(0o755)
        for name in ("logs", "temp"):
            (self.prefix / name).mkdir()
        for name, text in files.items():
            path = self.prefix / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        user = "user root;" if os.geteuid() == 0 else ""
        temps = "\n".join(
            f"{kind}_temp_path temp/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        load = "".join(f"load_module {name};\n" for name in (*before, module) if name)
        (self.prefix / "nginx.conf").write_text(
            f"{load}\n{user}\nworker_processes {workers};\npid nginx.pid;\n"
            f"events {{ worker_connections {connections}; }}\nhttp {{\n{temps}\naccess_log off;\n{http}\n}}\n"
        )
        self.process = None

    def command(self, *arguments):
        return ["nginx", "-p", f"{self.prefix}/", "-c", "nginx.conf", "-e", "logs/error.log", *arguments]

    def check(self):
        """Runs `nginx -t`, and returns whether it succeeded, and its output."""
        done = subprocess.run(self.command("-t"), capture_output=True, text=True, errors="replace")
        return done.returncode == 0, done.stdout + done.stderr

    def start(self, port):
        tool = ["valgrind", "--leak-check=full", "--show-leak-kinds=definite", f"--log-file={self.prefix}/logs/valgrind.%p"] if self.valgrind else []
        self.process = subprocess.Popen([*tool, *self.command("-g", "daemon off;")], stderr=subprocess.PIPE, text=True)
        for _ in range(6000 if self.valgrind else 500):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                # nginx listens before it writes this file, without which it cannot be reloaded.
                if (self.prefix / "nginx.pid").read_text():
                    return self
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit(f"nginx does not start:\n{self.process.stderr.read()}") from None
            time.sleep(0.02)
        raise SystemExit("nginx does not listen")

    def reload(self):
        """Runs `nginx -s reload`, as people type it."""
        return subprocess.run(self.command("-s", "reload"), capture_output=True, text=True)

    def errors(self):
        return (self.prefix / "logs" / "error.log").read_text(errors="replace")

    def stop(self):
        if self.process is not None:
            end(self.process)
            self.process.stderr.close()
            self.read_valgrind()
        self.folder.cleanup()

    def read_valgrind(self):
        for log in sorted((self.prefix / "logs").glob("valgrind.*")):
            Nginx.seen_by_valgrind += 1
            for report in re.split(r"\n==\d+== \n", log.read_text(errors="replace")):
                if "corsac" in report.replace(str(self.prefix), "").split("Command:")[0] and "==    at 0x" in report:
                    raise AssertionError(report)
