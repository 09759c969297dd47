"""A control plane: Envoys ask it by HTTP for the filter with its policy (xDS, REST variant)."""

import http.server
import json
import threading
import time

from envoy_process import TYPE, wasm

EXTENSION = f"{TYPE}envoy.config.core.v3.TypedExtensionConfig"


class ControlPlane(http.server.ThreadingHTTPServer):
    """Gives a node its own policy if it has one, and otherwise the policy in force."""

    daemon_threads = True
    request_queue_size = 256

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            node = request.get("node", {}).get("id", "")
            version, policy = self.server.wait_for_change(node, request.get("version_info", ""))
            resource = {"@type": EXTENSION, "name": "corsac", "typed_config": wasm(policy)}
            body = json.dumps({"version_info": version, "type_url": EXTENSION, "resources": [resource]}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    def __init__(self, address, policy):
        super().__init__((address, 0), self.Handler)
        self.port = self.server_address[1]
        self.changed, self.version = threading.Condition(), 0
        self.policy, self.of_node = policy, {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        """If a node disconnects while it waits, this is not an error of the tests."""

    def put_in_force(self, policy, node=None):
        """Puts a policy in force for all nodes, or for the node with this id; `None` removes a node's policy."""
        with self.changed:
            self.version += 1
            if node is None:
                self.policy = policy
            elif policy is None:
                self.of_node.pop(node)
            else:
                self.of_node[node] = policy
            self.changed.notify_all()

    def wait_for_change(self, node, version):
        """Envoy polls. If it already has the newest version, the response waits for the next change, so that Envoy gets
        it at once.
        """
        end = time.monotonic() + 0.5
        with self.changed:
            while version == str(self.version) and time.monotonic() < end:
                self.changed.wait(end - time.monotonic())
            return str(self.version), self.of_node.get(node, self.policy)
