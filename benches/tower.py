#!/usr/bin/env python3
"""The layer for tower against tower-http's: the instructions of one request, which no other load on the machine changes.

Usage: python3 benches/tower.py    (make bench STACK=tower)

Needs valgrind. The benchmark serves the same request a few times and many times, so that what it does otherwise drops out. A request
is served as hyper-util serves it, and the response is dropped; making the request does not count. Prints one table and writes `target/bench-tower.json`.
"""

import json
import re
import statistics
import subprocess
from pathlib import Path

from table import Row, table

ROOT = Path(__file__).resolve().parent.parent
FEW, MANY = 50, 550
# Sets of origins are hashed with a random seed.
RUNS = 3
# How many times as much tower-http needs, at least.
CASES = [
    ("no-origin", "no Origin", 2),
    ("1", "1 origin", 1.8),
    ("10000", "10,000 origins", 20),
    ("refused", "a refused origin", None),
    ("preflight", "preflight", 1.5),
]


def built():
    command = ["cargo", "bench", "--locked", "-p", "corsac-benches", "--bench", "tower", "--no-run", "--message-format=json"]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    messages = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return next(message["executable"] for message in messages if message.get("executable"))


def instructions(program, case, layer, count):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, "instructions", case, layer, str(count)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    return int(re.search(r"Collected : (\d+)", output)[1])


def one_request(program, case, layer):
    def once():
        return (instructions(program, case, layer, MANY) - instructions(program, case, layer, FEW)) / (MANY - FEW)

    return statistics.median(once() for _ in range(RUNS if layer == "corsac" else 1))


def number(value):
    return f"{value:,.0f}"


def main():
    program = built()
    rows = []
    for case, title, least in CASES:
        made = one_request(program, case, "request")
        none, peer, corsac = (one_request(program, case, layer) - made for layer in ("none", "tower-http", "corsac"))
        budget = {"bounds": "ratio", "at_most": 1 / least, "budget": f"{1 / least:.2f}× or less"} if least else {}
        rows.append(Row(f"{title}: the whole request ({number(none)} without a layer)", corsac, peer, corsac / peer, number, **budget))
        rows.append(Row(f"{title}: what the layer adds", corsac - none, peer - none, (corsac - none) / (peer - none), number))
    print(table(rows))
    written = json.dumps({"stack": "tower", "rows": [row.json() for row in rows]}, indent=2, ensure_ascii=False)
    (ROOT / "target" / "bench-tower.json").write_text(written + "\n")


if __name__ == "__main__":
    main()
