"""What an engine did with an exchange, and what the model in core says, as the same few fields."""

import json
import re

import addresses

FIELDS = ("verdict", "preflight_sent", "preflights", "readable_headers", "console")


def observed(run, result, console, exchange, known):
    """The fields, from what reached the server, what the page saw and what the console printed."""
    preflights = {}
    for request in run.log:
        if request["preflight"]:
            # Some engines send the request again if the server closes the connection.
            preflights.setdefault(request["hop"], preflight_of(request))
    # Requests to a port on which no server listens cannot be seen.
    seen = bool(run.log) or f":{known.ports[addresses.CLOSED]}/" not in exchange["request"]["url"]
    return {
        "verdict": verdict(run, result, exchange, known),
        "preflight_sent": bool(preflights) if seen else None,
        "preflights": [preflights[hop] for hop in sorted(preflights)] if seen else None,
        "readable_headers": result.get("readable_headers", []) if result["outcome"] == "readable" else [],
        "console": console,
    }


def preflight_of(request):
    headers = request["headers"]
    shown = {"hop": request["hop"], "method": headers.get("access-control-request-method"), "origin": headers.get("origin")}
    if "access-control-request-headers" in headers:
        shown["headers"] = headers["access-control-request-headers"]
    return shown


def verdict(run, result, exchange, known):
    sent = any(not request["preflight"] for request in run.log)
    match result["outcome"]:
        case "readable" | "opaque" as outcome:
            return outcome
        case "invalid-request":
            return "invalid"
        case "unheard" if sent:
            return "sent"
        case "network-error" | "unheard":
            return "failed" if has_failed(run, exchange, known) else "sent-but-unreadable" if sent else "blocked"
        case outcome:
            return outcome


def has_failed(run, exchange, known):
    """Whether no answer came, as opposed to one that the page cannot read."""
    if run.log:
        return run.log[-1]["error"] is not None
    # Nothing arrived: either the browser sent nothing, or it could not reach the server.
    given = [answer for hop in addresses.hops(exchange)[:1] for answer in hop if answer]
    return bool(given) and all("error" in answer for answer in given)


def modelled(engine):
    """The same fields of an explanation's engine."""
    sent = [(hop, preflight) for hop, preflight in enumerate(engine["preflights"]) if preflight["needed"] and not preflight["cached"]]
    preflights = []
    for hop, preflight in sent:
        headers = dict(preflight["headers"])
        preflights.append(preflight_of({"hop": hop, "headers": headers}))
    return {
        "verdict": engine["verdict"],
        "preflight_sent": bool(sent),
        "preflights": preflights,
        "readable_headers": engine["readable_headers"],
        "console": engine["console"],
    }


def redacted(fields):
    """The fields without the secrets that engines print and corsac leaves out."""
    return json.loads(re.sub(r"//[^/@\s'\"]+@", "//redacted@", json.dumps(fields, ensure_ascii=False)))


def differing(seen, expected):
    """The fields that differ. A field that could not be seen does not count as different."""
    seen, expected = redacted(seen), redacted(expected)
    return [field for field in FIELDS if seen[field] is not None and seen[field] != expected[field]]
