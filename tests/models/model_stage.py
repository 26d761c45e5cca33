"""What the tests of the models have in common: when they are skipped, and how a planted mistake is made."""

import os
import pathlib
import shutil
import subprocess
import sys
import unittest

MODELS = pathlib.Path(__file__).resolve().parent.parent.parent / "samples" / "models"
SKIPPED = 77  # What ctest takes for a skipped test.


def run_script(name, *arguments, text=None):
    """Runs one of the scripts, shows what it prints, and gives the finished process."""
    command = [sys.executable, "-B", str(MODELS / name), *map(str, arguments)]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    print(done.stdout + done.stderr, flush=True)
    return done


def plant(source, target, old, new):
    """Writes `source` to `target` with `old` replaced; the planted place has to be there exactly once."""
    text = source.read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise AssertionError(f"{old!r} is {text.count(old)} times in {source.name}, not once")
    target.write_text(text.replace(old, new), encoding="utf-8")


def main(*tools):
    """Runs the tests of the calling program, or says why not."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    reason = None
    if tools and os.environ.get("CI"):
        reason = "CI is set, and the models are never checked there"
    elif missing:
        reason = f"{' and '.join(missing)} not found: script/bootstrap --tests installs what is needed"
    if reason:
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
