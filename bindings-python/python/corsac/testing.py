"""Tests that do what a browser does: may a page of this origin read the response?

    >>> from corsac.testing import assert_readable, assert_blocked
    >>> assert_readable(app, "/items", origin="https://app.example.com", credentials=True)  # doctest: +SKIP
    >>> assert_blocked(app, "/items", origin="https://evil.example")  # doctest: +SKIP

They work with any server, whatever sets its CORS headers. An assertion that fails prints what the browser did, what is
wrong and how to fix it. With pytest, the fixture ``corsac_browser`` can be passed instead of the server.
"""

from collections.abc import Mapping
from typing import Any, Literal

from corsac._corsac import FINDING_CODES, Policy
from corsac._explain import Explanation
from corsac._testing.browser import Browser, Credentials, Fetched, Headers, Response

__all__ = ["Browser", "Fetched", "Response", "assert_blocked", "assert_readable"]


def assert_readable(
    server: Any,  # noqa: ANN401
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
    base_url: str | None = None,
    servers: Mapping[str, Any] | None = None,
    cookies: Mapping[str, str] | None = None,
    policy: Policy | None = None,
    timeout: float = 10.0,
) -> Response:
    """Fail unless a browser lets a page's script read the response to this request, whatever its status is.

    Args:
        server: an ASGI or WSGI application, a test client with a ``request`` method (Starlette's, httpx, requests), the
            URL of a running server, or a :class:`Browser`, which already has ``base_url`` and the arguments after
            it.
        path (str): the path and query to request.
        origin (str): the page's origin: ``https://app.example.com``.
        method (str): the method that the script uses.
        headers (Mapping[str, str] | list[tuple[str, str]]): the headers that the script sets.
        credentials (bool | str): True if the script says ``credentials: "include"``.
        body (str | bytes): the body that the script sends.
        json (object): a body that the script sends as JSON.
        redirect (str): how the script wants redirects to be handled.
        mode (str): the mode of the request.
        base_url (str): the server's address in the browser.
        servers (Mapping[str, object]): other servers by their origins, for redirects.
        cookies (Mapping[str, str]): the cookies that the browser has for the server.
        policy (Policy): the server's policy, if it is not found in the application.
        timeout (float): how long one response may take, in seconds.

    Returns:
        Response: the response that the script reads. Its ``explanation`` has the browser's steps.

    Raises:
        AssertionError: the script cannot read it; the message is the explanation.
        TypeError: the server is not of a kind that can answer requests, or the origin is missing.

    Source: Fetch, "HTTP fetch", "CORS-preflight fetch" and "CORS check".
    """
    __tracebackhide__ = True
    browser = _browser(server, base_url, servers, cookies, policy, timeout)
    fetched = browser.fetch(
        path,
        origin=origin,
        method=method,
        headers=headers,
        credentials=credentials,
        body=body,
        json=json,
        redirect=redirect,
        mode=mode,
    )
    if not fetched.is_readable or fetched.response is None:
        raise AssertionError(f"a page of {_page(browser, origin)} cannot read the response\n\n{fetched}")
    return fetched.response


def assert_blocked(
    server: Any,  # noqa: ANN401
    path: str = "/",
    *,
    code: str | None = None,
    origin: str | None = None,
    method: str | None = None,
    headers: Headers = None,
    credentials: Credentials = False,
    body: str | bytes | None = None,
    json: object = None,
    redirect: Literal["follow", "error", "manual"] = "follow",
    mode: Literal["cors", "no-cors", "same-origin"] = "cors",
    base_url: str | None = None,
    servers: Mapping[str, Any] | None = None,
    cookies: Mapping[str, str] | None = None,
    policy: Policy | None = None,
    timeout: float = 10.0,
) -> Explanation:
    """Fail unless the browser withholds the response from the page's script. The reverse of :func:`assert_readable`.

    A server that cannot be reached, or does not respond in time, has not blocked anything, so the assertion fails.

    Args:
        server: as in :func:`assert_readable`.
        path (str): the path and query to request.
        code (str): the code of a finding that the explanation must have, such as ``allow-origin-mismatch``.
            docs/errors.md lists them.
        origin (str): the page's origin: ``https://evil.example``.
        method (str): the method that the script uses.
        headers (Mapping[str, str] | list[tuple[str, str]]): the headers that the script sets.
        credentials (bool | str): True if the script says ``credentials: "include"``.
        body (str | bytes): the body that the script sends.
        json (object): a body that the script sends as JSON.
        redirect (str): how the script wants redirects to be handled.
        mode (str): the mode of the request.
        base_url (str): the server's address in the browser.
        servers (Mapping[str, object]): other servers by their origins, for redirects.
        cookies (Mapping[str, str]): the cookies that the browser has for the server.
        policy (Policy): the server's policy, if it is not found in the application.
        timeout (float): how long one response may take, in seconds.

    Returns:
        Explanation: why the browser blocks it.

    Raises:
        AssertionError: it is not blocked, or not for this reason; the message is the explanation.
        TypeError: the server is not of a kind that can answer requests, or the origin is missing.
        ValueError: there is no finding with this code.
    """
    __tracebackhide__ = True
    if code is not None and code not in FINDING_CODES:
        raise ValueError(f"there is no finding with the code `{code}`: docs/errors.md lists all of them")
    browser = _browser(server, base_url, servers, cookies, policy, timeout)
    fetched = browser.fetch(
        path,
        origin=origin,
        method=method,
        headers=headers,
        credentials=credentials,
        body=body,
        json=json,
        redirect=redirect,
        mode=mode,
    )
    page = _page(browser, origin)
    if not fetched.is_blocked:
        can = "can read the response" if fetched.is_readable else "is not blocked: the request ended in another way"
        raise AssertionError(f"a page of {page} {can}\n\n{fetched}")
    codes = [finding["code"] for finding in fetched.explanation.findings]
    if code is not None and code not in codes:
        found = ", ".join(codes)
        raise AssertionError(f"a page of {page} is blocked, but not with `{code}`: found {found}\n\n{fetched}")
    return fetched.explanation


def _browser(
    server: object,
    base_url: str | None,
    servers: Mapping[str, Any] | None,
    cookies: Mapping[str, str] | None,
    policy: Policy | None,
    timeout: float,
) -> Browser:
    if isinstance(server, Browser):
        if any(given is not None for given in (base_url, servers, cookies, policy)):
            raise TypeError(
                "base_url, servers, cookies and policy cannot be given together with a Browser: "
                "they are arguments of the Browser itself"
            )
        return server
    return Browser(server, base_url=base_url, servers=servers, cookies=cookies, policy=policy, timeout=timeout)


def _page(browser: Browser, origin: str | None) -> str | None:
    return origin or browser.origin
