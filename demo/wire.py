"""Sends a server what a browser would send, and compares its responses with the decisions of the policy."""

import http.client
import json

OWNED = "access-control-"


def requests(case, origin):
    """The requests of a case, in the order in which a browser sends them, as (method, path, headers, body)."""
    for step in case["steps"]:
        if "preflight" in step:
            asked = [("Origin", origin), ("Access-Control-Request-Method", step["method"])]
            if step["preflight"]:
                asked.append(("Access-Control-Request-Headers", step["preflight"]))
            yield "OPTIONS", step["path"], asked, None, False
        headers = [("Origin", origin), *step.get("headers", {}).items()]
        body = json.dumps(step["body"]).encode() if "body" in step else None
        yield step["method"], step["path"], headers, body, step.get("credentials") == "include"


def says(policy, case, origin):
    """The decision of the policy on each request, up to the one after which a browser would stop."""
    said = []
    for method, path, headers, _, _ in requests(case, origin):
        decision = policy.evaluate(method, headers)
        said.append(
            {
                "request": f"{method} {path}",
                "action": decision.action,
                "status": decision.status,
                "reason": decision.reason,
                "headers": decision.headers,
            }
        )
        if not decision.reason.endswith("-allowed") or "-not-" in decision.reason:
            break
    return said


def ask(server, case, origin, said):
    """Sends the same requests to the server, and returns the responses, with each difference from the decisions."""
    exchanges, cookies = [], {}
    for (method, path, headers, body, credentials), decision in zip(requests(case, origin), said, strict=False):
        if credentials and cookies:
            headers = [*headers, ("Cookie", "; ".join(f"{name}={value}" for name, value in cookies.items()))]
        status, received = send(server, method, path, headers, body)
        for name, value in received:
            if credentials and name == "set-cookie":
                key, _, rest = value.partition("=")
                cookies[key] = rest.split(";")[0]
        exchanges.append(
            {
                "request": f"{method} {path}",
                "sent": [(name.lower(), value) for name, value in headers],
                "status": status,
                "headers": received,
                "problems": compare(decision, status, received),
            }
        )
    return exchanges


def send(server, method, path, headers, body):
    """Sends one request with exactly these headers; returns the status and the headers, with names in lower case."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", f"localhost:{server.port}")
        for name, value in headers:
            connection.putheader(name, value)
        if body is not None or method in ("POST", "PUT"):
            connection.putheader("Content-Length", str(len(body or b"")))
        connection.endheaders(body)
        response = connection.getresponse()
        response.read()
        return response.status, [(name.lower(), value) for name, value in response.getheaders()]
    finally:
        connection.close()


def compare(decision, status, received):
    """Every difference between a response and the decision of the policy, each in a few words."""
    problems = []
    if decision["status"] is not None and status != decision["status"]:
        problems.append(f"status {status}, not {decision['status']}")
    names = {name for name, _ in decision["headers"]} | {name for name, _ in received if name.startswith(OWNED)}
    for name in sorted(names):
        wanted = [value for header, value in decision["headers"] if header == name]
        found = [value for header, value in received if header == name]
        if name == "vary":
            problems += compare_vary(", ".join(wanted), ", ".join(found))
        elif found != wanted:
            problems.append(f"{name}: {shown(found)}, not {shown(wanted)}")
    return problems


def compare_vary(wanted, found):
    """Vary may name more than the policy does, but nothing twice."""
    fields = [field.strip().lower() for field in found.split(",")]
    missing = [field for field in wanted.split(", ") if field.lower() not in fields]
    twice = sorted({field for field in fields if fields.count(field) > 1})
    return [f"vary does not name {field}" for field in missing] + [f"vary names {field} twice" for field in twice]


def shown(values):
    return " and ".join(f"`{value}`" for value in values) or "missing"
