"""For real servers with planted faults, `corsac probe` reports what Chromium does with them."""

from itertools import count
from typing import NamedTuple

import pytest
from authority import API
from pages import Raw
from proxies import only

# Each request has its own URL, so that nothing is cached from an earlier one.
NUMBERS = count(1)


class Fault(NamedTuple):
    """A fault between the browser and the application, and the first finding that names it; none if there is no
    fault."""

    name: str
    folder: str
    code: str | None
    request: dict = {}
    path: str = "api/hello"
    page: str = "same"


PUT = {"method": "PUT", "headers": {"X-Demo-Token": "7"}}
NOTE = "api/note"
FAULTS = [
    Fault("nothing", "good", None),
    Fault("nothing-with-cookies", "good", None, {"credentials": True}),
    Fault("nothing-in-the-way-of-a-preflight", "good", None, PUT, NOTE),
    Fault("a-page-that-is-not-allowed", "good", "allow-origin-missing", page="foreign"),
    Fault("a-method-that-is-not-allowed", "good", "method-not-allowed", {"method": "DELETE"}, NOTE),
    Fault("a-header-that-is-not-allowed", "good", "header-not-allowed", {"headers": {"X-Other": "1"}}),
    Fault("header-twice", "twice", "allow-origin-multiple"),
    Fault("header-twice-on-the-preflight", "twice", "allow-origin-multiple", PUT, NOTE),
    Fault("vary-dropped", "vary-dropped", "vary-missing"),
    Fault("to-a-login-page", "login", "redirect-to-login"),
    Fault("the-preflight-to-a-login-page", "login", "redirect-to-login", PUT, NOTE),
    Fault("401-on-the-preflight", "preflight-401", "preflight-unauthorized", PUT, NOTE),
    Fault("404-on-the-preflight", "preflight-404", "preflight-not-found", PUT, NOTE),
    Fault("405-on-the-preflight", "preflight-405", "preflight-options-refused", PUT, NOTE),
    Fault("bad-gateway", "bad-gateway", "gateway-error"),
    Fault("bad-gateway-on-the-preflight", "bad-gateway", "gateway-error", PUT, NOTE),
    Fault("gateway-time-out", "time-out", "gateway-error"),
    Fault("closes-the-connection", "closes", "connection-failed"),
    Fault("an-error-without-headers", "error", "error-without-headers"),
    Fault("any-origin-with-cookies", "any", "allow-origin-any-with-credentials", {"credentials": True}),
]


def compare(browser, corsac, page, url, request, *options, seconds=15):
    """Makes the request with both, checks that they agree, and returns what the command found for the page."""
    url = f"{url}?{next(NUMBERS)}"
    asked = browser.ask(page, url, seconds=seconds, **request)
    status, found = corsac.probe(url, page, "--only", *options, **request)
    seen = asked.result()
    [of_page] = found["pages"]
    chromium = of_page["explanation"]["engines"]["chromium"]
    assert chromium["verdict"] == seen.verdict, (seen, codes(of_page))
    assert chromium["console"] == seen.console, codes(of_page)
    assert of_page["verdict"] == seen.verdict
    assert seen.preflights == [sent["status"] for sent in found["sent"] if "preflight" in sent["purpose"] and sent["status"]]
    assert status == {"readable": 0, "failed": 3}.get(seen.verdict, 1)
    return of_page


def codes(of_page):
    return [finding["code"] for finding in of_page["explanation"]["findings"]]


def first(of_page):
    """The first finding that is more than a note."""
    found = of_page["explanation"]["findings"]
    return next((finding["code"] for finding in found if finding["severity"] != "note"), None)


def test_faults(browser, corsac, pages, proxy, fault, scheme):
    same, port = (pages.tls, proxy.tls) if scheme == "https" else (pages.plain, proxy.plain)
    page = pages.foreign if fault.page == "foreign" else same
    found = compare(browser, corsac, page, f"{scheme}://localhost:{port}/{fault.folder}/{fault.path}", fault.request)
    assert first(found) == fault.code, codes(found)


