#!/usr/bin/python3
"""Makes tests/golden/statistics.json anew, from R (by make_golden.R) and from SciPy and statsmodels.

Debian packages: r-base-core r-cran-survival python3-scipy python3-statsmodels. Takes some minutes, which SciPy's
Boschloo needs. Run it from anywhere; the file is written beside the other goldens.
"""

import json
import math
import pathlib
import subprocess

import numpy as np
from scipy import optimize, stats
from statsmodels.stats import proportion

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = HERE.parents[1] / "golden" / "statistics.json"

SIZES = [1, 2, 5, 20, 50]


def counts_for(n):
    return sorted({0, 1, min(2, n), n // 3, n // 2, n - 1, n})


def number(text):
    value = None if text == "NA" else float(text)
    if value is None or math.isnan(value):
        return None
    return "inf" if math.isinf(value) else value


def from_r():
    out = subprocess.run(["Rscript", "--vanilla", str(HERE / "make_golden.R")], check=True, capture_output=True, text=True).stdout
    golden = {}
    for line in out.splitlines():
        name, inputs, outputs = line.split("\t")
        golden.setdefault(name, []).append(
            {"in": [number(x) for x in inputs.split()], "out": [number(x) for x in outputs.split()]})
    return golden


def pairs():
    for n1 in SIZES:
        for n2 in (1, 5, 20, 100):
            for k1 in counts_for(n1):
                for k2 in counts_for(n2):
                    yield k1, n1, k2, n2


def newcombe():
    for k1, n1, k2, n2 in pairs():
        low, high = proportion.confint_proportions_2indep(k1, n1, k2, n2, method="newcomb", compare="diff")
        yield {"in": [k1, n1, k2, n2], "out": [low, high]}


def jeffreys():
    # The quantiles only: the ends at no and all counted are a convention.
    for n in SIZES + [1000]:
        for k in counts_for(n):
            low, high = stats.beta.ppf([0.025, 0.975], k + 0.5, n - k + 0.5)
            yield {"in": [k, n], "out": [0.0 if k == 0 else low, 1.0 if k == n else high]}


def koopman():
    """statsmodels' score test of a ratio, inverted to full precision."""
    limit = stats.norm.ppf(0.975) ** 2

    def excess(log_ratio, k1, n1, k2, n2):
        ratio = math.exp(log_ratio)
        with np.errstate(all="ignore"):
            result = proportion.score_test_proportions_2indep(k1, n1, k2, n2, value=ratio, compare="ratio", correction=False)
        return float(result.statistic) ** 2 - limit

    for k1, n1, k2, n2 in pairs():
        if k1 == 0 and k2 == 0:
            continue
        inside = math.log(max(k1, 0.5) / n1 * n2 / max(k2, 0.5))
        args = (k1, n1, k2, n2)
        low, high = 0.0, math.inf
        try:
            if k1 > 0:
                start = inside if k2 > 0 else 30.0
                low = math.exp(optimize.brentq(excess, -30.0, start, args=args, xtol=1e-14, rtol=1e-14))
            if k2 > 0:
                start = inside if k1 > 0 else -30.0
                high = math.exp(optimize.brentq(excess, start, 30.0, args=args, xtol=1e-14, rtol=1e-14))
        except ValueError:
            # At k = n on both sides statsmodels' fitted rates are 0/0 near 1; such tables are left out.
            continue
        yield {"in": list(args), "out": [low, "inf" if math.isinf(high) else high]}


def boschloo():
    tables = [t for t in pairs() if t[1] in (1, 5, 20, 50) and t[3] in (1, 5, 20, 100) and 0 < t[0] + t[2] < t[1] + t[3]]
    tables += [(30, 200, 55, 200), (0, 200, 6, 200), (100, 200, 120, 200), (4, 20, 0, 20), (5, 20, 0, 20), (11, 20, 0, 20),
               (3, 5, 0, 5), (7, 12, 1, 14)]
    for k1, n1, k2, n2 in tables:
        table = [[k1, k2], [n1 - k1, n2 - k2]]
        out = [stats.boschloo_exact(table, alternative=a, n=128).pvalue for a in ("less", "greater", "two-sided")]
        yield {"in": [k1, n1, k2, n2], "out": [float(x) for x in out]}


def main():
    golden = from_r()
    golden["newcombe"] = list(newcombe())
    golden["jeffreys"] = list(jeffreys())
    golden["koopman"] = list(koopman())
    golden["boschloo"] = list(boschloo())
    lines = []
    for name in sorted(golden):
        rows = ",\n    ".join(json.dumps(row) for row in golden[name])
        lines.append(f'  "{name}": [\n    {rows}\n  ]')
    GOLDEN.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{GOLDEN}: " + ", ".join(f"{len(rows)} {name}" for name, rows in sorted(golden.items())))


if __name__ == "__main__":
    main()
