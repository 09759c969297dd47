"""Policies that are swapped while requests run: from files, under load, in every way in which files change."""

import asyncio
import gc
import logging
import os
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import corsac
import pytest
from asgi_kit import BODY, App, from_origin, head, play
from corsac import ConfigError, CORSMiddleware, Policy, Reloadable

A, B = "https://a.example", "https://b.example"
TICK = 0.02


def text(origin: str, expose: str = "X-A") -> str:
    return f'allow_origins = ["{origin}"]\nexpose_headers = ["{expose}"]\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "cors.toml"
    path.write_text(text(A))
    return path


def lets(policies: Reloadable, origin: str) -> bool:
    return policies.policy.evaluate("GET", [("Origin", origin)]).reason == "origin-allowed"


def until(condition: Callable[[], bool]) -> None:
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen within ten seconds")


def test_swap() -> None:
    first, second = Policy(allow_origins=[A]), Policy(allow_origins=[B])
    policies = Reloadable(first)
    middleware = CORSMiddleware(App(head(), BODY), policy=policies)
    assert policies.policy is middleware.policy is first
    assert play(middleware, from_origin(A.encode()))[0]["headers"][0][1] == A.encode()
    assert policies.swap(second) is first
    assert policies.policy is middleware.policy is second
    assert play(middleware, from_origin(A.encode()))[0]["headers"] == [(b"vary", b"Origin")]
    assert play(middleware, from_origin(B.encode()))[0]["headers"][0][1] == B.encode()


@pytest.mark.parametrize("wrong", [None, {}, "policy", 1])
def test_only_policies_are_accepted(wrong: Any) -> None:
    with pytest.raises(TypeError):
        Reloadable(wrong)
    with pytest.raises(TypeError):
        Reloadable(Policy(allow_origins=[])).swap(wrong)
    with pytest.raises(TypeError, match="not both"):
        CORSMiddleware(App(), policy=Reloadable(Policy(allow_origins=[])), allow_origins=[A])


def test_reload(path: Path) -> None:
    policies = Reloadable.from_file(path)
    path.write_text(text(B))
    assert lets(policies, A)
    assert policies.reload() is policies.policy
    assert lets(policies, B)
    assert not lets(policies, A)


def test_an_unreadable_file_leaves_the_policy_in_force(path: Path) -> None:
    policies = Reloadable.from_file(str(path))
    before = policies.policy
    path.write_text('allow_origins = [\n  "https://A.example",\n]\n')
    with pytest.raises(ConfigError) as raised:
        policies.reload()
    assert [(issue.code, issue.field, issue.line) for issue in raised.value.issues] == [
        ("origin-uppercase", "allow_origins[0]", 2)
    ]
    assert str(path) in str(raised.value)
    path.write_text("allow_origins = ")
    with pytest.raises(ConfigError, match="syntax"):
        policies.reload()
    path.unlink()
    with pytest.raises(FileNotFoundError) as missing:
        policies.reload()
    assert missing.value.filename == str(path)
    assert policies.policy is before


def test_a_file_that_is_missing_or_refused_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Reloadable.from_file(tmp_path / "missing.toml")
    (tmp_path / "bad.json").write_text("{}")
    with pytest.raises(ConfigError, match="missing-origins"):
        Reloadable.from_file(tmp_path / "bad.json")


def test_without_a_file_there_is_nothing_to_read() -> None:
    policies = Reloadable(Policy(allow_origins=[]))
    for read in (policies.reload, policies.watch):
        with pytest.raises(RuntimeError, match=r"Reloadable\.from_file"):
            read()
    policies.close()


def test_functions_survive(path: Path) -> None:
    asked: list[str] = []

    def known(origin: str) -> bool:
        asked.append(origin)
        return True

    policies = Reloadable.from_file(path, allow_origin=known)
    for _ in range(3):
        assert lets(policies, "https://other.example")
        policies.reload()
    assert asked == ["https://other.example"] * 3


