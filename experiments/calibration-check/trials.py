"""Trials of intervals whose truth is known: exact over every count, or simulated."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from riskmodel.assessments import FactorCounts
from riskmodel.explanations import count_from_sample
from riskmodel.factors import proportion_estimate
from riskmodel.factors.associations import associations
from riskmodel.factors.comparison import change_between

Trial = Iterator[tuple[str, str, float, float]]
"""Interval, design, how often the truth was held, and the mean width."""

_RATES = (0.02, 0.05, 0.1, 0.28, 0.5)
_SIZES = (10, 30, 100, 600)
_TABLES = ((1000, 0.3, 0.2, 1.5), (2250, 0.1, 0.25, 1.0), (300, 0.15, 0.1, 2.0))
"""Assessments, share with the factor, share of plans without it, risk ratio."""
MODELS = ((400, -1.2), (1500, -1.2), (400, -2.6))
"""Assessments, and the intercept: about a quarter of plans, or about one in ten."""
ODDS = (1.0, -0.6, 0.4)
PRESENT = (0.15, 0.3, 0.5)
RESAMPLES = 200
SPREAD_OF_RATES = (12.0, 25.0)
"""The Beta from which rates of factors are drawn: about a third, as those printed are spread."""
FACTORS_IN_ALL, PRINTED = 34, 10
"""As in the report's chart."""


def proportions(random: np.random.Generator, replicates: int) -> Trial:
    """Jeffreys', Wilson's and the package's own choice: exactly, over every possible count."""
    from scipy.stats import binom

    for size in _SIZES:
        for method in ("jeffreys", "wilson", "auto"):
            ends = [proportion_estimate(k, size, method=method) for k in range(size + 1)]
            low, high = (np.array([getattr(one, end) for one in ends]) for end in ("low", "high"))
            for rate in _RATES:
                weight = binom.pmf(np.arange(size + 1), size, rate)
                held = (low <= rate) & (rate <= high)
                design = f"{size} trials at {rate:g}"
                yield (
                    f"proportion, {method}",
                    design,
                    float(weight @ held),
                    float(weight @ (high - low)),
                )


def samples(random: np.random.Generator, replicates: int) -> Trial:
    """A count on a list from a sample of it: exactly, over every possible sample."""
    from scipy.stats import hypergeom

    listed, sampled = 630, 18
    found = [count_from_sample(k, sampled, listed) for k in range(sampled + 1)]
    for kind in ("posterior", "exact"):
        low, high = (
            np.array([getattr(getattr(one, kind), end) for one in found]) for end in ("low", "high")
        )
        for share in (0.05, 0.22, 0.5):
            number = round(share * listed)
            weight = hypergeom.pmf(np.arange(sampled + 1), listed, number, sampled)
            held = (low <= number) & (number <= high)
            design = f"{sampled} of {listed}, {number} of the kind"
            yield (
                f"count on a list, {kind}",
                design,
                float(weight @ held),
                float(weight @ (high - low)),
            )


def two_by_two(random: np.random.Generator, replicates: int) -> Trial:
    """Risk difference, risk ratio, odds ratio and crude attributable fraction."""
    for total, share, base, ratio in _TABLES:
        truths = _crude_truths(share, base, ratio)
        design = f"{total} assessments, {share:g} with the factor, {base:g} a plan, ratio {ratio:g}"
        held = {name: _Held() for name in truths}
        for _ in range(replicates):
            cells = random.multinomial(
                total,
                (
                    share * base * ratio,
                    share * (1 - base * ratio),
                    (1 - share) * base,
                    (1 - share) * (1 - base),
                ),
            )
            k1, n1, plans = int(cells[0]), int(cells[0] + cells[1]), int(cells[0] + cells[2])
            counts = FactorCounts.from_rows(
                [("child_neglect", n1, k1)], total_plans=plans, total_assessments=total
            )
            for name, estimates in associations(counts).estimates.items():
                held[name].add(estimates[0].low, truths[name], estimates[0].high)
        for name, one in held.items():
            yield f"{name.replace('_', ' ')}, crude", design, one.share, one.width


def _crude_truths(share: float, base: float, ratio: float) -> dict[str, float]:
    with_it = base * ratio
    rate = share * with_it + (1 - share) * base
    return {
        "risk_difference": with_it - base,
        "risk_ratio": ratio,
        "odds_ratio": with_it / (1 - with_it) / (base / (1 - base)),
        "attributable_fraction": 1 - base / rate,
    }


