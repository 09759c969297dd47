"""The exchanges of the sample: some of each kind, spread over all exchanges."""

import addresses

# The number of exchanges of each kind.
EACH = 5


def _answers(exchange):
    return list(addresses.answers(exchange))


def _is_redirect(exchange):
    return len(addresses.hops(exchange)) > 1


def _is_faulty_preflight(exchange):
    preflight = addresses.hops(exchange)[0][0]
    return preflight is not None and not 200 <= preflight.get("status", 0) < 300


def _exposes(exchange):
    names = {name.lower() for answer in _answers(exchange) for name, _ in answer.get("headers") or []}
    return "access-control-expose-headers" in names


KINDS = {
    "redirects": _is_redirect,
    "credentials": lambda exchange: exchange["request"].get("credentials") == "include",
    "preflights with a fault": _is_faulty_preflight,
    "exposed headers": _exposes,
    "the mode no-cors": lambda exchange: exchange["request"].get("mode") == "no-cors",
    "networks that fail": lambda exchange: any("error" in answer for answer in _answers(exchange)),
    "headers that scripts set": lambda exchange: bool(exchange["request"].get("headers")),
    "XMLHttpRequest": lambda exchange: exchange["request"].get("initiator") == "xhr",
    "elements": lambda exchange: exchange["request"].get("initiator") in ("img", "script", "module", "css", "font"),
    "opaque origins": lambda exchange: exchange["page"] == "null",
    "pages on TLS": lambda exchange: exchange["page"].startswith("https"),
    "preflights that are cached": lambda exchange: "after" in exchange,
}


def sample(entries):
    """Some entries of each kind."""
    quick = [entry for entry in entries if entry["exchange"].get("after", {"seconds": 0})["seconds"] <= 1]
    chosen = {}
    for kind, is_one in KINDS.items():
        found = [entry for entry in quick if is_one(entry["exchange"])]
        if len(found) < EACH:
            raise ValueError(f"there are only {len(found)} exchanges with {kind}")
        for index in range(EACH):
            entry = found[index * len(found) // EACH]
            chosen[entry["id"]] = entry
    return list(chosen.values())
