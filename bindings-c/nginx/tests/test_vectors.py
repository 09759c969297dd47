"""The shared vectors' decisions over real HTTP: every request that can be sent as it stands."""

import json
import re
import unittest
from collections import Counter
from pathlib import Path

import context
from server import Nginx, free_port, send

VECTORS = Path(__file__).resolve().parents[3] / "tests" / "vectors"
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
COMPARED = ("content-type", "content-length", "vary")


def decisions():
    for path in sorted(VECTORS.glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        for vector in document.get("vectors", []) if path.name != "schema.json" else []:
            if "request" in vector:
                yield vector


def why_not(request):
    """Why a request cannot be sent to nginx as it is, or None."""
    method = request["method"]
    if not re.fullmatch(r"[A-Z_-]+", method):
        return "nginx reads no method but upper-case letters, `_` and `-`"
    if method in ("TRACE", "CONNECT"):
        return "nginx refuses TRACE and CONNECT itself"
    for name, value in request["headers"]:
        if not TOKEN.match(name):
            return "a header name that is no token"
        if re.search("[\r\n\0]", value):
            return "CR, LF or NUL in a header value ends the line"
        if value != value.strip(" "):
            return "HTTP takes white space off the ends of a value"
    return None


def policy_text(vector):
    if "text" in vector:
        return vector["text"]["format"], vector["text"]["text"]
    return "json", json.dumps(vector["config"])


def expected(expect):
    headers = [tuple(pair) for pair in expect["headers"]]
    if expect["action"] == "respond" and expect["body"]:
        headers.append(("content-length", str(len(expect["body"]))))
    return expect["status"] or 299, sorted(headers), expect["body"] or ("" if expect["status"] else "application")


def got(answer, action, method):
    own = [
        pair
        for pair in answer.headers
        if pair[0].startswith("access-control-") or pair[0] in COMPARED[0 if action == "respond" else 2 :]
    ]
    body = "application" if method == "HEAD" and action == "continue" else answer.body.decode("latin-1")
    return answer.status, sorted(own), body


class Vectors(unittest.TestCase):
    def test_over_http(self):
        files, locations, sendable, reasons = {}, [], [], Counter()
        places = {}
        for vector in decisions():
            reason = why_not(vector["request"])
            if reason is not None:
                reasons[reason] += 1
                continue
            form = policy_text(vector)
            if form not in places:
                places[form] = len(places)
                name = f"{places[form]}.{form[0]}"
                files[name] = form[1]
                locations.append(
                    f"location /{places[form]}/ {{ corsac_policy {name};"
                    ' add_header X-Reason $corsac_reason always; return 299 "application"; }'
                )
            sendable.append((vector, places[form]))
        port = free_port()
        server = f"listen 127.0.0.1:{port}; default_type text/plain; {chr(10).join(locations)}"
        limits = "large_client_header_buffers 8 8m; client_header_buffer_size 64k; ignore_invalid_headers on;"
        nginx = Nginx(context.MODULE, files, f"{limits} server {{ {server} }}").start(port)
        faults = []
        try:
            for vector, place in sendable:
                request, expect = vector["request"], vector["expect"]
                answer = send(port, request["method"], f"/{place}/", request["headers"])
                wanted, found = expected(expect), got(answer, expect["action"], request["method"])
                reason = answer.all("x-reason")
                if wanted != found or reason != [expect["reason"]]:
                    faults.append(f"{vector['id']}\n  wanted {wanted} {expect['reason']}\n  got    {found} {reason}")
        finally:
            nginx.stop()
        context.vectors_passed = len(sendable) - len(faults)
        print(f"nginx: {len(sendable)} vectors over HTTP under {len(places)} policies, {len(faults)} failed; not sendable:")
        for reason, count in reasons.most_common():
            print(f"nginx:   {count} {reason}")
        self.assertEqual(len(sendable) + sum(reasons.values()), sum(1 for _ in decisions()))
        self.assertGreater(len(sendable), 0)
        if faults:
            self.fail("\n" + "\n".join(faults[:10]))
