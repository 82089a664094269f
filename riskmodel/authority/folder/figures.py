"""What a folder says about workers and prices, as the package's own types."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from riskmodel.authority.folder.contents import Contents
from riskmodel.authority.folder.problems import Place, ProblemLog
from riskmodel.authority.folder.settings import FILE
from riskmodel.caseload.costs import WEEKS_A_MONTH, UnitCosts
from riskmodel.core.lazy import pd
from riskmodel.core.result import Result
from riskmodel.errors import DataError
from riskmodel.plausible import unlikely_post

if TYPE_CHECKING:
    from riskmodel.caseload import Structure, Workforce

__all__ = [
    "PRICED",
    "PostPrices",
    "PriceYear",
    "Prices",
    "check_workforce",
    "own_workforce",
    "read_prices",
]

PRICED = ("post_per_year", "agency_per_week", "placement_per_week")
"""What can have a price."""

CLOSE = 0.005
"""Posts and workers that differ by less than this are the same."""


def check_workforce(contents: Contents, log: ProblemLog) -> None:
    """Refuse posts, workers in post and vacancies that contradict each other."""
    posts, in_post, vacancies = (
        contents.number("workforce", name) for name in ("posts", "in_post", "vacancies")
    )
    for name in ("vacancies", "in_post"):
        entry = contents.value("workforce", name)
        message = None if entry is None else _contradiction(posts, in_post, vacancies)
        if entry is not None and message is not None:
            log.mistake(entry.place, message)
            break
    newly = contents.value("workforce", "newly_qualified")
    if newly is None or not isinstance(newly.value, float):
        return
    present = _in_post(posts, in_post, vacancies)
    if present is None:
        log.mistake(newly.place, "needs in_post, or posts and vacancies, to be a share of")
    elif newly.value > present + CLOSE:
        message = f"{newly.value:g} newly qualified are more than the {present:g} in post"
        log.mistake(newly.place, message)


def _contradiction(
    posts: float | None, in_post: float | None, vacancies: float | None
) -> str | None:
    """What is wrong with the three together; None where nothing is."""
    if posts is None:
        return None
    if in_post is not None and in_post > posts + CLOSE:
        return (
            f"{in_post:g} workers in post are more than the {posts:g} posts; workers beyond them "
            "are agency workers"
        )
    if vacancies is not None and vacancies > posts + CLOSE:
        return f"{vacancies:g} vacancies are more than the {posts:g} posts"
    left = None if in_post is None else posts - in_post
    if left is not None and vacancies is not None and abs(left - vacancies) > CLOSE:
        return (
            f"{posts:g} posts less {in_post:g} in post leave {left:g} vacancies, and "
            f"{vacancies:g} are given; leave one of the three out"
        )
    return None


def _in_post(posts: float | None, in_post: float | None, vacancies: float | None) -> float | None:
    if in_post is not None:
        return in_post
    return posts - vacancies if posts is not None and vacancies is not None else None


def own_workforce(contents: Contents, structure: Structure) -> Workforce:
    """The baseline's workforce: what the folder says, and the usual assumptions for the rest.

    Parameters
    ----------
    contents
        The folder.
    structure
        Its teams; where the folder gives no posts, they follow from the teams' workers.

    Notes
    -----
    Vacancy rate = vacancies / posts; newly qualified share = newly qualified / in post. Where only
    posts or only workers in post are given, the other follows from the assumed vacancy rate.
    Candidates that are not given are in proportion to those in post, as for assumed posts.
    """
    from riskmodel.caseload.scenario_workforce import usual_workforce
    from riskmodel.parameters import parameter

    usual = usual_workforce(structure)
    if not contents.rows.get("workforce"):
        return usual
    posts, in_post, vacancies, newly = (
        contents.number("workforce", name)
        for name in ("posts", "in_post", "vacancies", "newly_qualified")
    )
    assumed_rate = float(usual.monthly("vacancy_rate", 1)[0])
    present = _in_post(posts, in_post, vacancies)
    if posts is None and present is not None:
        posts = present + vacancies if vacancies is not None else present / (1 - assumed_rate)
    changes: dict[str, float] = {}
    if posts is not None:
        if present is None:
            present = posts * (1 - assumed_rate)
        changes["posts"] = posts
        changes["vacancy_rate"] = max(0.0, 1 - present / posts) if posts > 0 else 0.0
        changes["hires_per_month"] = present * parameter("workforce_hires_rate").value / 12
    if newly is not None and present:
        changes["newly_qualified_share"] = min(1.0, newly / present)
    for name, parameter_name in _AS_IT_IS.items():
        value = contents.number("workforce", name)
        if value is not None:
            changes[parameter_name] = value
    return replace(usual, **changes)


_AS_IT_IS = {
    "spared": "newly_qualified_protection",
    "sickness": "sickness_rate",
    "turnover": "turnover_rate",
    "agency": "agency_fte",
    "time_to_fill": "recruitment_lag_months",
    "candidates": "hires_per_month",
    "holding_cases": "case_holding_share",
    "most_cases": "caseload_cap",
}
"""Fields that are parameters of the workforce without any conversion."""


@dataclass(frozen=True, slots=True)
class PriceYear:
    """Prices that the folder gives for one financial year; None where it gives none."""

    year: str
    post_per_year: float | None
    agency_per_week: float | None
    placement_per_week: float | None
    inflation: float | None
    source: str
    place: Place
    post_short_per_year: float | None = None

    def price(self, name: str) -> float | None:
        """One of :data:`PRICED`, or the price of one post too few."""
        value: float | None = getattr(self, name)
        return value


class PostPrices(NamedTuple):
    """What one post too few or too many costs in a year, and the source; None if not given.

    Parameters
    ----------
    too_few
        One post too few, beyond the price of that post.
    too_many
        One post more than needed.
    source
        In words.
    """

    too_few: float | None
    too_many: float | None
    source: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Prices(Result):
    """Prices by financial year, and the inflation for later years.

    Parameters
    ----------
    years
        In order of the year.
    """

    years: tuple[PriceYear, ...]

    @property
    def inflation(self) -> bool:
        """Whether any year says how prices rise."""
        return any(entry.inflation is not None for entry in self.years)

    def of(self, year: str) -> UnitCosts:
        """Unit costs in the prices of a financial year.

        Parameters
        ----------
        year
            Such as ``2025/26``. A price that the year lacks is the latest one before, raised year
            by year with the inflation given; before the first year, the first year's price.

        Raises
        ------
        DataError
            When nothing has a price.
        """
        found = {name: self._price(name, year) for name in PRICED}
        costs = {name: value for name, (value, _) in found.items() if value is not None}
        if not costs:
            raise DataError(f"no year gives a price of {', '.join(PRICED)}", file="prices")
        bases = sorted({basis for _, basis in found.values() if basis})
        words = year if bases == [year] else f"{year} (from those of {', '.join(bases)})"
        sources = dict.fromkeys(entry.source for entry in self.years if entry.source)
        post, agency, placement = (costs.get(name) for name in PRICED)
        return UnitCosts(post, agency, placement, prices=words, source="; ".join(sources))

    def of_posts(
        self, year: str, *, too_few: float | None = None, too_many: float | None = None
    ) -> PostPrices:
        """What a post too few and a post too many cost, in the prices of a financial year.

        Parameters
        ----------
        year
            As :meth:`of` takes it.
        too_few, too_many
            Prices to use instead of the folder's; None takes the folder's.

        Raises
        ------
        DataError
            When a post has no price, or there is no price for one post too few and none for agency
            cover.

        Notes
        -----
        A post that is not needed costs its price. If an agency worker covers a missing post all
        year, the price of the post is saved, so the cost is the difference of the two.
        """
        post = self._price("post_per_year", year)[0] if too_many is None else too_many
        short = self._price("post_short_per_year", year)[0] if too_few is None else too_few
        agency = self._price("agency_per_week", year)[0]
        if post is None:
            raise DataError("needs the price of a post: post_per_year", file="prices")
        source = f"the folder's prices of {year}"
        if short is not None:
            return PostPrices(short, post, source)
        if agency is None:
            raise DataError(
                "needs what a post short costs: post_short_per_year, or agency_per_week for cover "
                "by an agency worker",
                file="prices",
            )
        cover = 12 * WEEKS_A_MONTH * agency
        if cover <= post:
            raise DataError(
                f"a year's cover by an agency worker ({cover:,.0f}) costs no more than a post "
                f"({post:,.0f}), so no number of posts is too few at these prices; say what a post "
                "short costs: post_short_per_year",
                file="prices",
            )
        return PostPrices(
            round(cover - post, 2), post, f"{source}: a post short costs agency cover less the post"
        )

    def known_of_posts(
        self, year: str, *, too_few: float | None = None, too_many: float | None = None
    ) -> PostPrices:
        """As :meth:`of_posts`, with None for what is not known."""
        try:
            return self.of_posts(year, too_few=too_few, too_many=too_many)
        except DataError:
            post = self._price("post_per_year", year)[0] if too_many is None else too_many
            return PostPrices(too_few, post)

    def _price(self, name: str, year: str) -> tuple[float | None, str]:
        """A price in a year, and the year that gives it."""
        priced = [entry for entry in self.years if entry.price(name) is not None]
        if not priced:
            return None, ""
        base = next((entry for entry in reversed(priced) if entry.year <= year), priced[0])
        value = base.price(name)
        assert value is not None  # chosen for having one
        for later in _years_between(base.year, year):
            value *= 1 + self.rise(later)
        # Unit costs are money: whole pence.
        return round(value, 2), base.year

    def rise(self, year: str) -> float:
        """Inflation from the year before to a year: its own, or the latest given before it."""
        known = [e for e in self.years if e.inflation is not None and e.year <= year]
        return 0.0 if not known else float(known[-1].inflation or 0.0)

    def to_frame(self, years: Iterable[str] | None = None) -> pd.DataFrame:
        """A row for each financial year: year, the prices, currency, prices, source, basis.

        None takes the years that are given.
        """
        rows = []
        for year in [given.year for given in self.years] if years is None else years:
            costs = self.of(year)
            rows.append(
                {
                    "year": year,
                    **{name: getattr(costs, name) for name in PRICED},
                    "currency": costs.currency,
                    "prices": costs.prices,
                    "source": costs.source,
                    "basis": "assumed",
                }
            )
        return pd.DataFrame(rows)

    def summary(self) -> str:
        """The years that are given, and by how much prices rise after."""
        first, last = self.years[0].year, self.years[-1].year
        span = first if first == last else f"{first} to {last}"
        rise = f", {self.rise(last):.1%} a year after" if self.inflation else ", no inflation given"
        return f"prices of {span}{rise}"


def _years_between(first: str, last: str) -> list[str]:
    """Financial years after the first, up to and with the last."""
    start, end = int(first[:4]), int(last[:4])
    return [f"{year}/{(year + 1) % 100:02d}" for year in range(start + 1, end + 1)]


def read_prices(contents: Contents, log: ProblemLog | None = None) -> Prices | None:
    """Prices of a folder; None where it has none.

    Parameters
    ----------
    contents
        The folder.
    log
        Where to note that rows say how prices rise but none gives a price, and that the price of a
        post is likely a slip.
    """
    rows = contents.rows.get("prices", [])
    years = []
    for row in rows:
        values: dict[str, float | None] = {}
        for name in (*PRICED, "inflation", "post_short_per_year"):
            entry = row.get(name)
            values[name] = entry.value if entry and isinstance(entry.value, float) else None
        post = row.get("post_per_year")
        if log is not None and post and (doubt := unlikely_post(values["post_per_year"])):
            log.decision(post.place, f"{doubt} Until then it is used as it stands")
        source = str(row["source"].value) if "source" in row else ""
        years.append(
            PriceYear(str(row["year"].value), source=source, place=row["year"].place, **values)
        )
    if not any(entry.price(name) is not None for entry in years for name in PRICED):
        if rows and log is not None:
            place = years[0].place if years else Place(FILE)
            log.mistake(place, f"gives no price; allowed: {', '.join(PRICED)}, one at least")
        return None
    return Prices(tuple(sorted(years, key=lambda entry: entry.year)))
