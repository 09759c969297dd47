"""The simulated browser. It asks the engine for the next request, and sends that to the server."""

import json
import threading
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from corsac._corsac import Policy
from corsac._explain import Explanation, explanation_of_json, start_session
from corsac._testing.client import ClientServer
from corsac._testing.network import NetworkServer
from corsac._testing.servers import policy_of, server_of
from corsac._testing.wire import NoReplyError, Reply, Request, Server, port_of

Headers: TypeAlias = Mapping[str, str] | list[tuple[str, str]] | None
Credentials: TypeAlias = bool | Literal["omit", "same-origin", "include"]

# The type of a body that is given as an object.
_JSON_TYPE = "application/json"

# The largest number of bytes of a body that a message quotes.
_QUOTED_BYTES = 80


@dataclass(frozen=True)
class Response:
    """A server's response, as a page's script reads it.

    Attributes:
        status (int): the HTTP status.
        headers (list[tuple[str, str]]): pairs of name and value, names in lower case. Repeated headers are not joined.
            These are all headers that came; ``explanation.readable_headers`` has the names that the script can read.
        body (bytes): the content.
        url (str): the URL that responded, after all redirects.
        explanation (Explanation): what the browser did, step by step.
    """

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    url: str
    explanation: Explanation = field(repr=False)


@dataclass(frozen=True)
class Fetched:
    """The result of a request of a page's script.

    Attributes:
        explanation (Explanation): what the browser did, what is wrong and how to fix it.
        is_readable (bool): whether the script can read the response.
        is_blocked (bool): whether the browser withholds the response from the script. A request that fails for another
            reason is neither readable nor blocked.
        response (Response | None): the last response that came, whether or not the script can read it.
        sent (list[str]): a line for each request on the wire, with its response.
    """

    explanation: Explanation
    is_readable: bool
    is_blocked: bool
    response: Response | None
    sent: list[str]

    def __str__(self) -> str:
        lines = "\n".join(f"  {line}" for line in self.sent) or "  nothing"
        return f"{self.explanation}\n\nSent by the test:\n{lines}"


