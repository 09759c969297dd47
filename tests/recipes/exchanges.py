"""Requests as they are sent, and the responses that they have to get."""

import http.client
from urllib.parse import urlsplit

# Seconds.
LONGEST = 60


def tokens(values):
    return {token.strip().lower() for value in values for token in value.split(",")}


def exchange(expected, ports):
    """Sends the request of a description, and raises AssertionError if the response is not the one that it describes.

    `request` is a method and a path, or a method and a URL; a path is on the recipe's first port. `from` is the page's origin.
    `vary` lists names that the header has to have; `absent` lists headers that must not be there. The body has what is in `contains`,
    and does not have what is in `lacks`.
    """
    method, target = expected["request"].split(" ", 1)
    url = urlsplit(target if target.startswith("http") else f"http://localhost:{ports[0]}{target}")
    headers = {"Host": url.netloc, **expected.get("headers", {})}
    if "from" in expected:
        headers["Origin"] = expected["from"]
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=LONGEST)
    try:
        path = url.path + (f"?{url.query}" if url.query else "")
        connection.request(method, path or "/", body=expected.get("body"), headers=headers)
        response = connection.getresponse()
        text = response.read().decode(errors="replace")
    finally:
        connection.close()
    all_headers = "\n".join(f"{name}: {value}" for name, value in response.getheaders())
    about = f"{expected['request']} from {expected.get('from', 'no page')}: {response.status}\n{all_headers}\n\n{text[:500]}"
    assert response.status == expected["status"], f"the status is not {expected['status']}\n{about}"
    for name, value in expected.get("response", {}).items():
        found = ", ".join(response.headers.get_all(name) or [])
        assert found == value, f"{name} is `{found}` and not `{value}`\n{about}"
    for name in expected.get("absent", []):
        assert name not in response.headers, f"{name} is there\n{about}"
    vary = tokens(response.headers.get_all("vary") or [])
    for name in expected.get("vary", []):
        assert name.lower() in vary, f"`Vary` does not have `{name}`\n{about}"
    if "lacks" in expected:
        assert expected["lacks"] not in text, f"the body has `{expected['lacks']}`\n{about}"
    if "contains" in expected:
        assert expected["contains"] in text, f"the body does not have `{expected['contains']}`\n{about}"
