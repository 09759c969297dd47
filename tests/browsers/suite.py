"""The exchanges of the suite: policies × requests × servers with faults, and every vector that a browser can run.

They are generated, and always the same. Their addresses are those of `addresses.py`.
"""

import copy
import json
import logging
import re
from functools import cache
from pathlib import Path

import corsac

import addresses
from player import is_playable

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests" / "vectors"

PAGE, API, OTHER = "http://localhost:9101", "http://localhost:9102", "http://localhost:9103"
STRANGER = "http://127.0.0.1:9101"

# The addresses that replace the origins. Those on TLS replace origins with `https` in an exchange that also has origins
# with `http`.
MAPPED = ["http://localhost:9102", "http://localhost:9103", "http://127.0.0.1:9102", "http://127.0.0.1:9103"]
MAPPED_TLS = ["https://localhost:9105", "https://localhost:9106"]

# The requests of scripts and elements.
REQUESTS = {
    "get": {},
    "get-credentials": {"credentials": "include"},
    "head": {"method": "HEAD"},
    "post-text": {"method": "POST", "body": "text"},
    "post-json": {"method": "POST", "body": "text", "headers": [["Content-Type", "application/json"]]},
    "put": {"method": "PUT", "body": "text"},
    "put-credentials": {"method": "PUT", "credentials": "include"},
    "delete-bearer": {"method": "DELETE", "headers": [["Authorization", "Bearer x"]]},
    "get-header": {"headers": [["X-A", "1"]]},
    "patch-lower": {"method": "patch"},
    "own-method": {"method": "PROPFIND"},
    "xhr-credentials": {"initiator": "xhr", "method": "POST", "credentials": "include", "headers": [["X-A", "1"]], "body": "text"},
    "no-cors": {"mode": "no-cors"},
    "img-cors": {"initiator": "img", "mode": "cors"},
}

# Headers that applications set and scripts want.
APPLICATION = [["ETag", '"1"'], ["X-Request-Id", "7"], ["X-B", "2"], ["Content-Type", "text/plain"]]

GOOD_PREFLIGHT = {
    "status": 204,
    "headers": [
        ["Access-Control-Allow-Origin", PAGE],
        ["Access-Control-Allow-Credentials", "true"],
        ["Access-Control-Allow-Methods", "PUT, DELETE, PATCH, PROPFIND"],
        ["Access-Control-Allow-Headers", "Content-Type, Authorization, X-A, X-Alpha"],
    ],
}
GOOD = {
    "status": 200,
    "headers": [
        ["Access-Control-Allow-Origin", PAGE],
        ["Access-Control-Allow-Credentials", "true"],
        ["Access-Control-Expose-Headers", "ETag"],
        ["Vary", "Origin"],
        *APPLICATION,
    ],
}


def header(name, *values):
    """A fault: other lines of this header instead of the existing ones."""

    def change(answer):
        kept = [line for line in answer["headers"] if line[0] != name]
        return {**answer, "headers": [*([name, value] for value in values), *kept]}

    return change


def status(number):
    return lambda answer: {**answer, "status": number}


def bare(number):
    """The response of a server without any CORS headers."""
    return lambda _: {"status": number, "headers": [["Content-Type", "text/plain"]]}


def network(error):
    return lambda _: {"error": error}


def location(number, url, *more):
    return lambda answer: {**answer, "status": number, "headers": [["Location", url], *answer["headers"], *more]}


ORIGIN, CREDENTIALS = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"
METHODS, HEADERS, EXPOSE = "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Expose-Headers"

