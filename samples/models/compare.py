#!/usr/bin/env python3
"""Sets what the models predict beside what a campaign measured: a Markdown table.

  faultline rates --by workload,lock --where "threads>1" --format json | compare.py
  faultline rates --by workload,lock --where "threads>1" --count "site~prepareForEnqueue" --format json |
      compare.py --site prepare

Rows are matched by `lock` and by `style`, or by a workload whose name ends with the style, as in
campaigns/agx-race.toml. A prediction says whether a crash can happen, and nothing about how often. Exit status:
0, or 1 where something was measured that cannot happen, 2 for input that cannot be matched.
"""

import argparse
import csv
import decimal
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
CRASH_SITES = ["pipeline", "prepare", "spill", "assertion"]


def read_predictions():
    """The steps of the shortest counterexample, by style, lock and site; None where there is none."""
    with open(HERE / "predictions.csv", encoding="utf-8", newline="") as file:
        return {(row["style"], row["lock"], row["site"]): int(row["steps"]) if row["steps"] else None
                for row in csv.DictReader(file)}


def style_of(row):
    for style in ["per-thread", "shared"]:
        if row.get("style") == style or str(row.get("workload", "")).endswith(f"-{style}"):
            return style
    return None


def percent(ratio, rounding):
    """As Faultline writes it: no decimals between 10 % and 90 %, one beyond, none for 0 and 100."""
    value = decimal.Decimal(repr(ratio)) * 100
    if value == value.to_integral_value() or 10 <= value <= 90:
        return f"{value.quantize(decimal.Decimal(1), rounding)} %"
    return f"{value.quantize(decimal.Decimal('0.1'), rounding)} %"


def verdict(possible, counted):
    if counted == 0:
        return "possible, not seen" if possible else "consistent"
    return "consistent" if possible else "**contradicted**"


def predicted(predictions, style, lock, sites):
    steps = {site: predictions[style, lock, site] for site in sites if predictions[style, lock, site]}
    if not steps:
        return False, "impossible"
    return True, "possible: " + ", ".join(f"{site} in {count} steps" for site, count in steps.items())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--site", choices=CRASH_SITES, help="what was counted is this site alone")
    options = parser.parse_args()
    sites = [options.site] if options.site else CRASH_SITES
    predictions = read_predictions()
    rates = json.load(sys.stdin)
    rows = rates["rows"]
    unmatched = [row for row in rows if (style_of(row), row.get("lock"), sites[0]) not in predictions]
    if unmatched or not rows:
        print(f"compare.py: no prediction for {unmatched or 'an empty table'}", file=sys.stderr)
        return 2
    print(f"| style | lock | predicted | measured | {percent(rates['level'], decimal.ROUND_HALF_UP)} interval "
          f"({rates['method']}) | verdict |\n|---|---|---|---:|---|---|")
    contradicted = False
    for row in rows:
        possible, text = predicted(predictions, style_of(row), row["lock"], sites)
        judged = verdict(possible, row["counted"])
        contradicted |= "contradicted" in judged
        interval = f"[{percent(row['low'], decimal.ROUND_FLOOR)}, {percent(row['high'], decimal.ROUND_CEILING)}]"
        print(f"| {style_of(row)} | {row['lock']} | {text} | {row['counted']} of {row['trials']} | {interval} "
              f"| {judged} |")
    return 1 if contradicted else 0


if __name__ == "__main__":
    sys.exit(main())
