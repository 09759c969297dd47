#!/usr/bin/env python3
"""Runs exchanges in Chromium, Firefox and WebKitGTK, and compares what they do with what the model in core says.

Usage: .venv/bin/python tests/browsers/run.py [--whole | --record] [--engine NAME]... [ID]...

Without options a sample is run. `--whole` runs every exchange, and an ID runs the exchanges whose ids begin with it.
`--record` runs the suite of `suite.py`, or the exchanges that the IDs choose, in all engines and writes
`tests/vectors/browsers/suite.json`. A difference that `tests/vectors/browsers/differences.json` does not list fails,
and so does a listed one that no longer occurs. The last line is `N passed, N failed`.
"""

import argparse
import asyncio
import datetime
import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "bindings-python" / "python"))

import corsac  # noqa: E402

import suite  # noqa: E402
from chromium import Chromium  # noqa: E402
from engine import BrowserFailed, BrowserMissing  # noqa: E402
from firefox import Firefox  # noqa: E402
from observe import FIELDS, differing, modelled, redacted  # noqa: E402
from player import Player, is_playable, page_of  # noqa: E402
from sample import KINDS, sample  # noqa: E402, F401
from webkit import WebKit  # noqa: E402

ENGINES = {engine.name: engine for engine in (Chromium, Firefox, WebKit)}
RECORDS = ROOT / "tests" / "vectors" / "browsers"
# How often a browser that is stuck is started again.
RESTARTS = 3


def read(name):
    return json.loads((RECORDS / name).read_text())


def entries():
    """Every exchange that the harness can run, as {id, exchange, …}."""
    found = [entry for name in ("recorded.json", "noted.json") for entry in read(name)["exchanges"]]
    # The result of an exchange is unknown if it lacks a response on which the result depends.
    playable = (entry for entry in found if is_playable(entry["exchange"]))
    return [entry for entry in playable if not suite.is_unknown(entry["exchange"])] + suite.generate()


def listed():
    """The fields in which differences are known, by exchange and engine."""
    fields = {}
    for difference in read("differences.json")["differences"]:
        for name in difference["ids"]:
            for engine in difference["engines"]:
                fields.setdefault((name, engine), set()).update(difference["fields"])
    return fields


async def play_all(name, chosen, certificate):
    """What an engine did, by exchange, and its version. If there is a difference, the exchange is run again, because a
    busy machine may print late."""
    # Opening another page takes a long time.
    left = sorted(chosen, key=lambda entry: page_of(entry["exchange"]))
    seen, starts, version = {}, 0, None
    while left:
        starts += 1
        try:
            async with Player(ENGINES[name](), certificate) as player:
                version = player.engine.version
                while left:
                    entry = left[0]
                    fields = await player.play(entry["exchange"], entry.get("fault"))
                    if differing(fields, predicted(entry["exchange"], name)):
                        again = await player.play(entry["exchange"], entry.get("fault"))
                        if again != fields:
                            print(f"{name} {entry['id']}: not the same twice, {differing(again, fields)}", flush=True)
                            fields = again
                    seen[entry["id"]] = fields
                    left.pop(0)
        except BrowserFailed as failure:
            print(f"{name} {left[0]['id'] if left else ''}: {failure}", flush=True)
            if starts > RESTARTS:
                raise
    return seen, version


PREDICTIONS = {}


def predicted(exchange, name):
    key = json.dumps(exchange, sort_keys=True)
    if key not in PREDICTIONS:
        PREDICTIONS[key] = corsac.diagnose(exchange).to_dict()["engines"]
    return modelled(PREDICTIONS[key][name])


def compare(chosen, seen, known):
    """Prints each difference that is not listed, and each listed one that does not occur. Returns how many passed and
    failed."""
    passed = failed = 0
    for name, observations in seen.items():
        for entry in chosen:
            fields, expected = observations[entry["id"]], predicted(entry["exchange"], name)
            found, wanted = set(differing(fields, expected)), known.get((entry["id"], name), set())
            for field in sorted(found - wanted):
                print(f"{entry['id']} {name} {field}\n  the browser: {fields[field]}\n  the model:   {expected[field]}")
            for field in sorted(wanted - found):
                print(f"{entry['id']} {name} {field}: is listed in differences.json, but does not differ")
            failed += found != wanted
            passed += found == wanted
    return passed, failed


