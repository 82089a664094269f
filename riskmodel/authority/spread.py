"""Where spread comes from: chance, what cannot be known from the figures, and assumptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from riskmodel.caseload import Structure, Workforce, plan, published_structure
from riskmodel.caseload.planning import check_month
from riskmodel.caseload.scenario_workforce import workforces
from riskmodel.core.arrays import Floats
from riskmodel.core.labels import label
from riskmodel.core.months import month_words
from riskmodel.core.result import Result
from riskmodel.demand.projecting import Outlook
from riskmodel.demand.simulation.simulating import simulate_scenarios
from riskmodel.errors import check_name
from riskmodel.levers import Levers
from riskmodel.projection import BASELINE, Projection
from riskmodel.streams import stream

__all__ = ["PARTS", "SpreadParts", "SpreadSplit", "parts_of_spread", "split_spread"]

_Measured = Mapping[tuple[str, str], Floats]

PARTS = ("chance", "model", "assumed", "variant")
"""``chance``: which children come and go and which workers leave, if everything else were known.
``model``: what cannot be known from the figures about starts, durations and teams. ``assumed``: the
ranges that a scenario states, and which variant of the population holds. ``variant``: which of its
variants holds, where a scenario has any."""


_HEADINGS = {
    "model": "what the figures leave open",
    "assumed": "what is assumed",
    "variant": "which variant holds",
}


_WITHOUT = 3
"""Runs of a split without variants."""


class SpreadParts(NamedTuple):
    """Parts of a variance; they add up to it."""

    chance: float
    model: float
    assumed: float
    variant: float = 0.0

    @property
    def total(self) -> float:
        """The variance."""
        return self.chance + self.model + self.assumed + self.variant


def parts_of_spread(
    first: Floats, again: Floats, redrawn: Floats, varied: Floats | None = None
) -> SpreadParts:
    """Split the variance of an answer by the law of total variance.

    Parameters
    ----------
    first
        The answer of each simulation, shape (replicate,).
    again
        The same with new random numbers for chance, and everything else the same.
    redrawn
        With these random numbers, and what is assumed drawn anew too.
    varied
        With all that, and the variants drawn anew too; None where there are none.

    Notes
    -----
    With model M, assumptions A and chance, Var Y = E Var(Y | M, A) + E Var(E(Y | M, A) | M) + Var
    E(Y | M). Half the mean squared difference of two answers that share only M and A is the first
    of these; of two that share only M, it is the sum of the first two (Jansen 1999). Variants are
    one more step of the same kind. A part that comes out below 0 or above the whole, by chance, is
    cut off there.
    """
    total = float(np.var(first, ddof=1))
    chance = min(float(np.mean((first - again) ** 2)) / 2, total)
    both = float(np.clip(np.mean((first - redrawn) ** 2) / 2, chance, total))
    every = both
    if varied is not None:
        every = float(np.clip(np.mean((first - varied) ** 2) / 2, both, total))
    return SpreadParts(chance, total - every, both - chance, every - both)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SpreadSplit(Result):
    """Where the spread of each scenario's answers comes from.

    Parameters
    ----------
    month
        ``YYYY-MM``, at whose end all is counted.
    frame
        A row for each scenario, measure and part. Columns: scenario, against (empty for the number
        itself, otherwise the scenario that the difference is from), measure, month, part (chance,
        model, assumed, total), variance, spread (standard deviation), share (of the variance),
        basis. The variances of the parts add up to the total.
    """

    month: str
    frame: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """All parts."""
        return self.frame

    def preview(self) -> pd.DataFrame:
        """Shares of the variance in columns."""
        parts = self.frame[self.frame["part"] != "total"]
        keys = ["scenario", "against", "measure"]
        wide = parts.pivot_table(index=keys, columns="part", values="share", sort=False)
        shown = (
            wide[[part for part in PARTS if part in wide]]
            .map("{:.0%}".format)
            .reset_index()
            .rename_axis(columns=None)
        )
        shown["measure"] = [label(measure).full for measure in shown["measure"]]
        return shown.rename(columns={"against": "compared with", **_HEADINGS})

    def summary(self) -> str:
        """Where the spread of the average caseload comes from, a sentence for each scenario."""
        chosen = self.frame[(self.frame["measure"] == "caseload") & (self.frame["against"] == "")]
        sentences = []
        for scenario, rows in chosen.groupby("scenario", sort=False):
            share = rows.set_index("part")["share"]
            sentences.append(
                f"Of the spread of the average caseload in {scenario} at the end of "
                f"{month_words(self.month)}, {share['chance']:.0%} is chance, "
                f"{share['model']:.0%} what the figures leave open, "
                + (f"{share['variant']:.0%} which variant holds, " if "variant" in share else "")
                + f"and {share['assumed']:.0%} what the scenario assumes."
            )
        return " ".join(sentences)


def split_spread(
    outlook: Outlook,
    scenarios: Sequence[str] | None = None,
    *,
    month: str | None = None,
    structure: Structure | None = None,
    workforce: Workforce | None = None,
) -> SpreadSplit:
    """Split the spread of stocks, cases and caseload into chance, model and assumptions.

    Parameters
    ----------
    outlook
        The outlook of all scenarios; each is simulated twice more, from the same figures.
    scenarios
        Names; None takes all. For scenarios other than the baseline, the difference from it is
        split too.
    month
        The month at whose end; None is the last.
    structure, workforce
        Teams, and the baseline's workers; None takes the published ones.

    Raises
    ------
    UnknownNameError
        When there is no such scenario.
    DataError
        When the month is outside the projection.

    Notes
    -----
    With few simulations, parts of a few percent are lost in noise: use a thousand or more.
    """
    names = tuple(outlook.levers) if scenarios is None else tuple(scenarios)
    for name in names:
        check_name("scenario", name, outlook.levers)
    when = outlook.projection.months[-1] if month is None else month
    levers = {name: outlook.levers[name] for name in dict.fromkeys((BASELINE, *names))}
    teams = published_structure() if structure is None else structure
    runs = [
        _measured(projection, drawn, (teams, workforce), (outlook.seed, luck), when)
        for projection, drawn, luck in _runs(outlook, levers)
    ]
    rows: list[tuple[object, ...]] = []
    for name in names:
        for against in ("",) if name == BASELINE else ("", BASELINE):
            for measure in dict.fromkeys(each for _, each in runs[0]):
                values = [
                    run[name, measure] - (run[against, measure] if against else 0.0) for run in runs
                ]
                parts = parts_of_spread(*values)
                rows += _rows((name, against, measure, when), parts, len(runs) > _WITHOUT)
    columns = (
        *("scenario", "against", "measure", "month"),
        *("part", "variance", "spread", "share", "basis"),
    )
    return SpreadSplit(when, pd.DataFrame(rows, columns=pd.Index(columns)))


def _rows(key: tuple[str, ...], parts: SpreadParts, varied: bool) -> list[tuple[object, ...]]:
    total, values = parts.total, parts._asdict()
    if not varied:
        del values["variant"]
    return [
        (*key, part, value, value**0.5, value / total if total else 0.0, "projected")
        for part, value in (*values.items(), ("total", total))
    ]


def _runs(
    outlook: Outlook, levers: Mapping[str, Levers]
) -> list[tuple[Projection, Mapping[str, Levers], int]]:
    """The projection, with new luck, with ranges drawn anew too, and with variants drawn anew.

    With the levers and the seed of the luck of each; the last only where there are variants.
    """
    numbers = stream(outlook.seed, "spread").integers(2**62, size=2)
    luck, assumed = int(numbers[0]), int(numbers[1])
    number = outlook.projection.replicates
    has_variants = any(path.variants for each in levers.values() for path in each.paths)
    seeds = (
        (outlook.seed, outlook.seed),
        (assumed, outlook.seed),
        *([(assumed, assumed)] if has_variants else []),
    )
    made: list[dict[str, Levers]] = [
        {name: each.drawn(ranges, number, choice) for name, each in levers.items()}
        for ranges, choice in seeds
    ]
    runs: list[tuple[Projection, Mapping[str, Levers], int]] = [
        (outlook.projection, made[0], outlook.seed)
    ]
    for drawn, (drawn_from, _) in zip(made, seeds, strict=True):
        is_assumed = outlook.draws_people or any(drawn[one] is not levers[one] for one in levers)
        if len(runs) == _WITHOUT - 1 and not is_assumed:
            runs.append(runs[-1])  # nothing is assumed, so nothing is drawn anew
            continue
        projection = simulate_scenarios(
            outlook.source.area,
            outlook.source.label,
            outlook.projection.opening_month,
            outlook.redrawn(drawn_from),
            drawn,
            luck,
            outlook.feedback,
            1,
        )
        runs.append((projection, drawn, luck))
    return runs


def _measured(
    projection: Projection,
    levers: Mapping[str, Levers],
    service: tuple[Structure, Workforce | None],
    seeds: tuple[int, int],
    month: str,
) -> _Measured:
    """Each measure of each scenario at the end of the month, shape (replicate,)."""
    at = check_month(projection, month)
    forces = workforces(levers, service[1])
    chosen = {name: forces.get(name, forces[BASELINE]) for name in projection.scenarios}
    found = plan(projection, service[0], chosen, seeds[0], luck=seeds[1])
    made: dict[tuple[str, str], Floats] = {}
    for name in levers:
        for stage in projection.stages:
            stock = projection.of("stock", name, stage)[:, at]
            made[name, f"stock_{stage}"] = stock.astype(np.float64)
        place = found.scenarios.index(name)
        made[name, "cases"] = found.cases[place, at].astype(np.float64)
        made[name, "caseload"] = np.asarray(found.caseload(name)[at], dtype=np.float64)
    return made
