#!/usr/bin/env python3
"""The layer for tower against tower-http's: the instructions of one request.

A request is served as hyper-util serves it, and the response is dropped. The instructions that make the request do not
count.
"""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from measure import ROOT, benchmark, each, finish, instructions, progress, quick, row  # noqa: E402

CASES = {"no-origin": "no Origin", "1": "1 origin", "10000": "10,000 origins", "refused": "a refused origin", "preflight": "a preflight"}
# Sets of origins are hashed with a random seed.
RUNS = 1 if quick() else 3


def main():
    program = benchmark("corsac-benches", "tower")
    count = lambda case, layer, runs=1: each(instructions, program, case, layer, few=50, many=550, runs=runs)  # noqa: E731
    rows = []
    for case, title in CASES.items():
        progress(title)
        made, none, peer = (count(case, layer).median for layer in ("request", "none", "tower-http"))
        corsac = count(case, "corsac", RUNS).median
        rows.append(row(f"{title}: the whole request", "instructions", corsac - made, peer - made, "tower-http"))
        rows.append(row(f"{title}: what the layer adds", "instructions", corsac - none, peer - none, "tower-http"))
    lock = (ROOT / "Cargo.lock").read_text()
    version = lambda name: re.search(rf'name = "{name}"\nversion = "([^"]*)"', lock)[1]  # noqa: E731
    finish(rows, {name: version(name) for name in ("axum", "tower-http")})


if __name__ == "__main__":
    main()
