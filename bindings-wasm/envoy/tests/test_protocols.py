"""HTTP/1.1, HTTP/2, TLS, WebSockets and gRPC-Web; protection in each."""

import base64
import datetime
import tempfile
import unittest
from pathlib import Path

import wire
from application import Application
from context import APP, EVIL, POLICY, PREFLIGHT
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from envoy_process import SHOW_REASON, TYPE, Envoy, cluster, corsac, free_port, http_filter, listener, to

PROTECTED = {**POLICY, "protection": {"writes": "reject", "websockets": "reject"}}
HANDSHAKE = [
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", base64.b64encode(b"0123456789abcdef").decode()),
]
# A masked frame with the text `hi`.
FRAME = b"\x81\x82\x00\x00\x00\x00hi"


def certificate(folder):
    """A self-signed certificate and its key, as Envoy's transport socket."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    files = {"certificate": folder / "certificate.pem", "key": folder / "key.pem"}
    files["certificate"].write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    files["key"].write_bytes(key.private_bytes(*pem))
    pair = {"certificate_chain": {"filename": str(files["certificate"])}, "private_key": {"filename": str(files["key"])}}
    context = {"tls_certificates": [pair], "alpn_protocols": ["h2", "http/1.1"]}
    kind = f"{TYPE}envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext"
    return {"name": "tls", "typed_config": {"@type": kind, "common_tls_context": context}}


class Protocols(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.application, cls.port, cls.tls_port, cls.grpc_port = Application(), free_port(), free_port(), free_port()
        tls = certificate(Path(cls.folder.name))
        more = {"upgrade_configs": [{"upgrade_type": "websocket"}], "http2_protocol_options": {"allow_connect": True}}
        filters = [SHOW_REASON, corsac(PROTECTED)]
        grpc_web = [SHOW_REASON, corsac(POLICY, name="grpc"), http_filter("envoy.filters.http.grpc_web", "grpc_web.v3.GrpcWeb")]
        listeners = [
            listener("plain", cls.port, filters, [to("application")], **more),
            listener("tls", cls.tls_port, filters, [to("application")], tls=tls, **more),
            listener("grpc", cls.grpc_port, grpc_web, [to("application")]),
        ]
        cls.envoy = Envoy(listeners, [cluster("application", cls.application.port)]).start()

    @classmethod
    def tearDownClass(cls):
        cls.envoy.stop()
        cls.application.stop()
        cls.folder.cleanup()

    def everywhere(self, method, headers, path="/x"):
        """The same request over HTTP/1.1 and HTTP/2, with and without TLS."""
        yield wire.send(self.port, method, path, headers)
        yield wire.send_http2(self.port, method, path, headers)
        yield wire.send(self.tls_port, method, path, headers, tls=True)
        yield wire.send_http2(self.tls_port, method, path, headers, tls=True, scheme="https")

    def test_decisions_are_the_same_in_all(self):
        for method, headers, status, reason in [
            ("GET", [], 200, "no-origin"),
            ("GET", [("Origin", APP)], 200, "origin-allowed"),
            ("GET", [("Origin", EVIL)], 200, "origin-not-allowed"),
            ("OPTIONS", [("Origin", APP), *PREFLIGHT], 204, "preflight-allowed"),
            ("OPTIONS", [("Origin", EVIL), *PREFLIGHT], 403, "origin-not-allowed"),
            ("POST", [("Origin", APP)], 200, "origin-allowed"),
            ("POST", [("Origin", EVIL)], 403, "write-refused"),
            ("POST", [("Origin", "null")], 403, "write-refused"),
            ("POST", [("Sec-Fetch-Site", "cross-site")], 403, "write-refused"),
            ("POST", [("Origin", EVIL), ("Sec-Fetch-Site", "same-origin")], 200, "origin-not-allowed"),
            (
                "POST",
                [("Origin", EVIL), ("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")],
                403,
                "write-refused",
            ),
        ]:
            for response in self.everywhere(method, headers):
                with self.subTest(method=method, headers=headers):
                    self.assertEqual((response.status, response.all("x-reason")), (status, [reason]))

    def test_a_refused_write_reaches_no_upstream(self):
        before = len(self.application.seen)
        for response in self.everywhere("POST", [("Origin", EVIL)]):
            self.assertEqual((response.body, response.all("cache-control")), (b"corsac: write-refused\n", ["no-store"]))
        self.assertEqual(len(self.application.seen), before)

    def test_the_sites_own_pages(self):
        """`Origin` and `Host` are compared, and also the scheme if the connection is known to be TLS (specification
        7.2).
        """
        own = [("Origin", "http://localhost"), ("Host", "localhost")]
        self.assertEqual(wire.send(self.port, "POST", "/x", own).status, 200)
        self.assertEqual(wire.send_http2(self.port, "POST", "/x", own[:1]).status, 200)
        self.assertEqual(wire.send(self.tls_port, "POST", "/x", own, tls=True).status, 403)
        self.assertEqual(wire.send_http2(self.tls_port, "POST", "/x", own[:1], tls=True, scheme="https").status, 403)
        secure = [("Origin", "https://localhost")]
        self.assertEqual(wire.send(self.tls_port, "POST", "/x", secure, tls=True).status, 200)
        self.assertEqual(wire.send_http2(self.tls_port, "POST", "/x", secure, tls=True, scheme="https").status, 200)
        # In HTTP/2, a client may write `https` on any connection.
        self.assertEqual(wire.send_http2(self.port, "POST", "/x", own[:1], scheme="https").status in (200, 400), True)

    def test_websockets(self):
        for origin, status in [(APP, 101), (EVIL, 403), ("null", 403)]:
            lines = "".join(f"{name}: {value}\r\n" for name, value in [*HANDSHAKE, ("Origin", origin), ("Host", "localhost")])
            for port, tls in [(self.port, False), (self.tls_port, True)]:
                with self.subTest(origin=origin, tls=tls), wire.connect(port, tls=tls) as connection:
                    connection.sendall(f"GET /websocket HTTP/1.1\r\n{lines}\r\n".encode())
                    head = b""
                    while b"\r\n\r\n" not in head:
                        head += connection.recv(4096)
                    response = wire.parsed(head)
                    self.assertEqual(response.status, status)
                    if status == 101:
                        connection.sendall(FRAME)
                        rest = response.body
                        while len(rest) < len(FRAME):
                            rest += connection.recv(4096)
                        self.assertEqual(rest, FRAME)
                        self.assertEqual(response.all("access-control-allow-origin"), [APP])
                    else:
                        self.assertEqual(response.all("x-reason"), ["websocket-refused"])

    def test_websockets_over_http2(self):
        """Extended CONNECT (RFC 8441), which Envoy turns into a handshake of HTTP/1.1."""
        for origin, status in [(APP, 200), (EVIL, 403)]:
            connection = wire.Http2(self.tls_port, tls=True)
            pseudo = [
                (":method", "CONNECT"),
                (":protocol", "websocket"),
                (":scheme", "https"),
                (":path", "/websocket"),
                (":authority", "localhost"),
            ]
            headers = [("origin", origin), ("sec-websocket-version", "13")]
            if origin == APP:
                # The application requires a key, which HTTP/2 does not have.
                headers.append(("sec-websocket-key", "MDEyMzQ1Njc4OWFiY2RlZg=="))
            stream = connection.start([*pseudo, *headers], end=False)
            response = connection.read(stream, whole=False)
            self.assertEqual(response.status, status)
            if status == 403:
                self.assertEqual(response.all("x-reason"), ["websocket-refused"])
            connection.close()

    def test_grpc_web(self):
        headers = [("Origin", APP), ("Content-Type", "application/grpc-web+proto"), ("X-Grpc-Web", "1")]
        for send in (wire.send, wire.send_http2):
            response = send(self.grpc_port, "POST", "/service/grpc-web", headers, b"\x00\x00\x00\x00\x00")
            self.assertEqual((response.status, response.all("access-control-allow-origin")), (200, [APP]))
            self.assertIn("application/grpc-web+proto", response.all("content-type"))
            self.assertIn(b"grpc-status:0", response.body)
            asked = [("Origin", APP), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "x-id")]
            self.assertEqual(send(self.grpc_port, "OPTIONS", "/service/grpc-web", asked).status, 204)

    def test_a_refusal_of_grpc_has_no_headers_either(self):
        """Envoy turns each local response to a gRPC request into one with the HTTP status 200 and a gRPC status."""
        before = len(self.application.seen)
        headers = [("Origin", EVIL), ("Content-Type", "application/grpc"), ("TE", "trailers")]
        response = wire.send_http2(self.port, "POST", "/service/grpc-web", headers, b"\x00\x00\x00\x00\x00")
        self.assertEqual(
            (response.status, response.all("grpc-status"), response.all("x-reason")), (200, ["7"], ["write-refused"])
        )
        self.assertEqual(response.all("access-control-allow-origin"), [])
        self.assertEqual(len(self.application.seen), before)
