"""An application behind Envoy with typical mistakes. The path of a request chooses the mistake."""

import base64
import hashlib
import json
import socket
import struct
import threading
import time

# Every response has these: CORS headers of the application's own, all wrong.
OWN_HEADERS = [
    ("Access-Control-Allow-Origin", "https://wrong.example"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Credentials", "maybe"),
    ("Access-Control-Allow-Methods", "WRONG"),
    ("Vary", "Accept-Language"),
    ("Vary", "Cookie"),
]


class Application:
    """Serves HTTP/1.1 on a port that the kernel chooses, or on a given port. `seen` counts requests by their path."""

    def __init__(self, address="127.0.0.1", port=0):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((address, port))
        self.socket.listen(1024)
        self.port = self.socket.getsockname()[1]
        self.seen, self.bodies = [], []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def stop(self):
        self.socket.close()

    def serve(self, connection):
        try:
            with connection, connection.makefile("rb") as reader:
                while self.respond(connection, reader):
                    pass
        except OSError:
            pass

    def respond(self, connection, reader):
        """Reads a request and responds. Returns whether the connection stays open."""
        first = reader.readline().decode("latin-1").split()
        if len(first) < 2:
            return False
        method, path = first[:2]
        headers = []
        while (line := reader.readline()) not in (b"\r\n", b"\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers.append((name.lower(), value.strip()))
        self.seen.append(path)
        action = path.split("?")[0].rsplit("/", 1)[-1]
        if action == "early":
            # It responds while the client is still sending.
            connection.sendall(response(401, b"log in first", [("Connection", "close")]))
            time.sleep(0.2)
            return False
        body = read_body(reader, dict(headers))
        self.bodies.append(body)
        if action == "hang":
            time.sleep(30)
            return False
        if action == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        if action == "partial":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nAccess-Control-Allow-Origin: *\r\n\r\nhalf of it")
            return False
        if action == "garbage":
            connection.sendall(b"\x00\x01 this is not HTTP\r\n\r\n")
            return False
        if action == "interim":
            connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\nAccess-Control-Allow-Origin: *\r\n\r\n")
        if action == "trailers":
            head = response(200, None, [("Transfer-Encoding", "chunked"), ("Trailer", "Access-Control-Allow-Origin")])
            connection.sendall(head + b"2\r\nok\r\n0\r\nAccess-Control-Allow-Origin: *\r\nX-Last: 1\r\n\r\n")
            return True
        if action == "grpc-web":
            message = b"\x00\x00\x00\x00\x02\x08\x07"
            chunk = f"{len(message):x}\r\n".encode() + message + b"\r\n"
            head = response(200, None, [("Transfer-Encoding", "chunked"), ("Content-Type", "application/grpc")])
            connection.sendall(head + chunk + b"0\r\ngrpc-status: 0\r\n\r\n")
            return True
        if action == "websocket":
            return self.websocket(connection, reader, dict(headers))
        status = int(action) if action.isdigit() else 200
        if action == "redirect":
            connection.sendall(response(302, b"", [("Location", "https://login.example/")]))
            return True
        text = b"" if status in (204, 304) else json.dumps({"method": method, "path": path, "headers": headers}).encode()
        connection.sendall(response(status, text, head=method == "HEAD"))
        return True

    def websocket(self, connection, reader, headers):
        """Accepts the handshake, and sends back one frame unchanged."""
        guid = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        key = base64.b64encode(hashlib.sha1(headers["sec-websocket-key"].encode() + guid).digest()).decode()
        lines = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", key), *OWN_HEADERS]
        head = "".join(f"{name}: {value}\r\n" for name, value in lines)
        connection.sendall(f"HTTP/1.1 101 Switching Protocols\r\n{head}\r\n".encode())
        connection.sendall(reader.read(8))
        return False


def response(status, body, headers=(), head=False):
    lines = [*OWN_HEADERS, *headers]
    if body is not None and status not in (204, 304):
        lines.append(("Content-Length", str(len(body))))
    text = "".join(f"{name}: {value}\r\n" for name, value in lines)
    return f"HTTP/1.1 {status} Status\r\n{text}\r\n".encode("latin-1") + (b"" if head else body or b"")


def read_body(reader, headers):
    if "content-length" in headers:
        return reader.read(int(headers["content-length"]))
    whole = b""
    if headers.get("transfer-encoding") == "chunked":
        while size := int(reader.readline(), 16):
            whole += reader.read(size)
            reader.readline()
        while reader.readline() not in (b"\r\n", b"\n", b""):
            pass
    return whole
