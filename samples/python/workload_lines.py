"""Settings from the command line, threads that start together, and results as lines of stdout.

What the Python workloads here share. Nothing of a framework is imported: `--help` and `--check-arguments`
work where none is installed.
"""

import argparse
import json
import sys
import threading
import time
from typing import Callable, List, Optional


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """A type for argparse: a whole number within the two, both included."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{value} is not within {least} and {most}")
        return value

    return parse


def settings_parser(description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=description,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--threads", type=whole_number(1, 256), default=8, help="threads that work together")
    parser.add_argument(
        "--check-arguments",
        action="store_true",
        help="say what was understood, as JSON, and do nothing else",
    )
    return parser


def read_settings(parser: argparse.ArgumentParser, argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Ends the program after --help, --check-arguments (status 0) and wrong usage (status 2)."""
    settings = parser.parse_args(argv)
    if settings.check_arguments:
        known = {name: value for name, value in vars(settings).items() if name != "check_arguments"}
        print(json.dumps(known, sort_keys=True))
        sys.exit(0)
    return settings


def say(facts: dict) -> None:
    # Flushed, since the next instruction may be the last.
    print(json.dumps({"faultline": facts}), flush=True)


def phase(name: str) -> None:
    say({"phase": name})


def metric(name: str, value: float) -> None:
    say({"metric": name, "value": round(value, 3)})


def results(ok: int, of: int) -> None:
    say({"ok": ok, "of": of})


def complete() -> None:
    print("complete", flush=True)


def missing(module: str) -> None:
    """Ends the program with status 3: what it needs is not there."""
    print(f"this workload needs {module}, which cannot be used here", file=sys.stderr)
    sys.exit(3)


class Lock:
    """A mutex, or nothing at all, in a `with` statement."""

    def __init__(self, kind: str) -> None:
        self._mutex = threading.Lock() if kind == "global" else None

    def __enter__(self) -> None:
        if self._mutex is not None:
            self._mutex.acquire()

    def __exit__(self, *_: object) -> None:
        if self._mutex is not None:
            self._mutex.release()


def run_threads(count: int, work: Callable[[int], int]) -> "tuple[int, float]":
    """Runs work(0) to work(count - 1) in threads that begin together.

    Gives back the sum of what they returned and the seconds from their start to the end of the last one.
    The first exception of a thread is raised again here, so that it cannot pass for success.
    """
    gate = threading.Barrier(count + 1)
    sums = [0] * count
    errors: "list[BaseException]" = []

    def run(index: int) -> None:
        gate.wait()
        try:
            sums[index] = work(index)
        except BaseException as error:  # pylint: disable=broad-except
            errors.append(error)

    threads = [threading.Thread(target=run, args=(index,), name=f"worker-{index}") for index in range(count)]
    for thread in threads:
        thread.start()
    gate.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    if errors:
        raise errors[0]
    return sum(sums), max(seconds, 1e-9)
