#!/usr/bin/env python3
"""Has spin search agx_sim.pml for each number of threads, strategy, style and site, and compares what it
finds with predictions.csv and schedules/.

  check_spin.py [--model FILE] [--threads 2,3,4] [--lock none,global] [--style shared] [--tables] [--update]

Searches breadth first, without reduction and without hashing states away, so that a counterexample is a
shortest one and "unreachable" means that every state was visited. Exit status: 0 where all is as predicted,
1 where not, 2 for wrong usage or a tool that is missing.
"""

import argparse
import csv
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import trail

HERE = pathlib.Path(__file__).resolve().parent
STYLES = ["per-thread", "shared"]
LOCKS = ["none", "per-op", "per-stream", "rwlock", "global"]
SITES = list(trail.SITES)
# A bound that is reached is never passed over: spin says so in one of these ways.
CUT_SIGNS = ["max search depth too small", "out of memory", "search not completed", "hash-compact",
             "bit statespace"]


def macro(word):
    return {"second-encoder": "SECOND"}.get(word, word.upper().replace("-", "_"))


def definitions(threads, lock, style, site):
    return [f"-DTHREADS={threads}", f"-DLOCK={macro(lock)}", f"-DSTYLE={macro(style)}", f"-DWATCH={macro(site)}"]


def must_run(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def number(pattern, text):
    found = re.search(pattern, text)
    return int(found.group(1)) if found else 0


def judge(output, site, ends_at):
    """What spin's output says about a site, where its counterexample, if any, ends at `ends_at`."""
    if "invalid end state" in output.split("Full statespace search")[0]:
        return "deadlock"
    if number(r"errors: (\d+)", output) > 0:
        return "reachable" if ends_at == site else "unexpected"
    complete = "Full statespace search for:" in output and "errors: 0" in output
    return "unreachable" if complete and not any(sign in output.lower() for sign in CUT_SIGNS) else "cut"


class Search:
    """One search: `verdict` is reachable, unreachable, deadlock, or cut where a bound ended it before all
    states were visited; `steps` are the counterexample's."""

    def __init__(self, model, threads, lock, style, site):
        self.threads, self.lock, self.style, self.site = threads, lock, style, site
        self.steps = []
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            defined = definitions(threads, lock, style, site)
            must_run(["spin", "-a", *defined, str(model)], folder)
            must_run(["gcc", "-O0", "-w", "-DSAFETY", "-DBFS", "-DNOREDUCE", "-o", "pan", "pan.c"], folder)
            self.output = must_run(["./pan"], folder)
            trails = list(pathlib.Path(folder).glob("*.trail"))
            if trails:
                replayed = subprocess.run(["spin", "-t", "-k", trails[0].name, *defined, str(model)], cwd=folder,
                                      capture_output=True, text=True, check=False).stdout
                self.steps = trail.read_steps(replayed)
        self.seconds = time.monotonic() - began
        self.states = number(r"(\d+) states, stored", self.output)
        self.transitions = number(r"(\d+) transitions", self.output)
        self.verdict = judge(self.output, self.site, trail.site_of(self.steps))

    def line(self):
        steps = f"in {len(self.steps)} steps" if self.verdict == "reachable" else ""
        return (f"{self.threads} threads  {self.style:<10}  {self.lock:<10}  {self.site:<14}  "
                f"{self.verdict:<11}  {steps:<11}  {self.states:>6} states  {self.transitions:>6} transitions  "
                f"{self.seconds:.1f} s")


def read_predictions(file):
    with open(file, encoding="utf-8", newline="") as lines:
        return {(row["style"], row["lock"], row["site"]): row for row in csv.DictReader(lines)}


def prediction_of(search):
    return {"style": search.style, "lock": search.lock, "site": search.site, "prediction": search.verdict,
            "steps": str(len(search.steps)) if search.verdict == "reachable" else ""}


def schedule_file(search):
    return HERE / "schedules" / f"{search.lock}-{search.site}.schedule"


def is_replayable(search):
    """Two threads are enough for each; a second encoder that the driver does not notice is no crash."""
    return search.verdict == "reachable" and search.threads == 2 and search.site != "second-encoder"


def own_schedule(search):
    return trail.schedule(search.steps, search.threads, search.lock, search.style)


def differences(search, predictions):
    found = prediction_of(search)
    predicted = predictions.get((search.style, search.lock, search.site))
    if found != predicted:
        yield f"{search.line()}\n  predicted: {predicted}"
    if is_replayable(search) and predicted:
        file = schedule_file(search)
        if not file.is_file() or file.read_text(encoding="utf-8") != own_schedule(search):
            yield f"{file.name} is not the shortest counterexample that spin finds"


def update(searches):
    """Writes what was found with two threads as the new predictions and schedules."""
    two = [search for search in searches if search.threads == 2]
    with open(HERE / "predictions.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["style", "lock", "site", "prediction", "steps"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(prediction_of(search) for search in two)
    (HERE / "schedules").mkdir(exist_ok=True)
    for search in filter(is_replayable, two):
        schedule_file(search).write_text(own_schedule(search), encoding="utf-8")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, default=HERE / "agx_sim.pml")
    parser.add_argument("--threads", default="2,3,4")
    parser.add_argument("--lock", default=",".join(LOCKS))
    parser.add_argument("--style", default=",".join(STYLES))
    parser.add_argument("--tables", action="store_true", help="print each shortest counterexample step by step")
    parser.add_argument("--update", action="store_true", help="write predictions.csv and schedules/ anew")
    options = parser.parse_args()
    for tool in ["spin", "gcc"]:
        if shutil.which(tool) is None:
            parser.error(f"{tool} is not installed")
    return options


def main():
    options = parse_arguments()
    print(subprocess.run(["spin", "-V"], capture_output=True, text=True, check=False).stdout.strip())
    predictions = {} if options.update else read_predictions(HERE / "predictions.csv")
    searches, wrong = [], []
    for threads in map(int, options.threads.split(",")):
        for style in options.style.split(","):
            for lock in options.lock.split(","):
                for site in SITES:
                    search = Search(options.model.resolve(), threads, lock, style, site)
                    print(search.line(), flush=True)
                    if options.tables and search.verdict == "reachable":
                        print("\n" + trail.table(search.steps, threads))
                    searches.append(search)
                    if not options.update:
                        wrong += differences(search, predictions)
    if options.update:
        update(searches)
    for difference in wrong:
        print(f"not as predicted: {difference}")
    states = sum(search.states for search in searches)
    print(f"{len(searches)} searches, {states} states, {len(wrong)} not as predicted")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
