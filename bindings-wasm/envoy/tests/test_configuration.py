"""Policies in Envoy's configuration: refused ones at the start and later, and a module that fails."""

import json
import re
import time
import unittest

import wire
from application import Application
from context import APP, EVIL, POLICY
from envoy_process import TRAPPING_MODULE, TYPE, Discovering, Envoy, cluster, corsac, direct, free_port, listener, to

OTHER = "https://other.example.com"
BAD = "allow_origins = ['https://app.example.com/']\nallow_methods = ['put']\n"
# Each line of the message about it.
WHOLE = [
    "corsac: 2 problems in the CORS policy",
    "allow_origins[0], line 1: `https://app.example.com/` ends in a slash, but origins have no path [origin-trailing-slash]",
    "  help: write `https://app.example.com`",
    "allow_methods[0], line 2: `put` is not `PUT`: methods are case-sensitive [method-case]",
    "  help: write `PUT`",
]


def simple(policy, port, **more):
    return listener("main", port, [corsac(policy, **more)], [direct(200, "ok")])


def allowed(port, origin=APP):
    return wire.send(port, "GET", "/", [("Origin", origin)]).all("access-control-allow-origin") == [origin]


class Start(unittest.TestCase):
    def lines_in(self, log):
        for line in WHOLE:
            self.assertIn(line, log)

    def test_a_good_policy_is_valid(self):
        status, log = Envoy([simple(POLICY, free_port())]).validate()
        self.assertEqual(status, 0, log)

    def test_a_bad_policy_is_refused_whole(self):
        envoy = Envoy([simple(BAD, free_port())])
        status, log = envoy.validate()
        self.assertEqual(status, 1)
        self.lines_in(log)
        with self.assertRaises(RuntimeError) as failed:
            envoy.start()
        self.assertEqual(envoy.process.wait(timeout=10), 1)
        self.lines_in(str(failed.exception))

    def test_lints_are_warnings_that_are_logged_once(self):
        policy = {"allow_origins": ["*"], "allow_headers": ["*"]}
        port = free_port()
        with Envoy([simple(policy, port)], concurrency=3) as envoy:
            self.assertEqual(wire.send(port, "GET", "/", [("Origin", APP)]).all("access-control-allow-origin"), ["*"])
            self.assertEqual(envoy.log().count("[authorization-not-covered]"), 1, envoy.log())
            self.assertRegex(envoy.log(), r"\[warning\]\[wasm\].*corsac: allow_headers, line 1")


class Texts(unittest.TestCase):
    """Policies in all forms, delivered to one Envoy."""

    @classmethod
    def setUpClass(cls):
        cls.envoy = Discovering(POLICY).start()

    @classmethod
    def tearDownClass(cls):
        cls.envoy.stop()

    def test_toml_and_json(self):
        origins = iter(f"https://{number}.example.com" for number in range(9))
        for form in [
            lambda origin: f"allow_origins = ['{origin}']\nallow_methods = ['PUT']\n",
            lambda origin: {**POLICY, "allow_origins": [origin]},
            lambda origin: json.dumps({**POLICY, "allow_origins": [origin]}, indent=2),
            lambda origin: "\n " + json.dumps({"allowOrigins": [origin]}),
            lambda origin: f"\ufeff# a comment\nallow_origins = ['{origin}']\n",
            lambda origin: '\ufeff{"allow_origins": ["' + origin + '"]}',
        ]:
            origin = next(origins)
            self.envoy.deliver(form(origin))
            self.envoy.wait_for(lambda origin=origin: allowed(self.envoy.port, origin))

    def test_texts_that_are_not_a_policy(self):
        for policy, message in [
            ("", "missing-origins"), ("{", "[syntax]"), ("{}", "missing-origins"), ("allow_origins = [", "[syntax]"), ("[]", "[syntax]"),
            ("\0", "[syntax]"), ("allow_origin = 'https://a.example'", "[unknown-key]"),
        ]:  # fmt: skip
            self.assertIn(message, self.envoy.refuses(policy))

    def test_no_configuration_and_another_type_of_it(self):
        self.assertIn("missing-origins", self.envoy.refuses("", configuration=None))
        struct = {"@type": f"{TYPE}google.protobuf.Struct", "value": POLICY}
        self.assertIn(
            "corsac: write `configuration` as a google.protobuf.StringValue", self.envoy.refuses("", configuration=struct)
        )

    def test_a_thousand_problems_are_reported_whole(self):
        log = self.envoy.refuses({"allow_origins": [f"https://{number}.example.com/" for number in range(990)]})
        self.assertEqual(len(re.findall(r"^allow_origins\[\d+\], line 1: ", log, re.M)), 990)
        self.assertIn("help: write `https://989.example.com`", log)

    def test_policies_that_are_too_large(self):
        """They are refused with a reason, and without a trap."""
        for policy, code in [
            ({"allow_origins": [f"https://a{number}-*.example.com" for number in range(2000)]}, "too-many"),
            ({"allow_origins": [], "allow_origin_regex": "^https://(a{1,1000}){1,1000}\\.example\\.com$"}, "regex"),
            ("[" * 100_000, "syntax"),
            ('{"allow_origins": ' + "[" * 100_000, "syntax"),
            ({"allow_origins": ["x" * 2_000_000]}, "origin-"),
        ]:
            log = self.envoy.refuses(policy)
            self.assertNotIn("unreachable", log)
            self.assertNotIn("proxy_on", log)
            self.assertIn(code, log)

    def test_many_origins_and_routes(self):
        routes = [
            {"path": f"/r{number}/{{*rest}}", "allow_origins": [f"https://r{number}.example.com"]} for number in range(1000)
        ]
        self.envoy.deliver({"allow_origins": [f"https://{number}.example.com" for number in range(20_000)], "routes": routes})
        self.envoy.wait_for(lambda: allowed(self.envoy.port, "https://19999.example.com"))
        for number, readable in [(999, True), (1, False)]:
            response = wire.send(self.envoy.port, "GET", f"/r{number}/x", [("Origin", "https://r999.example.com")])
            self.assertEqual(response.all("access-control-allow-origin"), ["https://r999.example.com"] if readable else [])