def changes(random: np.random.Generator, replicates: int) -> Trial:
    """The change of a conversion rate between two years."""
    for (n0, p0), (n1, p1) in (((100, 0.2), (120, 0.3)), ((600, 0.28), (650, 0.28))):
        held = _Held()
        for k0, k1 in zip(
            random.binomial(n0, p0, replicates).tolist(),
            random.binomial(n1, p1, replicates).tolist(),
            strict=True,
        ):
            before, after = (
                FactorCounts.from_rows([("child_neglect", n, k)], total_plans=k)
                for n, k in ((n0, k0), (n1, k1))
            )
            row = change_between(before, after).iloc[0]
            held.add(float(row["low"]), p1 - p0, float(row["high"]))
        yield "change of a rate", f"{n0} at {p0:g}, then {n1} at {p1:g}", held.share, held.width


def ranks(random: np.random.Generator, replicates: int) -> Trial:
    """The 95% interval of a factor's rank by conversion rate, all factors of the published size."""
    from riskmodel.factors.membership import rank_probabilities
    from riskmodel.published import factor_counts

    counts = factor_counts()
    truth = counts.plans / counts.assessments
    place = np.argsort(np.argsort(-truth)) + 1
    held = [_Held() for _ in counts.factors]
    for _ in range(max(20, replicates // 10)):
        plans = random.binomial(counts.assessments, truth)
        drawn = FactorCounts.from_rows(
            list(zip(counts.factors, counts.assessments.tolist(), plans.tolist(), strict=True)),
            total_plans=max(counts.total_plans, int(plans.max())),
        )
        found = rank_probabilities(drawn, random, draws=1000)
        for one, low, true, high in zip(
            held, found["rank_low"], place, found["rank_high"], strict=True
        ):
            one.add(low, true, high)
    yield (
        "rank by conversion rate",
        "the ten printed factors",
        float(np.mean([one.share for one in held])),
        float(np.mean([one.width for one in held])),
    )


def adjusted(random: np.random.Generator, replicates: int) -> Trial:
    """Everything that the adjusted association prints, by the delta method."""
    yield from _adjusted(random, MODELS, max(20, replicates // 4), "adjusted")


def bootstrapped(random: np.random.Generator, replicates: int) -> Trial:
    """The same measures with the percentile intervals of the bootstrap."""
    tables = max(4, replicates // 20)
    yield from _adjusted(random, MODELS[:2], tables, "bootstrap", resamples=RESAMPLES)


def _adjusted(
    random: np.random.Generator,
    models: Sequence[tuple[int, float]],
    tables: int,
    kind: str,
    *,
    resamples: int = 0,
) -> Trial:
    from riskmodel.factors.adjusted.impact import measure_impact
    from riskmodel.factors.adjusted.patterns import pattern_counts

    names = tuple("abc")
    for rows, intercept in models:
        truths = adjusted_truths(intercept)
        held: dict[tuple[str, str], _Held] = {}
        for number in range(tables):
            flags = random.random((rows, 3)) < np.array(PRESENT)
            linear = intercept + flags @ np.array(ODDS)
            plan = random.random(rows) < 1 / (1 + np.exp(-linear))
            patterns = pattern_counts(names, plan, flags.T, basis="assumed")
            found = measure_impact(patterns, resamples=resamples, seed=number).to_frame()
            for row in found.to_dict("records"):
                key = (row["measure"], row["factor"])
                is_of_kind = not resamples or str(row["method"]).startswith("bootstrap")
                if key in truths and is_of_kind:
                    held.setdefault(key, _Held()).add(row["low"], truths[key], row["high"])
        design = f"{rows} assessments, {'a quarter' if intercept > -2 else 'one in ten'} plans"
        for measure_name in dict.fromkeys(key[0] for key in held):
            mine = [one for key, one in held.items() if key[0] == measure_name]
            yield (
                f"{measure_name.removeprefix('adjusted_').replace('_', ' ')}, {kind}",
                design,
                float(np.mean([one.share for one in mine])),
                float(np.mean([one.width for one in mine])),
            )


def shrunken(random: np.random.Generator, replicates: int) -> Trial:
    """Rates drawn towards each other, and those of factors of which only a side is printed.

    Rates are drawn from a Beta, as the method assumes; the factors with most assessments are
    printed with their counts, of the others the side of the cut. The method reads that as the side
    of the true rate; a chart that is drawn from counts prints the side of the count.
    """
    design = f"{FACTORS_IN_ALL} factors, {PRINTED} of them with counts"
    printed, others = _Held(), {"true side printed": _Held(), "side of its count printed": _Held()}
    for _ in range(max(10, replicates // 10)):
        sizes = np.rint(np.geomspace(600, 30, FACTORS_IN_ALL)).astype(int)
        truth = random.beta(*SPREAD_OF_RATES, len(sizes))
        plans = random.binomial(sizes, truth)
        cut = SPREAD_OF_RATES[0] / sum(SPREAD_OF_RATES)
        by_count = plans > cut * sizes
        if len(set(by_count[:PRINTED].tolist())) < 2:
            # No cut can be found between the printed ones; nobody would print such a chart.
            continue
        for (kind, held), above in zip(others.items(), (truth > cut, by_count), strict=True):
            known = np.where(np.arange(len(sizes)) < PRINTED, by_count, above)
            for place, low, high in _shrunken(sizes, plans, known):
                if place >= PRINTED:
                    held.add(low, truth[place], high)
                elif kind == "true side printed":
                    printed.add(low, truth[place], high)
    yield "shrunken rate, printed", design, printed.share, printed.width
    for kind, held in others.items():
        yield f"shrunken rate, {kind}", design, held.share, held.width


def _shrunken(
    sizes: np.ndarray, plans: np.ndarray, above: np.ndarray
) -> Iterator[tuple[int, float, float]]:
    from riskmodel.factors.comparison import shrunken_conversions
    from riskmodel.vocabulary import FACTORS

    names = [factor.name for factor in FACTORS[: len(sizes)]]
    rows = list(zip(names, sizes.tolist(), plans.tolist(), strict=True))[:PRINTED]
    counts = FactorCounts.from_rows(rows, total_plans=int(plans.max()))
    sides = [("high", "high" if each else "low") for each in above]
    found = shrunken_conversions(counts, dict(zip(names, sides, strict=True)))
    for name, low, high in zip(found["factor"], found["low"], found["high"], strict=True):
        yield names.index(name), float(low), float(high)


def adjusted_truths(intercept: float) -> dict[tuple[str, str], float]:
    """Population values of the adjusted measures, over the eight combinations of factors."""
    cells = np.array([[(n >> k) & 1 for k in range(3)] for n in range(8)], dtype=float)
    present = np.array(PRESENT)
    weight = np.prod(np.where(cells > 0, present, 1 - present), axis=1)
    odds = np.array(ODDS)

    def risk(flags: np.ndarray) -> float:
        return float(weight @ (1 / (1 + np.exp(-(intercept + flags @ odds)))))

    rate = risk(cells)
    truths: dict[tuple[str, str], float] = {}
    for k, name in enumerate("abc"):
        on, off = cells.copy(), cells.copy()
        on[:, k], off[:, k] = 1, 0
        truths["adjusted_odds_ratio", name] = math.exp(ODDS[k])
        truths["adjusted_risk_difference", name] = risk(on) - risk(off)
        truths["adjusted_risk_ratio", name] = risk(on) / risk(off)
        truths["attributable_fraction_alone", name] = 1 - risk(off) / rate
        first, then = cells.copy(), cells.copy()
        first[:, :k], then[:, : k + 1] = 0, 0
        truths["attributable_fraction_sequential", name] = (risk(first) - risk(then)) / rate
        truths["attributable_fraction_average", name] = _average(cells, k, risk) / rate
    truths["attributable_fraction_joint", "all"] = 1 - risk(np.zeros_like(cells)) / rate
    return truths


def _average(cells: np.ndarray, k: int, risk: Callable[[np.ndarray], float]) -> float:
    """Mean fall of the risk when factor k is set to none, over the orders of setting them."""
    total = 0.0
    others = [j for j in range(3) if j != k]
    for before, weight in (
        ((), 1 / 3),
        ((others[0],), 1 / 6),
        ((others[1],), 1 / 6),
        (tuple(others), 1 / 3),
    ):
        first, then = cells.copy(), cells.copy()
        first[:, list(before)] = 0
        then[:, [*before, k]] = 0
        total += weight * (risk(first) - risk(then))
    return total


class _Held:
    """How often intervals held the truth, and how wide they were."""

    def __init__(self) -> None:
        self.trials, self.hits, self.finite, self.wide = 0, 0, 0, 0.0

    def add(self, low: float, truth: float, high: float) -> None:
        self.trials += 1
        self.hits += bool(low <= truth <= high)
        if math.isfinite(high - low):
            self.finite += 1
            self.wide += high - low

    @property
    def share(self) -> float:
        return self.hits / self.trials

    @property
    def width(self) -> float:
        return self.wide / self.finite if self.finite else math.nan


SUBJECTS: Mapping[str, Callable[[np.random.Generator, int], Trial]] = {
    "proportions": proportions,
    "samples": samples,
    "two-by-two": two_by_two,
    "changes": changes,
    "ranks": ranks,
    "adjusted": adjusted,
    "bootstrap": bootstrapped,
    "shrunken": shrunken,
}
"""What is tried, by name: another interval of the package is another entry."""

EXACT = ("proportions", "samples")