def test_a_request_keeps_the_policy_that_it_began_with(path: Path) -> None:
    """The predicate is awaited while the policy is swapped: the whole response follows the old policy."""

    async def known(origin: str) -> bool:
        path.write_text(text(A, "X-B"))
        await asyncio.to_thread(policies.reload)
        return True

    policies = Reloadable.from_file(path, allow_origin=known)
    middleware = CORSMiddleware(App(head(), BODY), policy=policies)
    for expected in (b"x-a", b"x-b"):
        headers = dict(play(middleware, from_origin(B.encode()))[0]["headers"])
        assert headers[b"access-control-expose-headers"] == expected


# --- watching


@pytest.fixture
def watched(path: Path) -> Iterator[tuple[Reloadable, list[Policy], list[Exception]]]:
    seen: list[Policy] = []
    errors: list[Exception] = []
    with Reloadable.from_file(path).watch(TICK, seen.append, errors.append) as policies:
        yield policies, seen, errors


Watched = tuple[Reloadable, list[Policy], list[Exception]]


def test_a_file_that_is_renamed_into_place(path: Path, watched: Watched) -> None:
    policies, seen, errors = watched
    for number in range(5):
        fresh = path.with_suffix(".new")
        fresh.write_text(text(f"https://{number}.example"))
        fresh.replace(path)
        until(lambda number=number: lets(policies, f"https://{number}.example"))  # type: ignore[misc]
    assert (len(seen), errors) == (5, [])
    assert seen[-1] is policies.policy


def test_a_file_that_is_written_again(path: Path, watched: Watched) -> None:
    policies, seen, errors = watched
    with path.open("w") as file:
        for line in text(B).splitlines(keepends=True):
            file.write(line)
            file.flush()
    until(lambda: lets(policies, B))
    # The same text again is not a change.
    path.write_text(text(B))
    time.sleep(5 * TICK)
    assert (len(seen), errors) == (1, [])


def test_a_file_that_goes_and_comes_back(path: Path, watched: Watched) -> None:
    policies, seen, errors = watched
    path.unlink()
    until(lambda: len(errors) == 1)
    assert isinstance(errors[0], FileNotFoundError)
    time.sleep(5 * TICK)
    assert len(errors) == 1, "reported once"
    assert lets(policies, A)
    path.write_text(text(B))
    until(lambda: lets(policies, B))
    assert len(seen) == 1


def test_a_file_that_is_refused(path: Path, watched: Watched) -> None:
    policies, _, errors = watched
    path.write_text('allow_origins = ["https://a.example/"]')
    until(lambda: len(errors) == 1)
    assert isinstance(errors[0], ConfigError)
    assert lets(policies, A)
    path.write_text(text(B))
    until(lambda: lets(policies, B))


def test_a_kubernetes_config_map(tmp_path: Path) -> None:
    """The file is a link into `..data`, which is itself a link to a folder. This second link is replaced."""

    def publish(number: int, origin: str) -> None:
        folder = tmp_path / f"..{number}"
        folder.mkdir()
        (folder / "cors.toml").write_text(text(origin))
        link = tmp_path / "..data_tmp"
        link.symlink_to(folder.name)
        link.replace(tmp_path / "..data")

    publish(1, A)
    (tmp_path / "cors.toml").symlink_to("..data/cors.toml")
    with Reloadable.from_file(tmp_path / "cors.toml").watch(TICK) as policies:
        publish(2, B)
        until(lambda: lets(policies, B))


def test_log_messages(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "corsac")
    with Reloadable.from_file(path).watch(TICK):
        path.write_text(text(B))
        until(lambda: len(caplog.records) == 1)
        path.write_text("allow_origins = [1]")
        until(lambda: len(caplog.records) == 2)
    reloaded, refused = caplog.records
    assert (reloaded.levelname, reloaded.name) == ("INFO", "corsac")
    assert refused.levelno == logging.ERROR
    assert "the previous policy stays in force" in refused.getMessage()
    assert "allow_origins[0], line 1" in refused.getMessage()


