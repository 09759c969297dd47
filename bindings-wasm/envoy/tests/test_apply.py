"""The shared vectors about applying a decision to an upstream's headers, through a route whose response has the
application's headers."""

import json
import unittest

import wire
from envoy_process import ROOT, Envoy, corsac, direct, free_port, listener
from test_vectors import LISTS

VECTORS = json.loads((ROOT / "tests" / "vectors" / "apply" / "apply.json").read_text())["vectors"]
OWNED = [
    f"access-control-{name}"
    for name in (
        "allow-origin",
        "allow-credentials",
        "allow-methods",
        "allow-headers",
        "max-age",
        "allow-private-network",
        "expose-headers",
    )
]


def lines(headers, name):
    """The values of a name. Envoy joins the lines of CORS headers and of `Vary` with a comma, which means the same."""
    values = [value for other, value in headers if other.lower() == name]
    return (
        [", ".join(part.strip() for value in values for part in value.split(",") if part.strip())]
        if name in JOINED and values
        else values
    )


JOINED = (*LISTS, *OWNED)


class Apply(unittest.TestCase):
    def test_vectors(self):
        port, listeners, faults = free_port(), [], []
        for number, vector in enumerate(VECTORS):
            filters = [corsac(vector["config"], name=vector["id"])]
            listeners.append(
                listener(vector["id"], port, filters, [direct(200, "ok", vector["application"])], f"127.0.1.{number + 1}")
            )
        with Envoy(listeners):
            for number, vector in enumerate(VECTORS):
                request = vector["request"]
                response = wire.send(port, request["method"], "/", request["headers"], address=f"127.0.1.{number + 1}")
                names = {name.lower() for name, _ in [*vector["application"], *vector["response"]]} | set(OWNED)
                for name in sorted(names):
                    wanted, found = lines(vector["response"], name), lines(response.headers, name)
                    if wanted != found:
                        faults.append(f"{vector['id']}: {name}: wanted {wanted}, got {found}")
        self.assertGreater(len(VECTORS), 30)
        self.assertEqual(faults, [], "\n".join(faults))
