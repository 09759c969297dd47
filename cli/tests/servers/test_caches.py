"""`corsac probe --cache` through real caches: nginx with `proxy_cache`, and Apache with `mod_cache`.

Behind each is the same application, which sends `Vary: Origin`. Under one path the cache respects it, and under another
it does not.
"""

import itertools

from proxies import only

NUMBERS = itertools.count(1)
CACHES = only("nginx", "apache")


def url(proxy, folder):
    """A URL that is not in the cache yet."""
    return f"https://localhost:{proxy.tls}/{folder}/api/hello?cache={next(NUMBERS)}"


def probe(corsac, pages, proxy, folder):
    return corsac.probe(url(proxy, folder), pages.tls, "--from", pages.public, "--cache")


def made_for(sent):
    """The number that the application gave to the response. If two responses have the same number, the second came from
    the cache."""
    return dict(map(tuple, sent["response_headers"]))["x-request-id"]


def in_chromium(browser, pages, proxy, folder):
    """The verdicts of two pages that request the same URL, one after the other."""
    same = url(proxy, folder)
    return [browser.ask(page, same).result().verdict for page in (pages.tls, pages.public)]


@CACHES
def test_a_cache_that_respects_vary(browser, corsac, pages, proxy):
    assert in_chromium(browser, pages, proxy, "cached") == ["readable", "readable"]
    status, found = probe(corsac, pages, proxy, "cached")
    assert (status, found["cache"]) == (0, [])
    first, second, again = map(made_for, found["sent"])
    assert first == again != second


@CACHES
def test_a_cache_that_ignores_vary(browser, corsac, pages, proxy):
    assert in_chromium(browser, pages, proxy, "cached-for-all") == ["readable", "sent-but-unreadable"]
    status, found = probe(corsac, pages, proxy, "cached-for-all")
    assert [page["verdict"] for page in found["pages"]] == ["readable", "sent-but-unreadable"]
    assert len(set(map(made_for, found["sent"]))) == 1
    [observation] = found["cache"]
    assert status == 1 and observation["is_risk"]
    assert f"`{pages.public}` got the response that was made for `{pages.tls}`" in observation["message"]