def test_the_end_of_a_failure_is_logged_like_the_failure(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The log has the level of a program that does not configure it."""
    caplog.set_level(logging.WARNING, "corsac")
    with Reloadable.from_file(path).watch(TICK) as policies:
        path.write_text("allow_origins = [1]")
        until(lambda: len(caplog.records) == 1)
        path.write_text(text(A))
        until(lambda: len(caplog.records) == 2)
        path.write_text(text(B))
        until(lambda: lets(policies, B))
        path.unlink()
        until(lambda: len(caplog.records) == 3)
        path.write_text(text(A))
        policies.reload()
        until(lambda: len(caplog.records) == 4)
        policies.reload()
        time.sleep(5 * TICK)
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING", "ERROR", "WARNING"]
    for record in (caplog.records[1], caplog.records[3]):
        assert record.getMessage() == f"{path} was read again: its policy is in force"


def test_a_hook_that_fails_does_not_end_the_watch(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def broken(policy: Policy) -> None:
        raise ZeroDivisionError

    with Reloadable.from_file(path).watch(TICK, broken) as policies:
        for origin in (B, A):
            path.write_text(text(origin))
            until(lambda origin=origin: lets(policies, origin))  # type: ignore[misc]
        until(lambda: len(caplog.records) == 2)


def test_closing(path: Path) -> None:
    policies = Reloadable.from_file(path)
    for interval in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="interval"):
            policies.watch(interval)
    assert policies.watch(TICK) is policies
    with pytest.raises(RuntimeError, match="watched already"):
        policies.watch()
    policies.close()
    policies.close()
    assert threads() == []
    path.write_text(text(B))
    time.sleep(5 * TICK)
    assert lets(policies, A)
    with policies.watch(TICK, lambda policy: policies.close()):
        until(lambda: threads() == [])
    assert lets(policies, B)


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "corsac-watch"]


def test_watching_keeps_nothing_alive(path: Path) -> None:
    policies = Reloadable.from_file(path).watch(TICK)
    gone = weakref.ref(policies)
    del policies
    gc.collect()
    assert gone() is None
    until(lambda: threads() == [])


def test_a_process_ends_although_it_watches(path: Path) -> None:
    code = f"import corsac; p = corsac.Reloadable.from_file({str(path)!r}).watch(0.01)"
    run(code)


def run(code: str) -> None:
    """Runs code in a separate process, which has to end successfully and print nothing."""
    environment = {**os.environ, "PYTHONPATH": str(Path(corsac.__file__).parents[1])}
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, env=environment, timeout=30, capture_output=True)  # noqa: S603
    assert (done.returncode, done.stderr) == (0, b"")


def test_workers_that_are_forked_continue_to_watch(path: Path) -> None:
    """This is what gunicorn does with --preload."""
    code = f"""
import corsac, os, time
policies = corsac.Reloadable.from_file({str(path)!r}).watch(0.01)
child = os.fork()
if child == 0:
    open({str(path)!r}, "w").write({text(B)!r})
    for _ in range(500):
        time.sleep(0.01)
        if policies.policy.evaluate("GET", [("Origin", {B!r})]).reason == "origin-allowed":
            os._exit(0)
    os._exit(1)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    run(code)


def test_threads_that_fork_at_once(path: Path) -> None:
    """Each releases the lock that it has acquired. Otherwise nothing would ever be reloaded again."""
    code = f"""
import corsac, os, threading, time
policies = corsac.Reloadable.from_file({str(path)!r}).watch(1000)

def fork():
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)

threads = [threading.Thread(target=fork, daemon=True) for _ in range(2)]
with policies._lock:  # as happens while a large file is read
    for thread in threads:
        thread.start()
    time.sleep(0.3)
for thread in threads:
    thread.join(5)
raise SystemExit(not policies._lock.acquire(timeout=5))
"""
    run(code)
