"""The addresses in exchanges, and the ports that the kernel gave for a run.

Exchanges are written with fixed ports, so that a record of them can be compared. A run has ports of its own, and each exchange has
a folder of its own on the servers, so that nothing is cached from one for another.
"""

import json
import re

# The ports that exchanges use. The same server listens on all of them, with and without TLS.
PLAIN = (9101, 9102, 9103)
TLS = (9104, 9105, 9106)
# No server listens on this port.
CLOSED = 9199
KNOWN = (*PLAIN, *TLS, CLOSED)

# Names that browsers resolve to this machine by themselves.
HOSTS = ("localhost", "127.0.0.1", "app.localhost")

_KNOWN_PORT = re.compile(rf"(?<=:)({'|'.join(map(str, KNOWN))})(?!\d)")
_AUTHORITY = re.compile(r"((?:[a-z][a-z0-9+.-]*:)?//[^/?#\\]*)(.*)", re.I | re.S)


class Addresses:
    """Translates between exchanges as they are written and exchanges as they are run."""

    def __init__(self, ports):
        self.ports = ports
        self.known = {port: known for known, port in ports.items()}
        given = "|".join(map(str, self.known))
        self._given_port = re.compile(rf"(?<=:)({given})(?!\d)")

    def run_text(self, text):
        return _KNOWN_PORT.sub(lambda found: str(self.ports[int(found[1])]), text)

    def written_text(self, text, number):
        text = self._given_port.sub(lambda found: str(self.known[int(found[1])]), text)
        text = re.sub(rf"/x{number}(?=/)", "", text)
        return re.sub(rf"/x{number}(?!\d)", "/", text)

    def to_run(self, exchange, number):
        """The exchange with the ports of this run, and with its URLs in the folder of this number."""
        exchange = json.loads(self.run_text(json.dumps(exchange, ensure_ascii=False)))
        one = exchange
        while one is not None:
            url = one["request"]["url"]
            # The page is at the root, so that relative URLs begin there.
            one["request"]["url"] = into_folder(url if re.match(r"[a-z+.-]+:|/", url, re.I) else f"/{url}", number)
            for answer in answers(one):
                for line in answer.get("headers") or []:
                    if line[0].lower() == "location":
                        line[1] = into_folder(line[1], number)
            one = (one.get("after") or {}).get("exchange")
        return exchange

    def as_written(self, value, number):
        """A result of the run, with the addresses of the written exchange."""
        return json.loads(self.written_text(json.dumps(value, ensure_ascii=False), number))


def into_folder(url, number):
    """The URL with the folder of an exchange before its path. A relative URL stays as it is."""
    scheme = re.match(r"([a-z][a-z0-9+.-]*):", url, re.I)
    if scheme and scheme[1].lower() not in ("http", "https"):
        return url
    found = _AUTHORITY.fullmatch(url)
    if found and not found[1].endswith("//"):
        return f"{found[1]}/x{number}{found[2]}"
    return f"/x{number}{url}" if url.startswith("/") and not found else url


def hops(exchange):
    """The hops of an exchange as (preflight, response), each an answer or None."""
    response = exchange.get("response")
    if not isinstance(response, list):
        return [(exchange.get("preflight"), response)]
    found = []
    for index, hop in enumerate(response):
        hop = hop or {}
        first = exchange.get("preflight") if index == 0 else None
        found.append((hop.get("preflight") or first, hop if {"status", "error"} & hop.keys() else None))
    return found or [(exchange.get("preflight"), None)]


def answers(exchange):
    """Every answer in an exchange."""
    return [answer for hop in hops(exchange) for answer in hop if answer is not None]
