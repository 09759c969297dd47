"""A server on the network, at its URL. Only the standard library is needed."""

import http.client
import socket
import ssl
import urllib.parse
from contextlib import suppress

from corsac._testing.wire import NoReplyError, Reply, Request, port_of, within

_CHUNK_BYTES = 32 * 1024


class NetworkServer:
    """Opens a connection for each request, and does not follow redirects, because the browser does that."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def send(self, request: Request, timeout: float) -> Reply:
        """Return the server's response."""
        target = urllib.parse.urlsplit(request.url)
        connection = _connection(target, timeout)

        def give_up() -> None:
            # This also stops a thread that reads from the socket.
            with suppress(OSError, AttributeError):
                connection.sock.shutdown(socket.SHUT_RDWR)

        try:
            return within(
                timeout,
                lambda reply: _exchange(connection, target, request, reply),
                give_up=give_up,
                name=target.netloc,
            )
        except (OSError, http.client.HTTPException) as error:
            raise _no_reply(error, target.netloc, timeout) from error


def _connection(target: urllib.parse.SplitResult, timeout: float) -> http.client.HTTPConnection:
    # Without this port, the end of an IPv6 address would be read as the port.
    host, port = target.hostname or "", port_of(target)
    if target.scheme.endswith("s"):
        return http.client.HTTPSConnection(host, port, timeout=timeout, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=timeout)


def _exchange(
    connection: http.client.HTTPConnection, target: urllib.parse.SplitResult, request: Request, reply: Reply
) -> None:
    try:
        path = urllib.parse.urlunsplit(("", "", target.path or "/", target.query, ""))
        names = {name.lower() for name, _ in request.headers}
        connection.putrequest(request.method, path, skip_host="host" in names, skip_accept_encoding=True)
        for name, value in request.headers:
            connection.putheader(name, value.encode("latin-1"))
        connection.endheaders(request.body or None)
        response = connection.getresponse()
        reply.start(response.status, response.getheaders())
        while not reply.is_enough and (chunk := response.read1(_CHUNK_BYTES)):
            reply.body.extend(chunk)
    finally:
        connection.close()


def _no_reply(error: Exception, name: str, timeout: float) -> NoReplyError:
    """The kind of the error, among those that browsers distinguish."""
    match error:
        case socket.gaierror():
            return NoReplyError("dns", f"the name of {name} has no address")
        case ssl.SSLError():
            return NoReplyError("tls", f"TLS with {name} failed: {error}")
        case TimeoutError():
            return NoReplyError("timeout", f"{name} did not respond within {timeout:g} seconds")
        case http.client.IncompleteRead():
            return NoReplyError("incomplete", f"the response of {name} ended too early")
        case _:
            return NoReplyError("connection", f"no response from {name}: {error or type(error).__name__}")
