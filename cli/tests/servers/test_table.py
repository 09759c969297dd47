"""`corsac test` over real servers: the same table for the policy, and for the servers that have it."""

import pytest

TABLE = """
policy = "{policy}"

[[requests]]
name = "the pages read"
from = ["{plain}", "{public}"]
url = "/api/hello"
credentials = true
response_headers = {{ X-Request-Id = "1" }}
readable_headers = ["X-Request-Id"]
expect = "readable"

[[requests]]
name = "a page writes"
from = "{tls}"
url = "/api/note"
method = "PUT"
headers = {{ X-Demo-Token = "7" }}
expect = "allowed"

[[requests]]
name = "nobody deletes"
from = "{tls}"
url = "/api/note"
method = "DELETE"
expect = "blocked"

[[requests]]
name = "others read nothing"
from = ["{foreign}", "null"]
url = "/api/hello"
expect = "refused"
"""


@pytest.fixture(scope="module")
def table(pages, policy, tmp_path_factory):
    path = tmp_path_factory.mktemp("table") / "cors.test.toml"
    path.write_text(TABLE.format(policy=policy, plain=pages.plain, tls=pages.tls, public=pages.public, foreign=pages.foreign))
    return path


def test_the_policy(corsac, table):
    done = corsac.run("test", table)
    assert (done.returncode, done.stdout) == (0, "6 passed, 0 failed\n"), done.stderr


@pytest.mark.parametrize("options", [[], ["--send"]], ids=["preflights", "writes"])
def test_servers(corsac, table, proxy, options):
    done = corsac.run("test", table, "--url", f"https://localhost:{proxy.tls}/good", *options)
    assert (done.returncode, done.stdout) == (0, "6 passed, 0 failed\n"), done.stderr


@pytest.mark.parametrize(
    ("folder", "passed"),
    # `twice` allows every origin, even if the application sends no header.
    [("twice", 1), ("preflight-405", 5), ("bad-gateway", 3)],
)
def test_servers_with_faults(corsac, table, proxy, folder, passed):
    assert judged(corsac, table, f"https://localhost:{proxy.tls}/{folder}") == (1, passed, 6)


def test_no_server(corsac, table, silence):
    """A server that does not exist refuses nobody."""
    assert judged(corsac, table, f"http://localhost:{silence[1]}") == (3, 0, 6)


def judged(corsac, table, url):
    """The exit status, how many requests passed, and how many there are."""
    done = corsac.run("test", table, "--url", url, "--format", "tap")
    points = [line.startswith("ok ") for line in done.stdout.splitlines() if line.startswith(("ok ", "not ok "))]
    return done.returncode, points.count(True), len(points)
