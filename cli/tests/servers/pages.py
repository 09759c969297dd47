"""The pages whose requests are tested, and servers that are written in Python for the tests."""

import http.server
import socket
import ssl
import threading


class Quiet(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass


class PageHandler(Quiet):
    def do_GET(self):
        body = b"<!doctype html><meta charset=utf-8><title>page</title><link rel=icon href=data:,>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Threaded(http.server.ThreadingHTTPServer):
    """A server on a port that the kernel gives, with or without TLS, until `stop`."""

    daemon_threads = True

    def __init__(self, handler, certificate=None):
        super().__init__(("127.0.0.1", 0), handler)
        self.port = self.server_address[1]
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            # The handshake is done in the thread of the connection, so that no other connection has to wait.
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        # A client that does not trust the certificate disconnects.
        pass

    def stop(self):
        self.shutdown()
        self.server_close()


class Raw:
    """A server that reads a request from each connection, and then calls a function with the connection."""

    def __init__(self, respond, certificate=None):
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.respond, self.context = respond, None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            head = b""
            while b"\r\n\r\n" not in head:
                piece = connection.recv(65536)
                if not piece:
                    return
                head += piece
            self.respond(head.decode("latin-1"), connection)
        except OSError:
            pass
        finally:
            connection.close()

    def stop(self):
        self.listening.close()


class NamesProxy(Raw):
    """A forward proxy for a client whose name resolution cannot be configured: it connects to this machine for every
    name."""

    def __init__(self):
        super().__init__(self.forward)

    def forward(self, head, connection):
        method, target, _ = head.split(" ", 2)
        authority = target if method == "CONNECT" else target.split("/")[2]
        with socket.create_connection(("127.0.0.1", int(authority.rsplit(":", 1)[1]))) as server:
            if method == "CONNECT":
                connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            else:
                server.sendall(head.replace(f"http://{authority}", "", 1).encode("latin-1"))
            back = threading.Thread(target=copy, args=(server, connection), daemon=True)
            back.start()
            copy(connection, server)
            back.join()


def copy(source, target):
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass
