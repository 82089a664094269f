"""Starts follow a projection of the children of the ages at which starts occur.

The expected stock is learned and projected as if the area always had as many children of every age
as at the opening. The starts that follow are then multiplied by the change of the number of
children, each age weighted by its share of the starts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from riskmodel.core.arrays import Floats, Integers
from riskmodel.core.labels import label
from riskmodel.demand.age_shares import AgeShares, published_shares
from riskmodel.demand.opening import opening_of
from riskmodel.demand.pooled.growth import years_of_growth
from riskmodel.demand.pooled.own import decimal_year
from riskmodel.demand.simulation.inputs import StageInputs
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.intake.population import read_population
from riskmodel.parameters import parameter
from riskmodel.population import MID_YEAR, PRINCIPAL, PopulationProjection
from riskmodel.projection import month_words
from riskmodel.streams import uniforms

if TYPE_CHECKING:
    from riskmodel.demand.sources import DemandSource
    from riskmodel.projection import Projection

__all__ = ["Exposure", "followed", "with_people"]

MOST_SHARE = 0.25
"""If more than this share of the children given are in one stage, the population cannot be
theirs."""

UNLIKE = 0.2
"""At the opening, a stated number of children and the file's may differ by at most this share."""


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """A projection of the population that starts follow.

    Parameters
    ----------
    people
        Children to come.
    weights
        Chance of each variant; if empty, only the principal one is used.
    shares
        Ages of the starts by stage; a stage that is missing has :func:`published_shares`.

    Raises
    ------
    UnknownNameError
        When a weighted variant is not in the file.
    DataError
        When the weights do not add up to 1, or nothing says which of several variants to use.
    """

    people: PopulationProjection
    weights: Mapping[str, float] = field(default_factory=dict)
    shares: Mapping[str, AgeShares] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = {name.casefold(): name for name in self.people.children}
        chosen = dict(self.weights) or {self._principal(): 1.0}
        for name in chosen:
            if name.casefold() not in names:
                raise UnknownNameError(
                    f"variant in {self.people.source}", name, self.people.children
                )
        total = sum(chosen.values())
        if abs(total - 1) > 1e-6 or min(chosen.values()) < 0:
            raise DataError(
                f"the weights of variants are shares that add up to 1; found "
                f"{', '.join(f'{name} {weight:g}' for name, weight in chosen.items())}, together "
                f"{total:g}",
                field="weight",
            )
        kept = {names[name.casefold()]: weight for name, weight in chosen.items() if weight > 0}
        object.__setattr__(self, "weights", kept)

    def _principal(self) -> str:
        found = [name for name in self.people.children if PRINCIPAL in name.casefold()]
        if len(self.people.children) == 1:
            found = list(self.people.children)
        if len(found) != 1:
            raise DataError(
                f"holds the variants {', '.join(self.people.children)}: say how much each counts, "
                "in [[population_variants]] of authority.toml",
                file=self.people.source,
            )
        return found[0]

    @property
    def basis(self) -> str:
        """What an answer is based on because of it, in a sentence."""
        return (
            f"Starts follow the children of {self.people.source} (published); weights of its "
            "variants are assumed, and ages of starts where no return tells them."
        )

    def of(self, stage: str) -> AgeShares:
        """Ages of the starts of a stage."""
        return self.shares[stage] if stage in self.shares else published_shares(stage)

    def children(self, opening: str) -> float:
        """Children aged 0 to 17 at the end of a month, the mean over variants."""
        when = np.array([decimal_year(opening)])
        return sum(
            weight * float(self.people.by_age(name, when).sum())
            for name, weight in self.weights.items()
        )

    def check(self, opening: str, counted: Mapping[str, float], stated: float | None) -> None:
        """Refuse a projection that cannot be of the area's children.

        Parameters
        ----------
        opening
            ``YYYY-MM``, the month from whose end on starts follow it.
        counted
            The most children counted at one time, by stage.
        stated
            Children aged 0 to 17 from another source; None if there is none.

        Raises
        ------
        DataError
            When the opening is not within its years, or the number of children does not fit those
            counted or stated.
        """
        people, when = self.people, decimal_year(opening)
        first, last = (year + MID_YEAR for year in (people.years[0], people.years[-1]))
        if not first <= when + 1e-9 < last:
            raise DataError(
                f"goes from mid-{people.years[0]} to mid-{people.years[-1]}, and the figures to "
                f"the end of {opening}: the projection of the population needs the mid-year "
                "before, and one after",
                file=people.source,
                field="year",
            )
        children = self.children(opening)
        stage, most = max(counted.items(), key=lambda item: item[1])
        if most > MOST_SHARE * children:
            raise DataError(
                f"holds {children:,.0f} children aged 0 to 17 at the end of {opening}, of whom "
                f"{most:,.0f} in one stage ({stage}) cannot be; give all of them, not thousands",
                file=people.source,
                field="population",
            )
        if stated is not None and abs(children / stated - 1) > UNLIKE:
            raise DataError(
                f"holds {children:,.0f} children aged 0 to 17 at the end of {opening}, and "
                f"{stated:,.0f} are stated; make them the same, or mend the area",
                file=people.source,
                field="population",
            )

    def changes(self, stage: str, opening: str, months: int) -> Floats:
        """The factor on expected starts in each month, shape (variant, month), in order of weights.

        The population of a month is that at its middle.
        """
        when = decimal_year(opening)
        return self._change(stage, when, when + (np.arange(months) + 0.5) / 12)

    def _change(self, stage: str, now: float, later: Floats) -> Floats:
        ages = self.of(stage)
        return np.stack([
            ages.change(
                self.people.by_age(name, np.array([now]))[:, 0], self.people.by_age(name, later)
            )
            for name in self.weights
        ])  # fmt: skip

    def past_growth(self, stage: str, opening: str) -> float:
        """Yearly growth of starts, in log units, from the change of children before the opening.

        Over the years in which an authority's own growth is measured, as far as the file goes back;
        if that is less than a year, the first year ahead is used instead.
        """
        now = decimal_year(opening)
        years = min(
            parameter("demand_own_growth_years").value, now - self.people.years[0] - MID_YEAR
        )
        span = -years if years >= 1 - 1e-9 else 1.0
        changes = np.log(self._change(stage, now, np.array([now + span]))[:, 0])
        return float(changes @ np.array(list(self.weights.values()))) / span

    def variants(self, seed: int, replicates: int) -> Integers:
        """The variant of each simulation, shape (replicate,), the same for all stages."""
        edges = np.cumsum(list(self.weights.values()))[:-1]
        drawn = uniforms(seed, "demand/population", replicates)
        return np.searchsorted(edges, drawn, side="right")

    def applied(
        self,
        inputs: StageInputs,
        stage: str,
        opening: str,
        seed: int,
        *,
        grown: float = 0.0,
        before: int | None = None,
    ) -> StageInputs:
        """Inputs whose starts follow the children.

        Parameters
        ----------
        inputs
            Inputs of a stage, for as many children as there are at the opening.
        stage, opening
            The stage, and the month from whose end on starts follow the children.
        seed
            Seed of the variants that are drawn.
        grown
            Growth of the children, log units a year, that is already in the starts and is taken out
            of them.
        before
            The seed of an earlier draw that the inputs already follow, and which is replaced.
        """
        factor, twice = self._factors(inputs, stage, opening, seed, grown)
        if before is not None:
            old, _ = self._factors(inputs, stage, opening, before, grown)
            return replace(inputs, rates=inputs.rates * (factor / old))
        return replace(inputs, rates=inputs.rates * factor * twice)

    def without(
        self, inputs: StageInputs, stage: str, opening: str, seed: int, grown: float
    ) -> StageInputs:
        """The reverse of :meth:`applied`: inputs of as many children as at the opening."""
        factor, twice = self._factors(inputs, stage, opening, seed, grown)
        return replace(inputs, rates=inputs.rates / (factor * twice))

    def _factors(
        self, inputs: StageInputs, stage: str, opening: str, seed: int, grown: float
    ) -> tuple[Floats, Floats]:
        """What starts are multiplied by: the change of the children, less what counts already."""
        changes = self.changes(stage, opening, inputs.months)
        ahead = years_of_growth((np.arange(inputs.months) + 0.5) / 12)
        return changes[self.variants(seed, inputs.replicates)], np.exp(-grown * ahead)

    def sentences(self, projection: Projection, seed: int, grown: Mapping[str, float]) -> list[str]:
        """What a reader has to know: the file, its effect, the assumptions, the effect of variants.

        Parameters
        ----------
        projection
            The projection whose starts follow the children.
        seed
            Seed of the variants that were drawn.
        grown
            Growth of the children that is in the growth carried forward, by stage.
        """
        opening, months = projection.opening_month, len(projection.months)
        weighed = ", ".join(f"{name} {weight:.0%}" for name, weight in self.weights.items())
        weights = np.array(list(self.weights.values()))
        last = month_words(projection.months[-1])
        moves, sources = [], []
        for stage in projection.stages:
            change = float(weights @ self.changes(stage, opening, months)[:, -1]) - 1
            moves.append(f"{_name(stage)} {_percent(change)}")
            sources.append(f"{_name(stage)}: {self.of(stage).source} ({self.of(stage).basis})")
        said = [
            f"Starts follow the children of {self.people.source} ({self.people.area}; published), "
            f"variants {weighed} (assumed), at unchanged rates by age; by {last} that alone "
            f"changes them by: {', '.join(moves)}.",
            f"Ages of starts that weigh the children: {'; '.join(sources)}.",
        ]
        counted = ", ".join(
            f"{_name(stage)} {_percent(np.expm1(value))}"
            for stage, value in grown.items()
            if abs(value) > 0.0005
        )
        if counted:
            said.append(
                "The growth that authorities had in common already includes the growth of the "
                "child population, so the area's own growth before the opening is taken out of "
                f"starts and counts once (a year: {counted})."
            )
        if projection.months[-1] > f"{self.people.years[-1]}-06":
            said.append(
                f"{self.people.source} ends at mid-{self.people.years[-1]}: from then on children "
                "are taken to stay as many."
            )
        return [*said, *self._spread_words(projection, seed)]

    def _spread_words(self, projection: Projection, seed: int) -> list[str]:
        """What the variants contribute to the spread of each stock at the end."""
        if len(self.weights) < 2:
            return []
        drawn = self.variants(seed, projection.replicates)
        parts = []
        for stage in projection.stages:
            stock = projection.of("stock", projection.scenarios[0], stage)[:, -1].astype(float)
            groups = [stock[drawn == one] for one in range(len(self.weights))]
            between = sum(len(g) * (g.mean() - stock.mean()) ** 2 for g in groups if len(g))
            within = sum(((g - g.mean()) ** 2).sum() for g in groups if len(g))
            # Chance alone sets groups apart by their number less one times the variance within.
            noise = (len(groups) - 1) * within / max(len(stock) - len(groups), 1)
            share = max(between - noise, 0.0) / max(between + within, 1e-12)
            parts.append(f"{_name(stage)} {share:.0%}")
        return [
            "Share of the variance of the stock in the last month that comes from which variant of "
            f"the population holds: {', '.join(parts)}."
        ]


def with_people(source: DemandSource, people: Exposure, *, is_level: bool = True) -> DemandSource:
    """The source, with starts that follow a projection of its children.

    Parameters
    ----------
    source
        An authority's figures.
    people
        The projection of its children.
    is_level
        Whether to take their number at the opening as its population if none is stated.

    Raises
    ------
    DataError
        When the projection does not cover the months after the opening, or cannot be of these
        children.
    """
    opening = opening_of(source)
    counted = {
        stage: max((one.middle for one in counts if one.counted == "stock"), default=0.0)
        for stage, counts in source.observations.items()
    }
    people.check(opening, counted, source.population)
    level = source.population
    if level is None and is_level:
        level = float(round(people.children(opening)))
    return replace(source, people=people, population=level)


def followed(source: DemandSource, path: Path, *, is_level: bool = True) -> DemandSource:
    """The source, with starts that follow the population of a file: see :func:`with_people`.

    Only its principal variant is used, and ages of starts are as published.
    """
    return with_people(source, Exposure(read_population(path, source.words)), is_level=is_level)


def _name(stage: str) -> str:
    return label(stage).row.lower()


def _percent(change: float) -> str:
    return f"{100 * change:+.1f}%".replace("-", "−")
