"""Other filters of Envoy after corsac's: preflights never reach them, and their responses have the policy's headers."""

import base64
import json
import time
import unittest

import wire
from application import Application
from context import ALLOWED, APP, EVIL, POLICY, PREFLIGHT
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from envoy_process import Envoy, cluster, corsac, free_port, http_filter, listener, to

KEY = ec.generate_private_key(ec.SECP256R1())


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value):
    return base64url(value.to_bytes(32, "big"))


def key_set():
    point = KEY.public_key().public_numbers()
    return json.dumps(
        {"keys": [{"kty": "EC", "crv": "P-256", "alg": "ES256", "kid": "1", "x": number(point.x), "y": number(point.y)}]}
    )


def token():
    parts = [{"alg": "ES256", "kid": "1", "typ": "JWT"}, {"iss": "issuer", "exp": int(time.time()) + 600}]
    signed = ".".join(base64url(json.dumps(part).encode()) for part in parts)
    r, s = decode_dss_signature(KEY.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signed}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def bucket(tokens):
    always = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}, "runtime_key": "none"}
    return {
        "stat_prefix": "limit",
        "token_bucket": {"max_tokens": tokens, "tokens_per_fill": tokens, "fill_interval": "600s"},
        "filter_enabled": always,
        "filter_enforced": always,
    }


JWT = http_filter(
    "jwt",
    "jwt_authn.v3.JwtAuthentication",
    providers={"issuer": {"issuer": "issuer", "local_jwks": {"inline_string": key_set()}}},
    rules=[{"match": {"prefix": "/"}, "requires": {"provider_name": "issuer"}}],
)
FAULT = http_filter("fault", "fault.v3.HTTPFault", abort={"http_status": 503, "percentage": {"numerator": 100}})
SLOW = http_filter("fault", "fault.v3.HTTPFault", delay={"fixed_delay": "0.3s", "percentage": {"numerator": 100}})
DENY = http_filter("rbac", "rbac.v3.RBAC", rules={"action": "ALLOW", "policies": {}})
OWN_CORS = http_filter("cors", "cors.v3.Cors")
# Like the application, the authorisation server responds with 200, except to paths that end in another status, such as `/401`.
AUTHORISE = http_filter(
    "authorise",
    "ext_authz.v3.ExtAuthz",
    http_service={"server_uri": {"uri": "http://authority", "cluster": "authority", "timeout": "2s"}},
)


class Filters(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.application, cls.authority = Application(), Application()
        chains = {
            "jwt": [JWT],
            "limit": [http_filter("limit", "local_ratelimit.v3.LocalRateLimit", **bucket(2))],
            "fault": [FAULT],
            "slow": [SLOW],
            "deny": [DENY],
            "authorise": [AUTHORISE],
        }
        cls.ports = {name: free_port() for name in [*chains, "late", "own"]}
        listeners = [
            listener(name, cls.ports[name], [corsac(POLICY), *chain], [to("application")]) for name, chain in chains.items()
        ]
        # The wrong order.
        listeners.append(listener("late", cls.ports["late"], [JWT, corsac(POLICY)], [to("application")]))
        # Envoy's own filter after corsac's, with another policy.
        own = {"allow_origin_string_match": [{"prefix": "http"}], "allow_methods": "PATCH", "allow_credentials": True}
        route = {
            **to("application"),
            "typed_per_filter_config": {
                "cors": {"@type": "type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy", **own}
            },
        }
        listeners.append(listener("own", cls.ports["own"], [corsac(POLICY), OWN_CORS], [route]))
        upstreams = [cluster("application", cls.application.port), cluster("authority", cls.authority.port)]
        cls.envoy = Envoy(listeners, upstreams).start()

    @classmethod
    def tearDownClass(cls):
        cls.envoy.stop()
        cls.application.stop()
        cls.authority.stop()

    def get(self, name, path="/200", origin=APP, method="GET", headers=()):
        return wire.send(self.ports[name], method, path, [("Origin", origin), *headers])

    def test_preflights_come_before_all_of_them(self):
        seen = len(self.application.seen), len(self.authority.seen)
        for name in set(self.ports) - {"late"}:
            with self.subTest(name):
                for _ in range(5):
                    self.assertEqual(self.get(name, method="OPTIONS", headers=PREFLIGHT).status, 204)
                self.assertEqual(self.get(name, method="OPTIONS", origin=EVIL, headers=PREFLIGHT).status, 403)
        self.assertEqual((len(self.application.seen), len(self.authority.seen)), seen)

    def test_their_refusals_may_be_read(self):
        for name, path, status in [
            ("jwt", "/200", 401), ("fault", "/200", 503), ("deny", "/200", 403), ("authorise", "/403", 403), ("authorise", "/401", 401),
        ]:  # fmt: skip
            with self.subTest(name):
                response = self.get(name, path)
                cors = [pair for pair in response.cors() if pair[0] != "vary"]
                self.assertEqual((response.status, cors), (status, ALLOWED[:3]))
                self.assertIn("Origin", response.all("vary")[0])
                self.assertEqual(self.get(name, path, EVIL).all("access-control-allow-origin"), [])

    def test_requests_that_they_let_pass(self):
        for name, headers in [("jwt", [("Authorization", f"Bearer {token()}")]), ("authorise", []), ("slow", [])]:
            with self.subTest(name):
                response = self.get(name, headers=headers)
                self.assertEqual((response.status, response.all("access-control-allow-origin")), (200, [APP]))

    def test_a_limit_does_not_count_preflights(self):
        self.test_preflights_come_before_all_of_them()
        statuses = [self.get("limit").status for _ in range(4)]
        self.assertEqual(statuses, [200, 200, 429, 429])
        self.assertEqual(self.get("limit").all("access-control-allow-origin"), [APP])

    def test_a_wrong_order(self):
        """After an authentication filter, preflights are refused: the guide says so."""
        response = self.get("late", method="OPTIONS", headers=PREFLIGHT)
        self.assertEqual(response.status, 401)

    def test_envoys_own_filter_does_not_widen_the_policy(self):
        response = self.get("own", origin=EVIL)
        self.assertEqual((response.status, response.all("access-control-allow-origin")), (200, []))
        self.assertEqual(response.all("access-control-allow-credentials"), [])
        self.assertEqual(self.get("own").all("access-control-allow-origin"), [APP])
