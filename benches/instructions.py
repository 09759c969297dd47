#!/usr/bin/env python3
"""Counts the instructions that one decision takes, by kind of request: other programs on the machine do not change this figure.

Needs valgrind. The instructions are counted for two numbers of repetitions, so that everything that the program does
apart from deciding cancels out. Sets are hashed with a random seed, so this is done several times, and the median is
printed with the smallest and the largest count. If paths of built benchmarks are given, those are measured side by side,
so that versions can be compared.
"""

import json
import re
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FEW, MANY = 100, 1100
RUNS = 7


def built():
    command = ["cargo", "bench", "--offline", "-p", "corsac", "--bench", "instructions", "--no-run", "--message-format=json"]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    messages = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return next(message["executable"] for message in messages if message.get("executable"))


def instructions(program, kind, repetitions):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, kind, str(repetitions)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    return int(re.search(r"Collected : (\d+)", output)[1])


def one_decision(program, kind):
    few, many = (instructions(program, kind, repetitions) for repetitions in (FEW, MANY))
    return (many - few) / (MANY - FEW)


def main():
    programs = sys.argv[1:] or [built()]
    kinds = subprocess.run([programs[0]], check=True, capture_output=True, text=True).stdout.split()
    for kind in kinds:
        columns = []
        for program in programs:
            counts = [one_decision(program, kind) for _ in range(RUNS)]
            columns.append(f"{statistics.median(counts):9.1f} ({min(counts):.1f} to {max(counts):.1f})")
        print(f"{kind:16} {'   '.join(columns)}", flush=True)


if __name__ == "__main__":
    main()
