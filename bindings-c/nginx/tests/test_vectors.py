"""The shared vectors' decisions over real HTTP: every request that can be sent unchanged.

A policy with routes has its own server at its own address, so that its paths are sent unchanged.
"""

import json
import re
import unittest
from collections import Counter
from pathlib import Path

import context
from server import Nginx, free_port, send

VECTORS = Path(__file__).resolve().parents[3] / "tests" / "vectors"
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
COMPARED = ("content-type", "content-length", "cache-control", "vary")


def decisions():
    for path in sorted(VECTORS.glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        for vector in document.get("vectors", []) if path.name != "schema.json" else []:
            if "request" in vector:
                yield vector


def why_not(vector):
    """The reason why a request cannot be sent to nginx unchanged, or None."""
    request = vector["request"]
    method = request["method"]
    if "predicate" in vector:
        return "nginx has no predicates"
    if request.get("path_decoded"):
        return "nginx passes on the path as it was sent"
    if request.get("secure"):
        return "TLS: see test_protection.py"
    if request.get("websocket"):
        return "nginx recognises handshakes only by their headers"
    if "authority" in request:
        return "HTTP/1.1 has an authority only in `Host`"
    if has_routes(vector) and not re.fullmatch(r"/[!-~\x80-\xff]*", request.get("path", "")):
        return "a target that cannot be in a request line, or that nginx handles itself"
    if not re.fullmatch(r"[A-Z_-]+", method):
        return "nginx reads only methods of upper-case letters, `_` and `-`"
    if method in ("TRACE", "CONNECT"):
        return "nginx refuses TRACE and CONNECT itself"
    for name, value in request["headers"]:
        if not TOKEN.match(name):
            return "a header name that is not a token"
        if re.search("[\r\n\0]", value):
            return "CR, LF or NUL in a header value ends the line"
        if value != value.strip(" "):
            return "HTTP removes white space from the ends of a value"
    return None


def policy_text(vector):
    if "text" in vector:
        return vector["text"]["format"], vector["text"]["text"]
    return "json", json.dumps(vector["config"])


def has_routes(vector):
    return "routes" in policy_text(vector)[1]


def expected(expect):
    headers = [tuple(pair) for pair in expect["headers"]]
    if expect["action"] == "respond" and expect["body"]:
        headers.append(("content-length", str(len(expect["body"]))))
    return expect["status"] or 299, sorted(headers), expect["body"] or ("" if expect["status"] else "application")


def got(answer, action, method):
    own = [
        pair
        for pair in answer.headers
        if pair[0].startswith("access-control-") or pair[0] in COMPARED[0 if action == "respond" else 3 :]
    ]
    body = "application" if method == "HEAD" and action == "continue" else answer.body.decode("latin-1")
    return answer.status, sorted(own), body


# Headers that configurations often add, and that no response may keep.
FOREIGN = "".join(f"add_header {name} {value} always; " for name, value in context.FOREIGN)
SAID = 'add_header X-Reason $corsac_reason always; add_header X-Reported $corsac_reported always; return 299 "application";'


class Vectors(unittest.TestCase):
    def test_over_http(self):
        files, locations, servers, sendable, reasons = {}, [], [], [], Counter()
        places, port = {}, free_port()
        for vector in decisions():
            reason = why_not(vector)
            if reason is not None:
                reasons[reason] += 1
                continue
            form = policy_text(vector)
            if form not in places:
                number = len(places)
                name = f"{number}.{form[0]}"
                files[name] = form[1]
                said = SAID if re.search("keep_?[aA]pp_?[hH]eaders", form[1]) else FOREIGN + SAID
                if has_routes(vector):
                    places[form] = f"127.0.{2 + number // 250}.{number % 250 + 1}", ""
                    servers.append(f"server {{ listen {places[form][0]}:{port}; location / {{ corsac_policy {name}; {said} }} }}")
                else:
                    places[form] = "127.0.0.1", f"/{number}/"
                    locations.append(f"location /{number}/ {{ corsac_policy {name}; {said} }}")
            sendable.append((vector, *places[form]))
        server = f"listen 127.0.0.1:{port}; {chr(10).join(locations)}"
        limits = "large_client_header_buffers 8 8m; client_header_buffer_size 64k; ignore_invalid_headers on; default_type text/plain;"
        nginx = Nginx(context.MODULE, files, f"{limits} server {{ {server} }} {chr(10).join(servers)}", connections=2048).start(port)
        faults, sent = [], 0
        try:
            for vector, address, place in sendable:
                request, expect = vector["request"], vector["expect"]
                path, has_host = place or request["path"], any(name.lower() == "host" for name, _ in request["headers"])
                version = "1.1" if has_host or "protection" not in policy_text(vector)[1] else "1.0"
                answer = send(port, request["method"], path, request["headers"], address=address, version=version)
                if answer.status == 400:
                    # Requests that nginx itself refuses: a repeated `Host`, a bad escape, a path above the root.
                    reasons["nginx refuses it with 400, and its response names no origin"] += 1
                    if any(name.startswith("access-control-") for name, _ in answer.headers):
                        faults.append(f"{vector['id']}: {answer.headers}")
                    continue
                sent += 1
                wanted, found = expected(expect), got(answer, expect["action"], request["method"])
                if not any(name == "cache-control" for name, _ in expect["headers"]):
                    found[1][:] = [pair for pair in found[1] if pair != ("cache-control", "public")]
                said, told = [answer.all("x-reason"), answer.all("x-reported")], [[expect["reason"]], [expect["reported"]] if "reported" in expect else []]
                if wanted != found or said != told:
                    faults.append(f"{vector['id']}\n  wanted {wanted} {told}\n  got    {found} {said}")
        finally:
            nginx.stop()
        context.vectors_passed = sent - len(faults)
        print(f"nginx: {sent} vectors over HTTP under {len(places)} policies, {len(faults)} failed; not sendable:")
        for reason, count in reasons.most_common():
            print(f"nginx:   {count} {reason}")
        self.assertEqual(sent + sum(reasons.values()), sum(1 for _ in decisions()))
        self.assertGreater(sent, 0)
        if faults:
            self.fail("\n" + "\n".join(faults[:10]))