class Browser:
    """A simulated browser that sends the requests of a page's script to a server, as the Fetch standard says.

    The engine decides about preflights, redirects, and headers that are left out. Each request is made by a fresh
    browser, without a cache and without cookies of its own.

    Args:
        server: an ASGI or WSGI application, a test client with a ``request`` method (Starlette's, httpx, requests), or
            the URL of a running server as a str. An application's lifespan is not run: for that, pass Starlette's
            ``TestClient`` inside its ``with`` statement. A client's headers count as headers that the script sets, and
            its cookies as cookies that the browser has for the server. Each request runs in a thread of its own, with
            the test's context variables.
        origin (str | None): the origin of the page, unless a request names another.
        base_url (str | None): the server's address in the browser. By default, it is that of the client or the URL,
            and ``https://testserver`` for applications.
        servers (Mapping[str, object] | None): other servers by their origins, for redirects.
        cookies (Mapping[str, str] | None): the server's cookies, which are sent if the browser sends cookies.
        policy (Policy | None): the policy of the server, for explanations that name its settings. The policy of
            corsac's own middleware is found without this argument.
        timeout (float): how long one response may take, in seconds.

    Raises:
        TypeError: the server is not of a kind that can answer requests.
        ValueError: an address is not an absolute URL, or the time-out is not positive.
    """

    def __init__(
        self,
        server: Any,  # noqa: ANN401
        *,
        origin: str | None = None,
        base_url: str | None = None,
        servers: Mapping[str, Any] | None = None,
        cookies: Mapping[str, str] | None = None,
        policy: Policy | None = None,
        timeout: float = 10.0,
    ) -> None:
        if not 0 < timeout <= threading.TIMEOUT_MAX:
            raise ValueError(f"the time-out is a positive number of seconds, not {timeout!r}")
        if policy is not None and not isinstance(policy, Policy):
            raise TypeError(f"policy must be a corsac.Policy, not {type(policy).__name__}")
        self.origin = origin
        self.timeout = timeout
        self._server = server_of(server, base_url)
        self._base_url = base_url or self._server.base_url
        self._others = {_address(url): server_of(other, url) for url, other in (servers or {}).items()}
        own = self._server if isinstance(self._server, ClientServer) else None
        self._headers = own.headers if own else []
        cookies = {**(own.cookies if own else {}), **(cookies or {})}
        self._cookies = "; ".join(f"{name}={value}" for name, value in cookies.items())
        self._policy = policy or policy_of(server)

    def fetch(
        self,
        path: str = "/",
        *,
        origin: str | None = None,
        method: str | None = None,
        headers: Headers = None,
        credentials: Credentials = False,
        body: str | bytes | None = None,
        json: object = None,
        redirect: Literal["follow", "error", "manual"] = "follow",
        mode: Literal["cors", "no-cors", "same-origin"] = "cors",
    ) -> Fetched:
        """Do what a browser does when a page's script calls ``fetch(path, {...})``.

        Args:
            path (str): the path and query, or a whole URL.
            origin (str | None): the page's origin: ``https://app.example.com``; the browser's own if it is None.
            method (str | None): the method that the script uses; GET if it is None.
            headers (Mapping[str, str] | list[tuple[str, str]] | None): the headers that the script sets.
            credentials (bool | str): True for ``credentials: "include"``, False for the default, or the word itself.
            body (str | bytes | None): the body. A str has the type that browsers give to text.
            json (object): a body that is sent as JSON, with its ``Content-Type``.
            redirect (str): how the script wants redirects to be handled.
            mode (str): the mode of the request.

        Returns:
            Fetched: the result.

        Raises:
            ExchangeError: the request is not one that a script could make. An example is one whose origin has a path.
            TypeError: both ``body`` and ``json`` are given, or no origin is.
            Exception: the exception that the application raised instead of responding.

        Source: docs/specification.md, section 8.
        """
        page = origin or self.origin
        if page is None:
            raise TypeError("`origin` is missing: it says which page makes the request")
        pairs = list(headers.items()) if isinstance(headers, Mapping) else list(headers or ())
        names = {name.lower() for name, _ in pairs}
        pairs += [(name, value) for name, value in self._headers if name.lower() not in names]
        content, kind = _content(body, json)
        request: dict[str, object] = {
            "url": urllib.parse.urljoin(self._base_url, path),
            "headers": pairs,
            "body": kind,
            "redirect": redirect,
            "mode": mode,
        }
        if method is not None:
            request["method"] = str(method)
        if credentials is not False:
            request["credentials"] = "include" if credentials is True else credentials
        return self._play({"page": page, "request": request}, content)

    def _play(self, exchange: dict[str, object], content: bytes) -> Fetched:
        session = start_session(exchange)
        sent: list[str] = []
        last: tuple[Reply, str] | None = None
        while (text := session.next_request()) is not None:
            asked = json.loads(text)
            answer: dict[str, object] | None = None
            line = f"{asked['method']} {asked['url']}"
            try:
                reply = self._send(asked, content)
            except NoReplyError as error:
                answer = {"error": error.error}
                sent.append(f"{line}: {error}")
            else:
                if reply is None:
                    sent.append(
                        f"{line}: not sent, because the test has no server at this address: add one to `servers`"
                    )
                else:
                    answer = {"status": reply.status, "headers": reply.headers}
                    sent.append(f"{line}: {_described(reply)}")
                    if not asked["is_preflight"]:
                        last = (reply, asked["url"])
            problem = session.respond(json.dumps(answer).encode())
            if problem is not None:
                raise ValueError(f"the response to {line} cannot be read: {problem}")
        found, text, is_readable, is_blocked = session.explain(self._policy)
        explanation = explanation_of_json(found, text)
        response = None
        if last is not None:
            reply, url = last
            response = Response(reply.status, reply.headers, bytes(reply.body), url, explanation)
        return Fetched(explanation, is_readable, is_blocked, response, sent)

    def _send(self, asked: dict[str, Any], content: bytes) -> Reply | None:
        url = asked["url"]
        server = self._server_at(url)
        if server is None:
            return None
        headers = [("host", urllib.parse.urlsplit(url).netloc), *((name, value) for name, value in asked["headers"])]
        body = content if asked["has_body"] else b""
        if asked["has_body"]:
            headers.append(("content-length", str(len(body))))
        if asked["with_cookies"] and self._cookies and server is self._server:
            headers.append(("cookie", self._cookies))
        return server.send(Request(asked["method"], url, headers, body), self.timeout)

    def _server_at(self, url: str) -> Server | None:
        address = _address(url)
        if address in self._others:
            return self._others[address]
        # On the network, a redirect can lead to any server.
        is_here = address == _address(self._base_url) or isinstance(self._server, NetworkServer)
        return self._server if is_here else None


def _address(url: str) -> tuple[str, str | None, int]:
    """The scheme, the host and the port of a URL, however it is written."""
    target = urllib.parse.urlsplit(url)
    return target.scheme, target.hostname, port_of(target)


def _content(body: str | bytes | None, data: object) -> tuple[bytes, object]:
    """The bytes of a body, and the facts about it that the engine needs."""
    if data is not None:
        if body is not None:
            raise TypeError("give either body or json, not both")
        return json.dumps(data).encode(), {"type": _JSON_TYPE}
    match body:
        case None:
            return b"", "none"
        case str():
            return body.encode(), "text"
        case _:
            return bytes(body), {"type": ""}


def _described(reply: Reply) -> str:
    """The response, for a message."""
    body = bytes(reply.body[:_QUOTED_BYTES]).decode(errors="replace").strip()
    return f"{reply.status} {body!a}" if body else str(reply.status)
