"""Requests as bytes, over HTTP/1 and HTTP/2, and the responses to them."""

import socket
import ssl

import h2.config
import h2.connection
import h2.errors
import h2.events

SECONDS = 10
# The largest frame that every HTTP/2 server accepts, in bytes.
FRAME = 16384


class Response:
    """A response: status, header lines in their order, body."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = [(name.lower(), value) for name, value in headers]
        self.body = body

    def all(self, name):
        return [value for other, value in self.headers if other == name]

    def cors(self):
        """All CORS headers, and Vary."""
        return sorted(pair for pair in self.headers if pair[0].startswith("access-control-") or pair[0] == "vary")


def parsed(raw):
    """The final HTTP/1 response in some bytes: interim ones before it are left out."""
    while True:
        head, end, body = raw.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        if not first.startswith("HTTP/1.1 ") or not end:
            raise ConnectionError(f"no response: {raw[:200]!r}")
        status = int(first.split()[1])
        if status >= 200 or status == 101:
            break
        raw = body
    headers = [(name, value.strip(" ")) for name, value in (line.split(":", 1) for line in lines)]
    if any(name.lower() == "transfer-encoding" for name, _ in headers):
        body = unchunked(body)
    return Response(status, headers, body)


def unchunked(body):
    whole = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size, 16)
        whole, body = whole + rest[:length], rest[length + 2 :]
        if length == 0:
            break
    return whole


def connect(port, address="127.0.0.1", tls=False, protocol="http/1.1"):
    connection = socket.create_connection((address, port), timeout=SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not tls:
        return connection
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols([protocol])
    return context.wrap_socket(connection, server_hostname="localhost")


def exchange(port, raw, address="127.0.0.1", tls=False):
    """All bytes that the server sends for some bytes, until it closes the connection."""
    with connect(port, address, tls) as connection:
        connection.sendall(raw)
        got = b""
        try:
            while piece := connection.recv(65536):
                got += piece
        except ConnectionResetError:
            pass
    return got


def send(port, method, path, headers=(), body=b"", address="127.0.0.1", tls=False):
    """One HTTP/1.1 request on a new connection. Text is sent byte for byte."""
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    if not any(name.lower() == "host" for name, _ in headers):
        lines.append("Host: localhost")
    lines += [f"Content-Length: {len(body)}"] if body else []
    if not any(name.lower() == "connection" for name, _ in headers):
        lines.append("Connection: close")
    return parsed(exchange(port, "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body, address, tls))


class Http2:
    """A connection of HTTP/2 on which requests are sent one by one, unchecked."""

    def __init__(self, port, address="127.0.0.1", tls=False):
        self.socket = connect(port, address, tls, "h2")
        config = h2.config.H2Configuration(
            header_encoding="latin-1",
            validate_outbound_headers=False,
            normalize_outbound_headers=False,
            validate_inbound_headers=False,
        )
        self.connection = h2.connection.H2Connection(config)
        self.connection.initiate_connection()
        self.flush()

    def flush(self):
        self.socket.sendall(self.connection.data_to_send())

    def start(self, headers, body=b"", end=True, trailers=None):
        """Sends a request with these fields, pseudo-headers included; returns its stream."""
        stream = self.connection.get_next_available_stream_id()
        self.connection.send_headers(stream, headers, end_stream=end and not body and trailers is None)
        for start in range(0, len(body), FRAME):
            last = start + FRAME >= len(body)
            self.connection.send_data(stream, body[start : start + FRAME], end_stream=last and end and trailers is None)
        if trailers is not None:
            self.connection.send_headers(stream, trailers, end_stream=True)
        self.flush()
        return stream

    def read(self, stream, whole=True):
        """The response on a stream; with `whole=False` only its headers. ConnectionError if it is reset."""
        status, headers, body = None, [], b""
        while True:
            data = self.socket.recv(65536)
            if not data:
                raise ConnectionError("the connection was closed")
            for event in self.connection.receive_data(data):
                ours = getattr(event, "stream_id", None) == stream
                if isinstance(event, h2.events.ResponseReceived) and ours:
                    fields = dict(event.headers)
                    status = int(fields[":status"])
                    headers = [(name, value) for name, value in event.headers if not name.startswith(":")]
                    if not whole:
                        self.flush()
                        return Response(status, headers, body)
                elif isinstance(event, h2.events.DataReceived) and ours:
                    body += event.data
                    self.connection.acknowledge_received_data(event.flow_controlled_length, stream)
                elif isinstance(event, h2.events.TrailersReceived) and ours:
                    headers += [(f"trailer:{name}", value) for name, value in event.headers]
                elif isinstance(event, h2.events.StreamReset) and ours:
                    raise ConnectionError(f"the stream was reset: {event.error_code}")
                elif isinstance(event, h2.events.ConnectionTerminated):
                    raise ConnectionError(f"the connection was ended: {event.error_code}")
                if isinstance(event, h2.events.StreamEnded) and ours:
                    self.flush()
                    return Response(status, headers, body)
            self.flush()

    def send(self, method, path, headers=(), body=b"", authority="localhost", scheme="http", **more):
        pseudo = [(":method", method), (":scheme", scheme), (":path", path)]
        pseudo += [(":authority", authority)] if authority is not None else []
        return self.read(self.start([*pseudo, *((name.lower(), value) for name, value in headers)], body, **more))

    def close(self):
        self.socket.close()


def send_http2(port, method, path, headers=(), body=b"", address="127.0.0.1", **more):
    """One HTTP/2 request on a new connection."""
    connection = Http2(port, address, tls=more.pop("tls", False))
    try:
        return connection.send(method, path, headers, body, **more)
    finally:
        connection.close()