# Faults of any answer, by name: on the preflight, on the response, or on both.
ANY_FAULTS = {
    "no-allow-origin": header(ORIGIN),
    "two-allow-origins": header(ORIGIN, PAGE, PAGE),
    "two-different-origins": header(ORIGIN, "*", PAGE),
    "list-of-origins": header(ORIGIN, f"{PAGE}, {OTHER}"),
    "origins-with-a-space": header(ORIGIN, f"{PAGE} {OTHER}"),
    "slash-behind-origin": header(ORIGIN, f"{PAGE}/"),
    "origin-in-upper-case": header(ORIGIN, PAGE.upper()),
    "origin-with-https": header(ORIGIN, "https://localhost:9101"),
    "origin-without-port": header(ORIGIN, "http://localhost"),
    "origin-without-scheme": header(ORIGIN, "localhost:9101"),
    "origin-of-another": header(ORIGIN, STRANGER),
    "origin-null": header(ORIGIN, "null"),
    "origin-empty": header(ORIGIN, ""),
    "origin-quoted": header(ORIGIN, f'"{PAGE}"'),
    "origin-pattern": header(ORIGIN, "http://*:9101"),
    "origin-star": header(ORIGIN, "*"),
    "no-credentials": header(CREDENTIALS),
    "credentials-in-upper-case": header(CREDENTIALS, "True"),
    "credentials-false": header(CREDENTIALS, "false"),
    "credentials-twice": header(CREDENTIALS, "true", "true"),
    "credentials-one": header(CREDENTIALS, "1"),
    "unauthorized": bare(401),
    "not-found": bare(404),
    "server-error": bare(500),
    "bad-gateway-with-cors": status(502),
    "closed": network("connection"),
}
PREFLIGHT_FAULTS = {
    "unauthorized-with-cors": status(401),
    "not-allowed-with-cors": status(405),
    "status-200": status(200),
    "status-299": status(299),
    "status-304": status(304),
    "redirect": location(301, f"{API}/items/"),
    "redirect-to-login": location(302, f"{OTHER}/login"),
    "no-methods": header(METHODS),
    "methods-in-lower-case": header(METHODS, "put, delete, patch, propfind"),
    "methods-star": header(METHODS, "*"),
    "methods-with-semicolon": header(METHODS, "PUT; DELETE"),
    "methods-in-two-lines": header(METHODS, "PUT, PROPFIND", "DELETE, PATCH"),
    "methods-with-empty-elements": header(METHODS, ", PUT,, DELETE ,PATCH, PROPFIND,"),
    "no-headers": header(HEADERS),
    "headers-in-upper-case": header(HEADERS, "CONTENT-TYPE, AUTHORIZATION, X-A, X-ALPHA"),
    "headers-star": header(HEADERS, "*"),
    "headers-quoted": header(HEADERS, '"content-type", "x-a"'),
    "headers-in-two-lines": header(HEADERS, "Content-Type, X-A", "Authorization, X-Alpha"),
    "headers-one-missing": header(HEADERS, "X-A"),
    "headers-with-spaces": header(HEADERS, "content-type authorization x-a"),
}
RESPONSE_FAULTS = {
    "incomplete": network("incomplete"),
    "expose-star": header(EXPOSE, "*"),
    "expose-nothing": header(EXPOSE),
    "expose-two-lines": header(EXPOSE, "X-B", "etag, X-Request-Id"),
    "expose-with-semicolon": header(EXPOSE, "X-B; ETag"),
    "expose-cookie": header(EXPOSE, "Set-Cookie, X-B"),
    "not-modified": status(304),
    "no-content": status(204),
    "teapot": status(418),
    "same-origin-policy": header("Cross-Origin-Resource-Policy", "same-origin"),
}
# Redirects of the request: the status, the target, and the answer of the second server.
NULL_ORIGIN = {**GOOD, "headers": [[ORIGIN, "null"], *GOOD["headers"][1:]]}
REDIRECTS = {
    "same-server": (301, f"{API}/moved", GOOD),
    "found-same-server": (302, f"{API}/moved", GOOD),
    "see-other": (303, f"{API}/moved", GOOD),
    "kept-method": (307, f"{API}/moved", GOOD),
    "to-third-null": (302, f"{OTHER}/moved", NULL_ORIGIN),
    "to-third-named": (302, f"{OTHER}/moved", GOOD),
    "to-third-star": (308, f"{OTHER}/moved", header(ORIGIN, "*")(GOOD)),
    "back-home": (302, f"{PAGE}/moved", GOOD),
    "relative": (302, "/moved", GOOD),
    "to-other-host": (302, "http://127.0.0.1:9103/moved", NULL_ORIGIN),
    "with-user": (302, "http://user:pass@localhost:9102/moved", GOOD),
}
FAULTY_REQUESTS = ("get", "get-credentials", "post-json", "put-credentials", "delete-bearer", "xhr-credentials")


def exchange(request, response, preflight=None, page=PAGE):
    made = {"page": page, "request": {"url": f"{API}/items", **copy.deepcopy(request)}}
    if preflight is not None:
        made["preflight"] = preflight
    return {**made, "response": response}