@only("nginx", "envoy")
def test_a_server_that_never_responds(browser, corsac, pages, proxy):
    """Chromium waits for minutes, so the test only checks that it waits longer than the command."""
    url = f"https://localhost:{proxy.tls}/hangs/api/hello?{next(NUMBERS)}"
    asked = browser.ask(pages.tls, url, seconds=2.5)
    status, found = corsac.probe(url, pages.tls, "--timeout", "1")
    assert asked.result().verdict == "pending"
    assert (status, found["pages"][0]["verdict"], first(found["pages"][0])) == (3, "failed", "timed-out")
    assert len(found["sent"]) == 1


def test_https_that_leads_to_http(browser, corsac, pages, proxy, names_proxy):
    by_proxy = ["--proxy", f"http://127.0.0.1:{names_proxy.port}"]
    found = compare(browser, corsac, pages.public, f"https://{API}:{proxy.tls}/to-plain/api/hello", {}, *by_proxy)
    assert first(found) == "mixed-content", codes(found)
    # A request to this machine itself is never mixed content.
    found = compare(browser, corsac, pages.tls, f"https://localhost:{proxy.tls}/to-plain/api/hello", {})
    assert codes(found) == ["allow-origin-missing", "redirect-to-http"]


@only("nginx-python")
def test_an_application_that_does_not_know_of_tls(browser, corsac, pages, proxy, names_proxy):
    """FastAPI redirects to the path without a slash at the end, with the scheme that it sees."""
    by_proxy = ["--proxy", f"http://127.0.0.1:{names_proxy.port}"]
    found = compare(browser, corsac, pages.public, f"https://{API}:{proxy.tls}/api/hello/", {}, *by_proxy)
    assert first(found) == "mixed-content", codes(found)


def test_http_on_a_page_with_https(browser, corsac, pages, proxy, names_proxy):
    url = f"http://{API}:{proxy.plain}/good/api/hello"
    found = compare(browser, corsac, pages.public, url, {}, "--proxy", f"http://127.0.0.1:{names_proxy.port}")
    assert first(found) == "mixed-content", codes(found)


def head(*lines):
    return ("\r\n".join(["HTTP/1.1 200 OK", "Access-Control-Allow-Origin: *", *lines]) + "\r\n\r\n").encode()


# Faults of a server's connection, and the finding that names each.
BROKEN = {
    "closes": (lambda _, connection: None, "connection-failed"),
    "ends-too-early": (lambda _, connection: connection.sendall(head("Content-Length: 100") + b"half"), "response-incomplete"),
    "half-a-chunk": (lambda _, connection: connection.sendall(head("Transfer-Encoding: chunked") + b"a\r\nhalf"), "response-incomplete"),
    "too-many-headers": (lambda _, connection: connection.sendall(head(*["X-Bomb: " + "x" * 8000] * 50)), "connection-failed"),
    "two-lengths": (lambda _, connection: connection.sendall(head("Content-Length: 1", "Content-Length: 2") + b"ab"), "connection-failed"),
    "another-protocol": (lambda _, connection: connection.sendall(b"\0\1\2\3\r\n\r\n"), "connection-failed"),
}


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("name", BROKEN)
def test_broken_connections(browser, corsac, pages, authority, name, scheme):
    respond, code = BROKEN[name]
    server = Raw(respond, authority.both if scheme == "https" else None)
    page = pages.tls if scheme == "https" else pages.plain
    found = compare(browser, corsac, page, f"{scheme}://localhost:{server.port}/", {})
    server.stop()
    assert first(found) == code, codes(found)


@pytest.mark.parametrize("request_", [{}, PUT], ids=["request", "preflight"])
def test_certificates_that_nobody_trusts(browser, corsac, pages, authority, request_):
    server = Raw(lambda _, connection: connection.sendall(head("Content-Length: 0")), authority.stranger)
    found = compare(browser, corsac, pages.tls, f"https://localhost:{server.port}/", request_)
    server.stop()
    assert first(found) == "tls-failed", codes(found)


def test_no_server(browser, corsac, pages, silence):
    found = compare(browser, corsac, pages.plain, f"http://localhost:{silence[1]}/", {})
    assert first(found) == "connection-failed", codes(found)


def test_endless_redirects(browser, corsac, pages):
    server = Raw(lambda _, connection: connection.sendall(head("Location: /again", "Content-Length: 0").replace(b"200 OK", b"302 Found")))
    found = compare(browser, corsac, pages.plain, f"http://localhost:{server.port}/", {})
    server.stop()
    assert first(found) == "too-many-redirects", codes(found)
