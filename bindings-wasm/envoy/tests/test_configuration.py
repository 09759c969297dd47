"""Policies in Envoy's configuration: what is refused, at the start and later, and a module that fails."""

import json
import re
import time
import unittest

import wire
from application import Application
from context import APP, EVIL, POLICY
from envoy_process import TRAPPING_MODULE, TYPE, Envoy, cluster, corsac, direct, free_port, listener, to, wasm

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


def discovery(document, kind):
    """A file as Envoy discovers configuration."""
    return {"version_info": "1", "resources": [{"@type": f"{TYPE}{kind}", **document}]}


def allowed(port, origin=APP):
    return wire.send(port, "GET", "/", [("Origin", origin)]).all("access-control-allow-origin") == [origin]


class Start(unittest.TestCase):
    def lines_in(self, log):
        for line in WHOLE:
            self.assertIn(line, log)

    def test_a_good_policy_in_toml_and_in_json(self):
        toml = f"allow_origins = ['{APP}']\nallow_methods = ['PUT']\n"
        for policy in (toml, POLICY, json.dumps(POLICY, indent=2), "\n" + json.dumps(POLICY), "\ufeff" + toml):
            status, log = Envoy([simple(policy, free_port())]).validate()
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

    def test_what_is_not_a_policy_at_all(self):
        for policy, message in [("", "missing-origins"), ("{", "[syntax]"), ("allow_origins = [", "[syntax]"), ("[]", "[syntax]")]:
            status, log = Envoy([simple(policy, free_port())]).validate()
            self.assertEqual(status, 1, policy)
            self.assertIn(message, log)

    def test_no_configuration_and_another_type_of_it(self):
        for configuration, message in [
            (None, "missing-origins"),
            ({"@type": f"{TYPE}google.protobuf.Struct", "value": POLICY}, "corsac: write `configuration` as a google.protobuf.StringValue"),
        ]:  # fmt: skip
            filter = corsac(POLICY)
            filter["typed_config"]["config"]["configuration"] = configuration
            if configuration is None:
                del filter["typed_config"]["config"]["configuration"]
            status, log = Envoy([listener("main", free_port(), [filter], [direct(200)])]).validate()
            self.assertEqual(status, 1)
            self.assertIn(message, log)

    def test_a_thousand_problems_are_reported_whole(self):
        policy = {"allow_origins": [f"https://{number}.example.com/" for number in range(990)]}
        status, log = Envoy([simple(policy, free_port())]).validate()
        self.assertEqual(status, 1)
        self.assertEqual(len(re.findall(r"^allow_origins\[\d+\], line 1: ", log, re.M)), 990)
        self.assertIn("help: write `https://989.example.com`", log)

    def test_lints_are_warnings_told_once(self):
        policy = {"allow_origins": ["*"], "allow_headers": ["*"]}
        port = free_port()
        with Envoy([simple(policy, port)], concurrency=3) as envoy:
            self.assertEqual(wire.send(port, "GET", "/", [("Origin", APP)]).all("access-control-allow-origin"), ["*"])
            self.assertEqual(envoy.log().count("[authorization-not-covered]"), 1, envoy.log())
            self.assertRegex(envoy.log(), r"\[warning\]\[wasm\].*corsac: allow_headers, line 1")


class Update(unittest.TestCase):
    """Another policy while Envoy runs: the whole listener, or the filter alone."""

    def listeners(self, policy, port):
        return discovery(simple(policy, port), "envoy.config.listener.v3.Listener")

    def filters(self, policy, _):
        return discovery({"name": "corsac", "typed_config": wasm(policy)}, "envoy.config.core.v3.TypedExtensionConfig")

    def start(self, name):
        port, envoy = free_port(), Envoy([])
        source = {"path_config_source": {"path": str(envoy.path / name), "watched_directory": {"path": str(envoy.path)}}}
        source["resource_api_version"] = "V3"
        if name == "listeners.json":
            envoy.configuration["dynamic_resources"] = {"lds_config": source}
            envoy.configuration["node"] = {"id": "node", "cluster": "cluster"}
        else:
            discovered = {"name": "corsac", "config_discovery": {"config_source": source, "type_urls": [f"{TYPE}envoy.extensions.filters.http.wasm.v3.Wasm"]}}
            envoy.configuration["static_resources"]["listeners"] = [listener("main", port, [discovered], [direct(200, "ok")])]
            envoy.configuration["node"] = {"id": "node", "cluster": "cluster"}
        return envoy, port

    def test_updates(self):
        for name, document, rejected in [
            ("listeners.json", self.listeners, "listener_manager.lds.update_rejected"),
            ("filter.json", self.filters, "extension_config_discovery.*config_(fail|conflict)|update_rejected"),
        ]:
            with self.subTest(name):
                envoy, port = self.start(name)
                envoy.write(name, document(POLICY, port))
                with envoy:
                    envoy.wait_for(lambda: allowed(port))
                    envoy.write(name, document({**POLICY, "allow_origins": [OTHER]}, port))
                    envoy.wait_for(lambda: allowed(port, OTHER))
                    self.assertFalse(allowed(port))
                    # The old policy stays in force, and the log says why.
                    envoy.write(name, document(BAD, port))
                    envoy.wait_for(lambda: WHOLE[-1] in envoy.log())
                    for line in WHOLE:
                        self.assertIn(line, envoy.log())
                    envoy.wait_for(lambda: sum(envoy.counters(rejected).values()) > 0)
                    self.assertTrue(allowed(port, OTHER))
                    self.assertFalse(allowed(port))
                    envoy.write(name, document(POLICY, port))
                    envoy.wait_for(lambda: allowed(port))


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