def faulty():
    """Every fault, with the requests that have it."""
    for name in FAULTY_REQUESTS:
        request = REQUESTS[name]
        for fault, change in ANY_FAULTS.items():
            yield f"fault-{name}-response-{fault}", exchange(request, change(GOOD), GOOD_PREFLIGHT)
            yield f"fault-{name}-preflight-{fault}", exchange(request, GOOD, change(GOOD_PREFLIGHT))
            yield f"fault-{name}-both-{fault}", exchange(request, change(GOOD), change(GOOD_PREFLIGHT))
        for fault, change in PREFLIGHT_FAULTS.items():
            yield f"fault-{name}-preflight-{fault}", exchange(request, GOOD, change(GOOD_PREFLIGHT))
        for fault, change in RESPONSE_FAULTS.items():
            yield f"fault-{name}-response-{fault}", exchange(request, change(GOOD), GOOD_PREFLIGHT)
        for kind, (number, url, second) in REDIRECTS.items():
            first = location(number, url)(GOOD)
            origin = "null" if second is NULL_ORIGIN else PAGE
            preflight = header(ORIGIN, origin)(GOOD_PREFLIGHT)
            hops = [{**first, "preflight": GOOD_PREFLIGHT}, {**second, "preflight": preflight}]
            yield f"redirect-{name}-{kind}", exchange(request, hops)
            bare_hops = [{**bare(number)(None), "headers": [["Location", url]], "preflight": GOOD_PREFLIGHT}, hops[1]]
            yield f"redirect-{name}-{kind}-without-cors", exchange(request, bare_hops)
    two = {"headers": [["X-Alpha", "1"], ["X-A", "2"]]}
    yield "two-headers-missing", exchange(two, GOOD, header(HEADERS)(GOOD_PREFLIGHT))


# Vectors whose configs are policies of the suite.
POLICY_FILES = ("decision-table", "acrh", "config-good", "predicates")


def policies():
    """The policies of the vectors, with the page's address instead of their usual origin."""
    # Some vectors test lints, which corsac would log as warnings.
    logging.getLogger("corsac").setLevel(logging.ERROR)
    seen = set()
    for file in POLICY_FILES:
        for vector in json.loads((VECTORS / f"{file}.json").read_text())["vectors"]:
            config = json.dumps(vector.get("config"), sort_keys=True)
            config = config.replace("https://app.example.com", PAGE).replace("https://app\\\\.example\\\\.com", "http://localhost:9101")
            if config == "null" or config in seen or PAGE not in config and '"*"' not in config and "[]" not in config:
                continue
            seen.add(config)
            try:
                yield vector["id"], corsac.Policy.from_json(config)
            except corsac.ConfigError:
                # The policy has an origin that needs TLS, or an option that only Python has.
                continue


def from_policies():
    """The answers of a server with each policy to each request."""
    for policy_name, policy in policies():
        for request_name, request in REQUESTS.items():
            for page_name, page in (("", PAGE), ("-stranger", STRANGER)):
                if page_name and request_name not in ("get", "put-credentials"):
                    continue
                made = exchange(request, None, page=page)
                asked = corsac.diagnose(made).to_dict()["preflight"]
                if asked["needed"]:
                    made["preflight"] = answer_of(policy, "OPTIONS", asked["headers"], 404, [])
                method = request.get("method", "GET")
                made["response"] = answer_of(policy, method, [["Origin", page]], 200, APPLICATION)
                if request.get("initiator") == "img":
                    made["response"]["headers"][-1] = ["Content-Type", "image/png"]
                yield f"policy-{policy_name}-{request_name}{page_name}", made


def answer_of(policy, method, headers, otherwise, application):
    decision = policy.evaluate(method, [(name, value) for name, value in headers])
    lines = [[name, value] for name, value in decision.headers]
    if decision.action == "respond":
        return {"status": decision.status, "headers": lines}
    return {"status": otherwise, "headers": [*lines, *copy.deepcopy(application)]}


def from_vectors():
    """The exchanges of the vectors, with the harness's addresses."""
    for file in sorted((VECTORS / "exchanges").glob("*.json")):
        for vector in json.loads(file.read_text())["vectors"]:
            yield vector["id"], mapped(vector["exchange"])
    for vector in json.loads((VECTORS / "findings" / "findings.json").read_text())["vectors"]:
        if "exchange" in vector:
            yield vector["id"], mapped(vector["exchange"])
        if "exchange" in vector.get("fixed", {}):
            yield f"{vector['id']}-fixed", mapped(vector["fixed"]["exchange"])


