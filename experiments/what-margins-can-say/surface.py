"""Adjusted odds ratios over the number of assessments and the overlap of factors."""

from __future__ import annotations

from collections.abc import Mapping

from riskmodel.experiments import Analysis, Option, Picture, Point, Result, Summary, Tables


def measure(point: Point) -> Tables:
    """One point of the surface; neighbouring points share their draws."""
    from riskmodel.authority.margins import assumed_surface

    surface = assumed_surface(
        assessments=(point.settings["assessments"],),
        overlaps=(point.settings["overlap"],),
        replicates=point.settings["replicates"],
        seed=point.seed,
    )
    columns = ["factor", "odds_ratio", "low", "high", "level", "method", "basis"]
    return {"surface": surface.to_frame()[columns]}


def summarise(tables: Tables) -> Summary:
    """Smallest and largest odds ratio of each factor, and whether they are on one side of 1."""
    table = tables["surface"]
    results = []
    for factor, group in table.groupby("factor", sort=False):
        low, high = float(group["odds_ratio"].min()), float(group["odds_ratio"].max())
        middle = (low * high) ** 0.5
        results.append(
            Result.within(
                f"odds_ratio/{factor}",
                (middle, low, high),
                "ratio",
                "assumed",
                1.0,
                "smallest and largest over what is assumed",
            )
        )
        results.append(Result(f"verdict/{factor}", _verdict(low, high), "verdict", "assumed"))
    for axis, unit in (("assessments", "assessments"), ("overlap", "overlap, 0 to 1")):
        values = table[axis]
        for end, value in (("least", values.min()), ("most", values.max())):
            results.append(Result(f"{axis}/{end}", value, unit, "assumed"))
    for words, verdict in _VERDICTS.items():
        number = sum(one.value == verdict for one in results)
        results.append(Result(f"factors/{words}", number, "factors", "assumed"))
    return Summary(tuple(results))


_VERDICTS = {"above": "above 1", "below": "below 1", "either": "depends on what is assumed"}


def _verdict(low: float, high: float) -> str:
    if low > 1:
        return _VERDICTS["above"]
    return _VERDICTS["below"] if high < 1 else _VERDICTS["either"]


def figures(tables: Tables, summary: Summary) -> Mapping[str, Picture]:
    """The range of each factor."""
    from riskmodel.report.charts import SensitivityRange, draw_sensitivity
    from riskmodel.report.wording import label_of

    words = {
        "above 1": "always above 1",
        "below 1": "always below 1",
        "depends on what is assumed": "sign depends on the assumption",
    }
    ranges = [
        SensitivityRange(
            label_of(str(factor)),
            tuple(group["odds_ratio"]),
            words[str(summary[f"verdict/{factor}"].value)],
        )
        for factor, group in tables["surface"].groupby("factor", sort=False)
    ]
    across = "Adjusted odds ratio (assumed)"
    return {"odds_ratios": draw_sensitivity("odds_ratios", ranges, across=across)}


ODDS_RATIO_SURFACE = Analysis(
    "odds-ratio-surface",
    "How adjusted odds ratios hang on what is not published",
    measure,
    summarise,
    {
        "assessments": Option(2250, "assessments in the year", least=1069),
        "overlap": Option(0.3, "how far factors occur together", least=0, most=1),
        "replicates": Option(5, "cohorts a point", quick=1, least=1),
    },
    figures=figures,
)
