"""Serves the page, under both of its names, with the decisions of the policy and the responses of the servers.

It listens on loopback and answers only to the two names that it has: another site whose name resolves to this machine
gets nothing.
"""

import http.client
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import wire
from settings import PAGE, Stop

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class Site:
    """The data of the page, computed before the first request."""

    def __init__(self, settings, policy, policy_text, cases):
        self.settings = settings
        self.cases = {case["id"]: case for case in cases["cases"]}
        self.files = {f"/{file.name}": file for file in PAGE.iterdir() if file.suffix in TYPES}
        self.files["/"] = PAGE / "index.html"
        self.plans = {page: self.plan(page, policy, policy_text, cases) for page in settings.pages}

    def plan(self, page, policy, policy_text, cases):
        """Each case, with the decision of the policy and the expectation, for one origin of the page."""
        return {
            "page": page,
            "pages": self.settings.pages,
            "policy": policy_text,
            "consoles": cases["consoles"],
            "servers": [
                {"id": server.id, "title": server.title, "stack": server.stack, "code": server.code, "url": server.url}
                for server in self.settings.servers
            ],
            "cases": [
                {**case, "expect": case[page], "says": wire.says(policy, case, self.origin(page, case))}
                for case in cases["cases"]
            ],
        }

    def origin(self, page, case):
        return "null" if case.get("from") == "sandbox" else self.settings.pages[page]

    def exchanges(self, page, server_id, case_id):
        """The responses of one server in one case, or None if there is no such cell."""
        server = next((server for server in self.settings.servers if server.id == server_id), None)
        case = next((case for case in self.plans[page]["cases"] if case["id"] == case_id), None)
        if server is None or case is None:
            return None
        try:
            return wire.ask(server, case, self.origin(page, case), case["says"])
        except (OSError, http.client.HTTPException) as error:
            problem = f"no answer: {error or type(error).__name__}"
            return [{"request": case_id, "sent": [], "status": 0, "headers": [], "problems": [problem]}]

    def security_policy(self):
        servers = " ".join(server.url for server in self.settings.servers)
        return (
            f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' {servers};"
            " frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
        )


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    site = None

    def do_GET(self):
        origins = {origin: page for page, origin in self.site.settings.pages.items()}
        page = origins.get(f"http://{self.headers.get('Host')}")
        target = urlsplit(self.path)
        if page is None:
            self.answer(421, TYPES[".html"], b"this page has two names, and the request has neither of them")
        elif target.path == "/plan.json":
            self.answer_json(self.site.plans[page])
        elif target.path == "/wire.json":
            query = {name: values[0] for name, values in parse_qs(target.query).items()}
            self.answer_json(self.site.exchanges(page, query.get("server"), query.get("case")))
        elif target.path in self.site.files:
            file = self.site.files[target.path]
            self.answer(200, TYPES[file.suffix], file.read_bytes())
        else:
            self.answer(404, TYPES[".html"], b"there is no such page")

    def answer_json(self, value):
        self.answer(404 if value is None else 200, "application/json", json.dumps(value).encode())

    def answer(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", self.site.security_policy())
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Quiet(ThreadingHTTPServer):
    """Reports nothing if a browser closes a connection."""

    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Web:
    """The page's server, in a thread. Use it in a `with` statement."""

    def __init__(self, site):
        handler = type("SiteHandler", (Handler,), {"site": site})
        port = site.settings.page_port
        try:
            self.server = Quiet(("127.0.0.1", port), handler)
        except OSError as error:
            text = f"port {port} (the page) cannot be opened ({error.strerror}): choose another with DEMO_PAGE_PORT=…"
            raise Stop(text) from None

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
