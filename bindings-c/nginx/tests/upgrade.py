"""A WebSocket backend that counts the handshakes it sees and sends back what it gets, and a client for it."""

import base64
import hashlib
import socket
import threading

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
HANDSHAKE = [("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", KEY)]


def accept(key):
    return base64.b64encode(hashlib.sha1(key.encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()).decode()


class Echo:
    def __init__(self):
        self.seen = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = connection.recv(65536)
                if not piece:
                    return
                head += piece
            self.seen += 1
            key = next(line.split(": ", 1)[1] for line in head.decode("latin-1").split("\r\n") if line.lower().startswith("sec-websocket-key:"))
            connection.sendall(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Accept: {accept(key)}\r\n\r\n".encode()
            )
            while piece := connection.recv(65536):
                connection.sendall(piece)

    def stop(self):
        self.listener.close()


def handshake(port, path, headers, talk=b"\x81\x85\x00\x00\x00\x00hello"):
    """The first line of the response and, if it is a 101, the bytes that the backend returns for a frame."""
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        got = b""
        while b"\r\n\r\n" not in got:
            piece = connection.recv(65536)
            if not piece:
                return got.decode("latin-1"), b""
            got += piece
        head, _, rest = got.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101"):
            return got.decode("latin-1"), b""
        connection.sendall(talk)
        while len(rest) < len(talk):
            rest += connection.recv(65536)
        return head.decode("latin-1"), rest
