"""The shared vectors about applying a decision to an application's headers, with an application behind a real
server."""

import http.server
import json
import threading
from pathlib import Path

from server import send

VECTORS = json.loads((Path(__file__).resolve().parents[3] / "tests" / "vectors" / "apply" / "apply.json").read_text())["vectors"]


def kept_by_host():
    """The vectors about keeping headers, without that setting in their policies, for a host that has its own setting.
    """
    for vector in VECTORS:
        config = {name: value for name, value in vector["config"].items() if name != "keep_app_headers"}
        if config != vector["config"]:
            yield {**vector, "config": config}


class Application(http.server.ThreadingHTTPServer):
    """Answers `/<id>` with the headers that the vector's application sets."""

    daemon_threads = True

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            vector = next(vector for vector in VECTORS if vector["id"] == self.path.rsplit("/", 1)[1])
            self.send_response(200)
            for name, value in vector["application"]:
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_OPTIONS = answer

        def log_message(self, *_):
            pass

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def stop(self):
        self.shutdown()
        self.server_close()


def lines(pairs, of):
    """The values of each name that the vector is about, in the order of their lines."""
    names = {name.lower() for name, _ in [*of["application"], *of["response"]]}
    found = {}
    for name, value in pairs:
        if name.lower() in names or name.lower().startswith("access-control-"):
            found.setdefault(name.lower(), []).append(value)
    return found


def faults(port, vectors, folder, seen=lambda lines: lines):
    """The differences from the vectors, for a server that has a policy for each id below `folder`."""
    for vector in vectors:
        request = vector["request"]
        answer = send(port, request["method"], f"/{folder}/{vector['id']}", request["headers"])
        wanted, got = seen(lines(vector["response"], vector)), seen(lines(answer.headers, vector))
        if answer.status != 200 or wanted != got:
            yield f"{folder}/{vector['id']}: {answer.status}\n  wanted {wanted}\n  got    {got}"