class Update(unittest.TestCase):
    """Another policy while Envoy runs: as a new listener, or only as a new filter."""

    def listeners(self, policy, port):
        """A file in the form in which Envoy discovers listeners."""
        return {"resources": [{"@type": f"{TYPE}envoy.config.listener.v3.Listener", **simple(policy, port)}]}

    def check(self, envoy, port, deliver, rejected):
        with envoy:
            envoy.wait_for(lambda: allowed(port))
            deliver({**POLICY, "allow_origins": [OTHER]})
            envoy.wait_for(lambda: allowed(port, OTHER))
            self.assertFalse(allowed(port))
            # The old policy stays in force, and the log says why.
            deliver(BAD)
            envoy.wait_for(lambda: WHOLE[-1] in envoy.log())
            for line in WHOLE:
                self.assertIn(line, envoy.log())
            envoy.wait_for(lambda: sum(envoy.counters(rejected).values()) > 0)
            self.assertTrue(allowed(port, OTHER))
            self.assertFalse(allowed(port))
            deliver(POLICY)
            envoy.wait_for(lambda: allowed(port))

    def test_of_a_listener(self):
        port, envoy = free_port(), Envoy([])
        source = {"path_config_source": {"path": str(envoy.path / "listeners.json")}, "resource_api_version": "V3"}
        envoy.configuration["dynamic_resources"] = {"lds_config": source}
        envoy.configuration["node"] = {"id": "node", "cluster": "cluster"}
        deliver = lambda policy: envoy.write("listeners.json", self.listeners(policy, port))  # noqa: E731
        deliver(POLICY)
        self.check(envoy, port, deliver, "listener_manager.lds.update_rejected")

    def test_of_the_filter(self):
        envoy = Discovering(POLICY)
        self.check(envoy, envoy.port, envoy.deliver, "extension_config_discovery.*(config_fail|update_rejected)")

    def test_there_is_no_response_without_a_policy(self):
        """If the first policy that is discovered is refused, every request gets a 500, until there is a good one."""
        envoy = Discovering(BAD)
        with envoy:
            for origin in (APP, EVIL):
                response = wire.send(envoy.port, "GET", "/", [("Origin", origin)])
                self.assertEqual((response.status, response.cors(), response.body), (500, [], b""))
            envoy.deliver(POLICY)
            envoy.wait_for(lambda: allowed(envoy.port))


class Trap(unittest.TestCase):
    def test_a_trap_refuses_one_request(self):
        """The module is built for this test: a header makes it trap. Nothing is sent without the policy's decision."""
        port, application = free_port(), Application()
        filters = [corsac(POLICY, module=TRAPPING_MODULE)]
        with Envoy([listener("main", port, filters, [to("application")])], [cluster("application", application.port)]) as envoy:
            for _ in range(3):
                # Envoy waits between two loads of a module: for one second at first, and then for less.
                time.sleep(1.5)
                self.assertTrue(allowed(port))
                before = len(application.seen)
                response = wire.send(port, "GET", "/", [("Origin", APP), ("X-Corsac-Trap", "1")])
                self.assertEqual((response.status, response.all("access-control-allow-origin")), (503, []))
                self.assertEqual(len(application.seen), before)
                # The next request finds the module loaded again.
                self.assertTrue(allowed(port))
            self.assertFalse(allowed(port, EVIL))
            self.assertEqual(envoy.counters("vm_reload_success"), {"wasm.corsac.vm_reload_success": 3})
        application.stop()
