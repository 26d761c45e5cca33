#!/usr/bin/env python3
"""Turns a trail that spin replays into a schedule for agx_sim, a table of steps, or a proposition for Coq.

  spin -t -k TRAIL -DTHREADS=2 -DLOCK=NONE … agx_sim.pml | trail.py --threads 2 --lock none --style per-thread
       [--format schedule|table|coq]

A schedule from before (its lines are `THREAD STEP`) is taken, too, and brings its own settings.
"""

import argparse
import re
import sys

# What each step does, in the order of a session, and where the process crashes if it crashes there.
STEPS = {
    "lock": "takes what the strategy locks per session",
    "check": "looks whether the command buffer is marked",
    "mark": "marks the command buffer",
    "set_impl": "sets impl",
    "enter_pipeline": "enters setComputePipelineState:",
    "use_pipeline": "follows impl",
    "enter_dispatch": "enters dispatchThreadgroups:",
    "use_prepare": "follows impl",
    "use_spill": "follows impl",
    "clear_impl": "clears impl",
    "unmark": "waits until nobody is in a call, clears the mark",
    "unlock": "gives back what it locked",
}

SITE_OF_STEP = {"use_pipeline": "pipeline", "use_prepare": "prepare", "use_spill": "spill", "check": "assertion",
                "mark": "second-encoder"}

SITES = {
    "pipeline": "SIGSEGV, read of NULL+0x5c8 in -[AGXG16XFamilyComputeContext setComputePipelineState:]",
    "prepare": "SIGSEGV, read of NULL+0x98 in AGX::ComputeContext<…>::prepareForEnqueue(bool)",
    "spill": "SIGSEGV, write of NULL+0x184 in AGX::SpillInfoGen3<…>::allocateUSCSpillBuffer(…)",
    "assertion": "SIGABRT, 'A command encoder is already encoding to this command buffer'",
    "second-encoder": "two encoders on one command buffer, which the driver does not notice",
}


def read_steps(text):
    """The (thread, step) pairs in what spin prints, or in a schedule."""
    found = re.findall(r"^ *(?:step )?(\d+) ([a-z_]+)$", text, re.MULTILINE)
    return [(int(thread), step) for thread, step in found if step in STEPS]


def read_settings(text):
    """The settings that a schedule begins with."""
    return dict(re.findall(r"--(threads|lock|style) (\S+)", text))


def site_of(steps):
    return SITE_OF_STEP.get(steps[-1][1]) if steps else None


def schedule(steps, threads, lock, style):
    lines = [f"# Ends with: {SITES[site_of(steps)]}", f"--threads {threads} --lock {lock} --style {style}"]
    return "\n".join(lines + [f"{thread} {step}" for thread, step in steps]) + "\n"


def table(steps, threads):
    """Markdown: a column per thread, time going down, and last where it ends."""
    lines = ["| step | " + " | ".join(f"thread {thread}" for thread in range(threads)) + " | what it does |",
             "|---" * (threads + 2) + "|"]
    for number, (thread, step) in enumerate(steps, 1):
        cells = [f"`{step}`" if column == thread else "" for column in range(threads)]
        what = STEPS[step] + (f": **{SITES[site_of(steps)]}**" if number == len(steps) else "")
        lines.append(f"| {number} | " + " | ".join(cells) + f" | {what} |")
    return "\n".join(lines) + "\n"


def coq_strategy(lock):
    return {"none": "no_lock", "per-op": "per_op", "per-stream": "per_stream"}.get(lock, lock)


def coq(steps, lock, style):
    """The proposition that Coq's system makes these steps and crashes there."""
    pairs = "; ".join(f"({thread}, {step})" for thread, step in steps)
    return (f"Goal follows {coq_strategy(lock)} {style.replace('-', '_')} initial at_{site_of(steps)}\n"
            f"  [{pairs}] = true.\nProof. reflexivity. Qed.\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--lock")
    parser.add_argument("--style")
    parser.add_argument("--format", choices=["schedule", "table", "coq"], default="schedule")
    options = parser.parse_args()
    text = sys.stdin.read()
    settings = read_settings(text)
    lock = options.lock or settings.get("lock")
    style = options.style or settings.get("style")
    steps = read_steps(text)
    if not steps or site_of(steps) is None:
        sys.exit("trail.py: no steps on stdin that end at a crash site")
    threads = options.threads or int(settings.get("threads", 1 + max(thread for thread, _ in steps)))
    if options.format == "table":
        sys.stdout.write(table(steps, threads))
        return
    if not lock or not style:
        parser.error("--lock and --style are needed")
    sys.stdout.write(schedule(steps, threads, lock, style) if options.format == "schedule" else
                     coq(steps, lock, style))


if __name__ == "__main__":
    main()
