#!/usr/bin/env python3
"""Has coqc check the proofs in coq/, prints what each rests on, and has it make the steps of each schedule.

  check_coq.py [--folder FOLDER]     another folder with the same files

Exit status: 0 where every theorem is proven without axioms and every schedule ends as its name says, 1 where
not, 2 for wrong usage or where coqc is missing.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import trail

HERE = pathlib.Path(__file__).resolve().parent
# In the order in which they need each other, with the theorems that each must state and print.
THEOREMS = {
    "System": [],
    "Race": ["race_exists", "two_encoders_exist"],
    "Fixed": ["global_mutex_prevents_race"],
    "PerStreamMutex": ["per_stream_insufficient"],
    "PerOpMutex": ["per_operation_insufficient"],
    "RWLock": ["rwlock_insufficient"],
}
CLOSED = "Closed under the global context"


def compile_file(name, folder):
    """What coqc says about a file, whether it took it, and how long that lasted."""
    began = time.monotonic()
    done = subprocess.run(["coqc", "-q", "-Q", ".", "Models", f"{name}.v"], cwd=folder, capture_output=True,
                          text=True, check=False)
    return done.stdout + done.stderr, done.returncode == 0, time.monotonic() - began


def check_file(name, folder):
    """Prints what became of a file; gives what is wrong with it."""
    output, accepted, seconds = compile_file(name, folder)
    print(f"{name}.v  {'accepted' if accepted else 'rejected'}  {seconds:.1f} s", flush=True)
    if not accepted:
        print(output)
        return [f"{name}.v is not accepted"]
    theorems = THEOREMS[name]
    printed = re.findall(r"^Print Assumptions (\w+)\.", (folder / f"{name}.v").read_text(encoding="utf-8"),
                         re.MULTILINE)
    answers = output.strip().splitlines()
    for theorem, answer in zip(printed, answers):
        print(f"  {theorem}: {answer}")
    if printed == theorems and answers == [CLOSED] * len(theorems):
        return []
    return [f"{name}.v does not prove {', '.join(theorems)} without axioms"]


def check_schedules(folder):
    """Coq makes the steps of the counterexamples that spin found, and has to end where they end."""
    files = sorted((HERE / "schedules").glob("*.schedule"))
    lines = ["From Models Require Import System.", "From Coq Require Import List.", "Import ListNotations.", ""]
    for file in files:
        text = file.read_text(encoding="utf-8")
        settings = trail.read_settings(text)
        lines.append(trail.coq(trail.read_steps(text), settings["lock"], settings["style"]))
    (folder / "Schedules.v").write_text("\n".join(lines), encoding="utf-8")
    output, accepted, seconds = compile_file("Schedules", folder)
    print(f"{len(files)} counterexamples of spin  {'followed' if accepted else 'not followed'}  {seconds:.1f} s")
    if accepted and files:
        return []
    print(output)
    return ["Coq's system does not follow spin's counterexamples"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=pathlib.Path, default=HERE / "coq")
    options = parser.parse_args()
    if shutil.which("coqc") is None:
        parser.error("coqc is not installed")
    print(subprocess.run(["coqc", "--version"], capture_output=True, text=True, check=False).stdout.splitlines()[0])
    wrong = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for theory in THEOREMS:
            shutil.copy(options.folder / f"{theory}.v", folder)
            wrong += check_file(theory, folder)
            if wrong:
                break
        if not wrong:
            wrong += check_schedules(folder)
    for line in wrong:
        print(f"not as claimed: {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
