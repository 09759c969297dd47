"""Reasons: in access logs, in counters, and in Envoy's log."""

import unittest

import wire
from context import APP, EVIL, PREFLIGHT
from envoy_process import Envoy, corsac, direct, free_port, listener

POLICY = {
    "allow_origins": [APP],
    "allow_methods": ["PUT"],
    "protection": {"writes": "reject", "report_only": True, "trusted_origins": [APP]},
}
FORMAT = "%REQ(:METHOD)% %FILTER_STATE(wasm.corsac.reason:PLAIN)% %FILTER_STATE(wasm.corsac.reported:PLAIN)%\n"
KIND = "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog"


class Reports(unittest.TestCase):
    def setUp(self):
        self.port, self.envoy = free_port(), Envoy([])
        log = {
            "@type": KIND,
            "path": str(self.envoy.path / "access.log"),
            "log_format": {"text_format_source": {"inline_string": FORMAT}},
        }
        access_log = [{"name": "file", "typed_config": log}]
        self.envoy.configuration["static_resources"]["listeners"] = [
            listener("main", self.port, [corsac(POLICY)], [direct(200)], access_log=access_log)
        ]

    def tearDown(self):
        self.envoy.stop()

    def ask(self):
        for method, headers in [
            ("GET", []),
            ("GET", [("Origin", APP)]),
            ("GET", [("Origin", EVIL)]),
            ("GET", [("Origin", "https://a.example\xe2\x80\xae`")]),
            ("OPTIONS", [("Origin", APP), *PREFLIGHT[:1]]),
            ("OPTIONS", [("Origin", APP), *PREFLIGHT]),
            ("POST", [("Origin", EVIL)]),
        ]:
            wire.send(self.port, method, "/", headers)

    def test_access_logs_and_counters(self):
        self.envoy.start()
        self.ask()
        lines = lambda: (self.envoy.path / "access.log").read_text().splitlines()  # noqa: E731
        self.envoy.wait_for(lambda: len(lines()) >= 7)
        self.assertEqual(
            [line for line in lines() if "malformed" not in line],
            [
                "GET no-origin -", "GET origin-allowed -", "GET origin-not-allowed -", "OPTIONS preflight-allowed -",
                "OPTIONS preflight-header-not-allowed -", "POST origin-not-allowed write-refused",
            ],
        )  # fmt: skip
        expected = {
            "no-origin": 1,
            "origin-allowed": 1,
            "origin-not-allowed": 2,
            "preflight-allowed": 1,
            "preflight-header-not-allowed": 1,
        }
        wanted = {f"wasmcustom.corsac.{name}": count for name, count in expected.items()} | {
            "wasmcustom.corsac.reported.write-refused": 1
        }
        counted = lambda: {
            name: count for name, count in self.envoy.counters(r"^wasmcustom").items() if count and "malformed" not in name
        }  # noqa: E731
        self.envoy.wait_for(lambda: counted() == wanted)
        self.assertIn("corsac_origin_not_allowed{} 2", self.envoy.get("/stats/prometheus?filter=wasmcustom"))

    def test_the_log(self):
        arguments = self.envoy.arguments
        for level, refusals in [("warning", False), ("debug", True)]:
            with self.subTest(level):
                self.envoy.arguments = [*arguments, "--component-log-level", f"wasm:{level}"]
                self.envoy.start()
                self.ask()
                self.envoy.wait_for(lambda: "only reported: write-refused" in self.envoy.log())
                log = self.envoy.log()
                self.assertIn(f"corsac: only reported: write-refused for the origin `{EVIL}`; if the origin may write", log)
                self.assertEqual(
                    f"corsac: origin-not-allowed for the origin `{EVIL}`; add the origin to `allow_origins`" in log, refusals
                )
                # Characters that would reverse a line's direction are escaped.
                self.assertNotIn("\u202e", log)
                self.assertEqual("\\u{202e}" in log, refusals)
                self.envoy.process.terminate()
                self.envoy.process.wait()
