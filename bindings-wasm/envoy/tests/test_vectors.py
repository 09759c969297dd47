"""The shared vectors' decisions over real HTTP/1.1 and HTTP/2: every request that can be sent unchanged.

Each policy has its own listener at its own address, so that paths are sent unchanged.
"""

import json
import re
import unittest
from collections import Counter

import h2.exceptions
import wire
from envoy_process import ROOT, SHOW_REASON, Envoy, corsac, direct, free_port, listener

VECTORS = ROOT / "tests" / "vectors"
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
COMPARED = ("content-type", "content-length", "cache-control", "vary")
LISTS = ("access-control-allow-headers", "access-control-allow-methods", "access-control-expose-headers", "vary")
# Headers that the policy owns and the application sets wrongly.
FOREIGN = [
    ("Access-Control-Allow-Origin", "https://wrong.example"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Credentials", "maybe"),
    ("Access-Control-Expose-Headers", "X-Theirs"),
    ("Access-Control-Max-Age", "1"),
]


def vectors(kind):
    for path in sorted(VECTORS.glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        for vector in document.get("vectors", []) if path.name != "schema.json" else []:
            if kind in vector:
                yield vector


def policy_text(vector):
    return vector["text"]["text"] if "text" in vector else json.dumps(vector["config"])


def keeps_app_headers(text):
    return re.search("keep_?[aA]pp_?[hH]eaders", text) is not None


def why_not(vector):
    """The reason why no version of HTTP can send a request to Envoy unchanged, or None."""
    request = vector["request"]
    if "predicate" in vector:
        return "Envoy has no predicates"
    if request.get("path_decoded"):
        return "Envoy passes on the path as it was sent"
    if request.get("secure"):
        return "TLS: see test_protocols.py"
    if request.get("websocket"):
        return "Envoy recognises handshakes by their headers: see test_protocols.py"
    if "path" not in request and "routes" in policy_text(vector):
        return "every request to Envoy has a path"
    if request["method"] == "CONNECT":
        return "Envoy handles CONNECT in its own way"
    names = [name.lower() for name, _ in request["headers"]]
    for name, value in request["headers"]:
        if value == "" and names.count(name.lower()) > 1:
            return "Envoy drops an empty line of a repeated header"
        if not TOKEN.match(name):
            return "a header name that is not a token"
        if re.search("[\r\n\0]", value):
            return "CR, LF or NUL in a header value ends the line"
        if value != value.strip(" \t"):
            return "HTTP removes white space from the ends of a value"
    return None


def why_not_http1(vector):
    request = vector["request"]
    if "authority" in request:
        return "HTTP/1.1 has an authority only in `Host`"
    if not request.get("path", "/").startswith("/"):
        return "Envoy splits an absolute target"
    if re.search(r"[\0-\x20\x7f]", request.get("path", "/")) or not request.get("path", "/"):
        return "a target that cannot be in a request line"
    if not TOKEN.match(request["method"]):
        return "a method that is not a token"
    return None


def why_not_http2(vector):
    names = {name.lower() for name, _ in vector["request"]["headers"]}
    if names & {"upgrade", "connection", "transfer-encoding"}:
        return "HTTP/2 has no headers of a connection"
    if "host" in names and "authority" in vector["request"]:
        return "Envoy drops `Host` if there is an authority"
    return None


def with_lists(headers):
    """Lists of names as Envoy may write them: lines joined, and without white space."""
    whole = {}
    for name, value in headers:
        whole.setdefault(name, []).append(value)
    split = lambda lines: [part.strip() for line in lines for part in line.split(",") if part.strip()]  # noqa: E731
    return sorted((name, split(lines) if name in LISTS else lines) for name, lines in whole.items())


def expected(expect):
    headers = [tuple(pair) for pair in expect["headers"]]
    if expect["action"] == "respond" and expect["body"]:
        headers.append(("content-length", str(len(expect["body"]))))
    return expect["status"] or 299, with_lists(headers), expect["body"] or ("" if expect["status"] else "application")


def got(response, action, method):
    compared = COMPARED[0 if action == "respond" else 3 :]
    headers = [pair for pair in response.headers if pair[0].startswith("access-control-") or pair[0] in compared]
    # Envoy adds this to an empty response that it makes itself.
    if action == "respond" and response.status != 200:
        headers = [pair for pair in headers if pair != ("content-length", "0")]
    body = "application" if method == "HEAD" and action == "continue" else response.body.decode("latin-1")
    return response.status, with_lists(headers), body


class Vectors(unittest.TestCase):
    """Counts the requests that were sent, and prints the reasons for the others."""

    passed = 0

    def test_decisions(self):
        places, listeners, port, sendable = {}, [], free_port(), []
        self.connections = {}
        for vector in vectors("request"):
            reason = why_not(vector)
            if reason is None:
                text = policy_text(vector)
                if text not in places:
                    number = len(places)
                    places[text] = f"127.0.{10 + number // 250}.{number % 250 + 1}"
                    foreign = [] if keeps_app_headers(text) else FOREIGN
                    filters = [SHOW_REASON, corsac(text, name=f"policy-{number}")]
                    routes = [direct(299, "application", foreign)]
                    more = {"max_request_headers_kb": 8192, "common_http_protocol_options": {"max_headers_count": 2000}}
                    more["upgrade_configs"] = [{"upgrade_type": "websocket"}]
                    listeners.append(listener(f"l{number}", port, filters, routes, places[text], **more))
            sendable.append((vector, reason))
        self.addCleanup(lambda: [connection.close() for connection in self.connections.values()])
        with Envoy(listeners) as envoy:
            for version, cannot, send in [("HTTP/1.1", why_not_http1, self.http1), ("HTTP/2", why_not_http2, self.http2)]:
                with self.subTest(version):
                    self.run_all(version, sendable, cannot, send, lambda vector: (places[policy_text(vector)], port))
            self.assertEqual(envoy.process.poll(), None)

    def run_all(self, version, sendable, cannot, send, where):
        faults, sent, reasons = [], 0, Counter()
        for vector, reason in sendable:
            reason = reason or cannot(vector)
            if reason is not None:
                reasons[reason] += 1
                continue
            request, expect = vector["request"], vector["expect"]
            try:
                response = send(*where(vector), request)
            except ConnectionError as error:
                reasons[f"Envoy: {error}"] += 1
                continue
            if not response.all("x-reason") and response.status in (400, 403, 404, 413, 421, 426, 431, 501):
                reasons[f"Envoy refuses it with {response.status}, before the filter has seen it"] += 1
                if any(name.startswith("access-control-") for name, _ in response.headers):
                    faults.append(f"{vector['id']}: {response.headers}")
                continue
            sent += 1
            wanted, found = expected(expect), got(response, expect["action"], request["method"])
            reported = [[expect["reason"]], [expect["reported"]] if "reported" in expect else []]
            shown = [response.all("x-reason"), [value for value in response.all("x-reported") if value not in ("-", "")]]
            if wanted != found or shown != reported:
                faults.append(f"{vector['id']}\n  wanted {wanted} {reported}\n  got    {found} {shown}")
        self.assertEqual(faults, [], f"{len(faults)} of {sent}:\n" + "\n".join(faults[:40]))
        Vectors.passed += sent
        print(f"envoy: {sent} vectors sent by {version}; not sent: {dict(reasons.most_common())}")

    def http1(self, address, port, request):
        headers = request["headers"]
        # Without `Connection: upgrade`, `Upgrade` does not belong to this connection, and Envoy removes it.
        if any(name.lower() == "upgrade" for name, _ in headers):
            headers = [*headers, ("Connection", "upgrade, close")]
        return wire.send(port, request["method"], request.get("path", "/"), headers, address=address)

    def http2(self, address, port, request):
        has_host = any(name.lower() == "host" for name, _ in request["headers"])
        authority = None if has_host else request.get("authority", "localhost")
        # A connection for each policy. Envoy closes it on some errors.
        connection = self.connections.get(address) or wire.Http2(port, address)
        self.connections[address] = connection
        try:
            return connection.send(request["method"], request.get("path", "/"), request["headers"], authority=authority)
        except (ConnectionError, h2.exceptions.ProtocolError):
            connection.close()
            del self.connections[address]
            raise