def record(chosen, seen, versions):
    """Writes down what the engines did: the fields in which all agree once, and the others for each engine."""
    suite_now = suite.generate()
    lines = {}
    if len(chosen) < len(suite_now):
        # Only some exchanges are recorded again, and the others stay.
        lines = {entry["id"]: json.dumps(entry, ensure_ascii=False) for entry in read("suite.json")["exchanges"]}
    for entry in chosen:
        every, own = {}, {name: {} for name in seen}
        for field in FIELDS:
            if field == "preflight_sent":
                continue
            values = [redacted(seen[name][entry["id"]])[field] for name in seen]
            if all(value == values[0] for value in values):
                every[field] = values[0]
            else:
                for name, value in zip(seen, values, strict=True):
                    own[name][field] = value
        expect = {"every": every, **{name: fields for name, fields in own.items() if fields}}
        lines[entry["id"]] = json.dumps({**entry, "expect": expect}, ensure_ascii=False)
    head = [f'"engines": {json.dumps(versions)},', f'"recorded": "{datetime.date.today():%Y-%m}",', '"exchanges": [']
    (RECORDS / "suite.json").write_text("{\n" + "\n".join(head) + "\n" + ",\n".join(lines[entry["id"]] for entry in suite_now if entry["id"] in lines) + "\n]\n}\n")


def stale_suite():
    """What differs between the recorded suite and the one that is generated now."""
    written = {entry["id"]: entry["exchange"] for entry in read("suite.json")["exchanges"]}
    generated = {entry["id"]: entry["exchange"] for entry in suite.generate()}
    return sorted(name for name in written.keys() | generated.keys() if written.get(name) != generated.get(name))


def certificate_in(folder):
    """A certificate for the servers of a run."""
    key, made = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run([*command, *names, "-keyout", key, "-out", made], check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_bytes(key.read_bytes() + made.read_bytes())
    return both


async def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("Usage: ")[1].split("\n\n")[0])
    parser.add_argument("--whole", action="store_true", help="run every exchange")
    parser.add_argument("--record", action="store_true", help="run the suite and write down what the engines do")
    parser.add_argument("--engine", action="append", choices=list(ENGINES), help="run only this engine")
    parser.add_argument("ids", nargs="*", metavar="ID", help="run the exchanges whose ids begin with this")
    arguments = parser.parse_args()
    # Browsers that this program has started are ended even if it is ended by a signal.
    task = asyncio.current_task()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)

    if arguments.record:
        chosen = suite.generate()
    elif stale := stale_suite():
        print(f"tests/vectors/browsers/suite.json is older than suite.py: {', '.join(stale[:5])}; type: make record-browsers")
        return 1
    else:
        chosen = entries()
    if arguments.ids:
        chosen = [entry for entry in chosen if entry["id"].startswith(tuple(arguments.ids))]
    elif not (arguments.whole or arguments.record):
        chosen = sample(chosen)
    names = arguments.engine or list(ENGINES)
    with tempfile.TemporaryDirectory(prefix="corsac-browsers-") as folder:
        certificate = certificate_in(Path(folder))
        results = await asyncio.gather(*(play_all(name, chosen, certificate) for name in names), return_exceptions=True)
    failures = [result for result in results if isinstance(result, BaseException)]
    for failure in failures:
        if not isinstance(failure, (BrowserMissing, BrowserFailed)):
            raise failure
        print(failure)
    if failures:
        print(f"0 passed, {len(failures)} failed")
        return 1
    seen = {name: result[0] for name, result in zip(names, results, strict=True)}
    if arguments.record and names == list(ENGINES):
        record(chosen, seen, {name: result[1] for name, result in zip(names, results, strict=True)})
    passed, failed = compare(chosen, seen, listed())
    print(f"{len(chosen)} exchanges in {', '.join(names)}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
