#!/usr/bin/env python3
"""Whole-process times of the questions that people ask of a large store.

    benchmarks/time_questions.py FAULTLINE STORE [--repeats N]

STORE comes from `store_maker`. Each question is a command of its own, from start to exit, with its output read; the
median and the greatest of the repeats are printed, after one run that warms the page cache, and the median of the
processor time: on a machine that is busy with other things only that means much. Nothing is asserted: how fast is
fast enough depends on the machine.
"""
import argparse
import json
import os
import resource
import statistics
import subprocess
import time

FAST = 150
WIDE = 1000


def questions(ask):
    """Pairs of what is wanted (ms) and the command."""
    sites = json.loads(ask("sites", "--format", "json"))["rows"]
    key = sites[len(sites) // 2]["key"]
    build = sites[0]["os_builds"][0]
    last = json.loads(ask("list", "runs", "--last", "1", "--format", "json"))["rows"][0]["run"]
    return [
        (FAST, ["rates", "--by", "threads,lock"]),
        (FAST, ["rates", "--by", "threads", "--pivot", "lock"]),
        (FAST, ["rates", "--by", "threads,lock", "--where", f"os_build={build}"]),
        (FAST, ["rates", "--by", "threads,lock", "--where", "threads=8"]),
        (FAST, ["rates", "--by", "threads,lock", "--count", "bad"]),
        (FAST, ["sites"]),
        (FAST, ["sites", "--where", f"os_build={build}"]),
        (FAST, ["sites", "--where", "lock=none"]),
        (FAST, ["sites", "--family"]),
        (FAST, ["rates", "--by", "os_build", "--count", f"site={key}"]),
        (FAST, ["rates", "--by", "os_build", "--count", f"site={key}", "--where", "threads=8 and lock=none"]),
        (FAST, ["rates", "--by", "threads", "--count", "site~function_7", "--where", "date>=2025-06-01"]),
        (FAST, ["rates", "--by", "lock", "--first-crash", "threads"]),
        (FAST, ["compare", "lock=none", "lock=global", "--where", f"run={last} and threads=8"]),
        (WIDE, ["rates", "--by", "date,host,workload,os_build,agx_version,threads,lock,phase"]),
        (WIDE, ["rates", "--by", "run,cell,phase", "--count", "not site~function_7"]),
        (WIDE, ["trend", "--where", "threads=8"]),
        (None, ["metrics", "ops_per_second", "--by", "threads,lock", "--where", f"run={last}"]),
        (None, ["survival", "--by", "threads", "--where", f"run={last}"]),
    ]


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faultline")
    parser.add_argument("store")
    parser.add_argument("--repeats", type=int, default=9)
    options = parser.parse_args()

    def ask(*words):
        done = subprocess.run([options.faultline, *words, "--db", options.store], check=True, capture_output=True, text=True)
        return done.stdout

    asked = questions(ask)
    counts = json.loads(ask("rates", "--format", "json"))["rows"][0]
    print(f"{counts['trials']:,} trials, {counts['crashed']:,} crashed; {os.path.getsize(options.store) / 2**20:,.0f} MiB; "
          f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print("| median ms | greatest ms | cpu ms | wanted ms | command |\n| ---: | ---: | ---: | ---: | --- |")
    for wanted, words in asked:
        ask(*words)
        times, cpu = [], []
        for _ in range(options.repeats):
            start, cpu_start = time.perf_counter(), cpu_seconds()
            ask(*words)
            times.append((time.perf_counter() - start) * 1000)
            cpu.append((cpu_seconds() - cpu_start) * 1000)
        median = statistics.median(times)
        said = "" if wanted is None else f"< {wanted}{'' if median < wanted else ' MISSED'}"
        shown = " ".join(f"'{word}'" if any(c in word for c in " ~<>") else word for word in words)
        print(f"| {median:.0f} | {max(times):.0f} | {statistics.median(cpu):.0f} | {said} | `faultline {shown}` |", flush=True)


if __name__ == "__main__":
    main()
