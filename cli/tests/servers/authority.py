"""The certificate authority of the tests, and the certificates that it signs."""

import base64
import hashlib
import subprocess

# Names that the browser and the proxy of the tests find on this machine.
APP, API = "app.example.test", "api.example.test"


def openssl(folder, *arguments):
    return subprocess.run(["openssl", *map(str, arguments)], cwd=folder, check=True, capture_output=True).stdout


class Authority:
    """Files in a folder: `authority.pem`, and for servers `chain.pem` with `key.pem`."""

    def __init__(self, folder):
        self.folder = folder
        # Without the extensions that the system's own file adds.
        (folder / "openssl.conf").write_text("[req]\ndistinguished_name = name\n[name]\n")
        self.create("authority", "corsac tests", "basicConstraints=critical,CA:TRUE", signer=None)
        names = f"subjectAltName=DNS:localhost,IP:127.0.0.1,DNS:{APP},DNS:{API}"
        self.create("server", "localhost", names, signer="authority")
        self.trusted, self.key = folder / "authority.pem", folder / "server-key.pem"
        # Chromium recognises the authority by its key, which has to be in the chain.
        self.chain = folder / "chain.pem"
        self.chain.write_bytes((folder / "server.pem").read_bytes() + self.trusted.read_bytes())
        self.both = folder / "both.pem"
        self.both.write_bytes(self.key.read_bytes() + self.chain.read_bytes())
        # No authority has signed this one.
        self.create("stranger", "localhost", "subjectAltName=DNS:localhost", signer=None)
        self.stranger = folder / "stranger-both.pem"
        self.stranger.write_bytes((folder / "stranger-key.pem").read_bytes() + (folder / "stranger.pem").read_bytes())

    def create(self, name, subject, extension, signer):
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{name}-key.pem"]
        by = ["-CA", f"{signer}.pem", "-CAkey", f"{signer}-key.pem"] if signer else []
        own = ["-subj", f"/CN={subject}", "-addext", extension, "-days", "2", "-out", f"{name}.pem"]
        openssl(self.folder, "req", "-config", "openssl.conf", "-x509", *key, *by, *own)

    def key_hash(self):
        """The hash of the authority's public key, as Chromium's option takes it."""
        public = openssl(self.folder, "x509", "-in", "authority.pem", "-noout", "-pubkey")
        (self.folder / "public.pem").write_bytes(public)
        der = openssl(self.folder, "pkey", "-pubin", "-in", "public.pem", "-outform", "DER")
        return base64.b64encode(hashlib.sha256(der).digest()).decode()
