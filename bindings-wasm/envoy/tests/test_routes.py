"""The route of a path, as Envoy passes the path on, and the effect of Envoy's settings about paths."""

import unittest

import wire
from context import APP, EVIL, PREFLIGHT
from envoy_process import SHOW_REASON, TYPE, Envoy, corsac, direct, free_port, listener

POLICY = {
    "allow_origins": [APP],
    "allow_credentials": True,
    "routes": [
        {"path": "/public/{*rest}", "allow_origins": ["*"], "allow_credentials": False},
        {"path": "/admin/{*rest}", "allow_origins": ["https://admin.example.com"]},
    ],
}
SETTINGS = {
    "plain": {},
    "normalised": {"normalize_path": True},
    "merged": {"merge_slashes": True},
    "unescaped": {"path_with_escaped_slashes_action": "UNESCAPE_AND_FORWARD"},
    "rejected": {"path_with_escaped_slashes_action": "REJECT_REQUEST"},
}


class Routes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ports = {name: free_port() for name in SETTINGS}
        show = [("x-path", "%REQ(:PATH)%")]
        routes = [direct(200, "ok", show)]
        filters = [SHOW_REASON, corsac(POLICY)]
        cls.envoy = Envoy([listener(name, cls.ports[name], filters, routes, **more) for name, more in SETTINGS.items()]).start()

    @classmethod
    def tearDownClass(cls):
        cls.envoy.stop()

    def get(self, path, origin=EVIL, name="plain"):
        """The reason, which has to be the same with HTTP/1.1 and HTTP/2, and the path that an upstream would see."""
        found = set()
        for send in (wire.send, wire.send_http2):
            response = send(self.ports[name], "GET", path, [("Origin", origin)])
            found.add((response.status, *response.all("x-reason"), *response.all("x-path")))
        self.assertEqual(len(found), 1, found)
        return found.pop()

    def test_the_route_of_a_path(self):
        for path, origin, reason in [
            ("/public/x", EVIL, "any-origin"), ("/public", EVIL, "any-origin"), ("/public/x?a=/../admin", EVIL, "any-origin"),
            ("/admin/x", APP, "origin-not-allowed"), ("/admin/x", "https://admin.example.com", "origin-allowed"),
            ("/other", APP, "origin-allowed"), ("/other", EVIL, "origin-not-allowed"), ("/PUBLIC/x", EVIL, "any-origin"),
        ]:  # fmt: skip
            with self.subTest(path):
                self.assertEqual(self.get(path, origin), (200, reason, path))

    def test_a_detour_is_ambiguous(self):
        for path in [
            "/public/../admin/x", "/public/%2e%2e/admin/x", "/public/..%2fadmin/x", "/public//../admin/x", "//public/x", "/public%2fx",
            "/public/..\\admin/x", "/public/x/../../admin/x", "/public/%252e%252e/admin", "/admin/../public/x", "/./public/x", "/public/..;/admin",
        ]:  # fmt: skip
            with self.subTest(path):
                status, *rest = self.get(path)
                if path == "/public/%252e%252e/admin":
                    # Decoded once, this is a name like any other.
                    self.assertEqual(rest[0], "any-origin")
                else:
                    self.assertEqual((status, rest), (200, ["path-ambiguous", path]))

    def test_envoys_settings_about_paths(self):
        """With these settings, Envoy itself resolves the path. The policy and the upstream then see the same path, and
        fewer paths are ambiguous.
        """
        for name, path, reason, seen in [
            ("normalised", "/public/../admin/x", "origin-not-allowed", "/admin/x"),
            ("normalised", "/public/%2e%2e/admin/x", "origin-not-allowed", "/admin/x"),
            ("normalised", "/public//x", "any-origin", "/public//x"),
            ("merged", "/public//x", "any-origin", "/public/x"),
            ("merged", "//admin/x", "origin-not-allowed", "/admin/x"),
            ("unescaped", "/public%2f..%2fadmin/x", "path-ambiguous", "/public/../admin/x"),
            ("unescaped", "/public%2fx", "any-origin", "/public/x"),
        ]:  # fmt: skip
            with self.subTest(name=name, path=path):
                self.assertEqual(self.get(path, name=name), (200, reason, seen))
        for send in (wire.send, wire.send_http2):
            response = send(self.ports["rejected"], "GET", "/public%2fx", [("Origin", EVIL)])
            # Envoy refuses it before the filter has seen it.
            self.assertEqual((response.status, response.cors()), (400, []))


class Disabled(unittest.TestCase):
    def test_a_policy_for_a_route_of_envoy(self):
        """A filter that is disabled except on one route."""
        port, origins = free_port(), {"a": "https://a.example", "b": "https://b.example"}
        filters = [
            {**corsac({"allow_origins": [origin]}, name=name), "name": name, "disabled": True} for name, origin in origins.items()
        ]
        enabled = {"@type": f"{TYPE}envoy.config.route.v3.FilterConfig", "config": {}}
        routes = [{**direct(200, prefix=f"/{name}"), "typed_per_filter_config": {name: enabled}} for name in origins]
        with Envoy([listener("main", port, filters, [*routes, direct(200)])]):
            for path in ("a", "b", "c"):
                for name, origin in origins.items():
                    response = wire.send(port, "GET", f"/{path}", [("Origin", origin)])
                    self.assertEqual(response.all("access-control-allow-origin"), [origin] if path == name else [])
                    status = wire.send(port, "OPTIONS", f"/{path}", [("Origin", origin), *PREFLIGHT]).status
                    self.assertEqual(status, 200 if path == "c" else 204 if path == name else 403)
