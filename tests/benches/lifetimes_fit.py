"""Times the fits of Python's `lifetimes` on a CSV of ID, frequency, recency, T: one line a model, `name seconds params`.

Usage: lifetimes_fit.py FILE [RUNS]. Needs lifetimes 0.11.3; see clv.rs.
"""

import sys
import time
import warnings

warnings.filterwarnings("ignore")

import pandas
from lifetimes import BetaGeoFitter, ModifiedBetaGeoFitter, ParetoNBDFitter

table = pandas.read_csv(sys.argv[1])
_, x, t_x, tenure = (table[name] for name in table.columns)
runs = int(sys.argv[2]) if len(sys.argv) > 2 else 7


def best(fitter, runs):
    least = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        fitted = fitter(penalizer_coef=0.0).fit(x, t_x, tenure)
        least = min(least, time.perf_counter() - start)
    return least, list(fitted.params_)


for name, fitter, n in [
    ("BG/NBD", BetaGeoFitter, runs),
    ("MBG/NBD", ModifiedBetaGeoFitter, runs),
    ("Pareto/NBD", ParetoNBDFitter, 1),
]:
    try:
        seconds, params = best(fitter, n)
        print(name, f"{seconds:.6f}", *(f"{p:.6f}" for p in params), flush=True)
    except Exception as error:  # a newer scipy may break one of them; the others still count
        print(name, "nan", type(error).__name__, flush=True)