# Without these headers, an element does not use the response.
CONTENT_TYPES = {
    "script": "text/javascript",
    "module": "text/javascript",
    "css": "text/css",
    "font": "font/ttf",
    "img": "image/png",
    "eventsource": "text/event-stream",
}


def mapped(original):
    """An exchange in which the harness's addresses replace others: the first replaces the page's origin, and the others
    follow in their order.
    """
    text = json.dumps(original, sort_keys=True, ensure_ascii=False)
    page = original["page"]
    reached = {one: True for one in re.findall(r"https?://[a-z0-9.:-]+[a-z0-9]", text) if one != page}
    # The origin of the requested URL comes first.
    request = re.match(r"https?://[a-z0-9.:-]*[a-z0-9]", original["request"]["url"])
    names = [request[0]] if request and request[0] != page else []
    names += sorted(name for name in reached if name not in names)
    tls = {name.startswith("https") for name in [page, *names] if name != "null"} == {True, False}
    places = {"https": iter(MAPPED_TLS if tls else MAPPED), "http": iter(MAPPED)}
    found = {page: "https://localhost:9104" if tls and page.startswith("https") else PAGE} if page != "null" else {}
    for name in names:
        place = next(places["https" if tls and name.startswith("https") else "http"], None)
        if place is None:
            return None
        found[name] = place
    for name in sorted(found, key=len, reverse=True):
        text = re.sub(rf"{re.escape(name)}(?![\w.:-])", found[name], text)
    made = json.loads(text)
    if page == "null":
        made["page_url"] = f"{PAGE}/sandboxparent"
    elif "page_url" in made or made["request"].get("mode") == "same-origin" or found[page].startswith("https"):
        # Engines print this value.
        made["page_url"] = f"{found[page]}/page"
    if content_type := CONTENT_TYPES.get(made["request"].get("initiator")):
        for answer in addresses.answers(made):
            if "headers" in answer and not any(name.lower() == "content-type" for name, _ in answer["headers"]):
                answer["headers"].append(["Content-Type", content_type])
    made.pop("version", None)
    made.pop("predicate", None)
    return made


def is_unknown(made):
    """Whether the exchange lacks a response on which its result depends."""
    explanation = corsac.diagnose(made).to_dict()
    return "unknown" in {explanation["verdict"], *(engine["verdict"] for engine in explanation["engines"].values())}


def is_decided(made):
    """Whether the exchange has each answer that a browser asks for, from addresses that the harness has."""
    if is_unknown(made):
        return False
    explanation = corsac.diagnose(made).to_dict()
    after = made.get("after")
    # Preflights are cached for 5 seconds, and a busy machine needs some of this time.
    if after and (3 < after["seconds"] < 6 or not is_decided(after["exchange"])):
        return False
    known = "|".join(map(str, addresses.KNOWN))
    place = re.compile(rf"(https?://({'|'.join(map(re.escape, addresses.HOSTS))}):({known})/)|data:")
    for engine in explanation["engines"].values():
        if not all(place.match(hop["url"]) for hop in engine["preflights"]):
            return False
    # A browser would wait longer than the check may take, and the harness cannot make a TLS handshake fail.
    return not any(answer.get("error") in ("timeout", "tls", "dns") for answer in addresses.answers(made))


def without_unasked(made):
    """The exchange without answers to a preflight that no browser sends."""
    if not isinstance(made["response"] if "response" in made else None, dict) or "after" in made:
        return made
    needed = (hop["needed"] for engine in corsac.diagnose(made).to_dict()["engines"].values() for hop in engine["preflights"])
    return made if any(needed) else {key: value for key, value in made.items() if key != "preflight"}


@cache
def generate():
    """The suite: a list of {id, exchange}."""
    suite, seen = [], set()
    for group in (from_vectors, faulty, from_policies):
        for name, made in group():
            if made is None or not is_playable(made):
                continue
            made = without_unasked(made)
            key = json.dumps(made, sort_keys=True)
            if key in seen or not is_decided(made):
                continue
            seen.add(key)
            suite.append({"id": f"suite-{name}", "exchange": made})
    return suite
