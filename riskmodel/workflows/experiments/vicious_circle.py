"""Para 49: the vicious circle of plans that crowd out the work that would avoid plans."""

from __future__ import annotations

import math

from riskmodel.errors import DataError
from riskmodel.estimates import Interval
from riskmodel.explanations import extremes
from riskmodel.parameters import parameter
from riskmodel.runs import Analysis, Option, Point, Result, Summary
from riskmodel.runs.analysis import Tables
from riskmodel.workflows.experiments._common import frame, growth_of_stock, middle, possible

__all__ = ["ANALYSIS"]


def measure(point: Point) -> Tables:
    """Amplification at one elasticity, and the first push that the growth then needs."""
    elasticity = float(point.settings["elasticity"])
    most = parameter("vicious_circle_elasticity_at_most").value
    if elasticity > most:
        raise DataError(
            f"an elasticity of {elasticity:g} is above {most:g}, the most that the printed lengths "
            "of plans allow (parameter vicious_circle_elasticity_at_most)"
        )
    # ln S = push + e ln S at rest: of the growth on the log scale the share e is the circle's.
    now = float(possible("children_on_plan_mid_2015").low)
    before = now - middle(growth_of_stock())
    push = math.exp((1 - elasticity) * math.log(now / before)) - 1
    row = (1 / (1 - elasticity), elasticity, now / before - 1, push)
    columns = ("amplification", "share_of_growth", "growth", "push")
    return {"circle": frame(columns, [row])}


def summarise(tables: Tables) -> Summary:
    """Amplification and share of the growth at each elasticity, and the evidence on its size."""
    table = tables["circle"]
    results = []
    for row in table.to_dict("records"):
        place = f"elasticity-{row['elasticity']:g}"
        results += [
            Result(f"{place}/elasticity", row["elasticity"], "percent for each percent", "assumed"),
            Result(f"{place}/amplification", row["amplification"], "times", "assumed"),
            Result(
                f"{place}/share", 100 * row["share_of_growth"], "percent of the growth", "assumed"
            ),
            Result(f"{place}/push", 100 * row["push"], "percent", "assumed"),
        ]
    results.append(Result("growth", 100 * float(table["growth"].iloc[0]), "percent", "published"))
    strongest = table.sort_values("elasticity").iloc[-1]
    for name, value in (
        ("elasticity", float(strongest["elasticity"])),
        ("amplification", float(strongest["amplification"])),
        ("push", 100 * float(strongest["push"])),
    ):
        results.append(Result(f"strongest/{name}", value, "at the strongest", "assumed"))
    results.append(
        Result(
            "share_of_growth",
            100 * float(strongest["share_of_growth"]) / 2,
            "percent of the growth",
            "assumed",
            0.0,
            100 * float(strongest["share_of_growth"]),
            1.0,
            "from no feedback to the strongest that is assumed",
        )
    )
    return Summary((*results, *_evidence()))


def _evidence() -> list[Result]:
    """Elasticities of length to caseload that printed figures are consistent with."""

    def elasticity(long: float, short: float, many: float, few: float) -> float:
        return math.log(long / short) / math.log(many / few)

    now, before = (
        possible("family_support_mean_caseload"),
        possible("family_support_mean_caseload_year_before"),
    )
    deviation = float(possible("mean_plan_length_yearly_deviation_percent").high) / 100
    most: dict[str, Interval | float] = {
        "short": 1.0,
        "long": 1 + deviation,
        "many": now,
        "few": before,
    }
    teams: dict[str, Interval | float] = {
        "long": possible("mean_plan_length_days"),
        "short": possible("kingfisher_mean_plan_length_days"),
        "many": now,
        "few": possible("kingfisher_mean_caseload"),
    }
    found = []
    for name, inputs, words in (
        ("between_teams", teams, "mean length of all plans against the specialist team's"),
        ("over_time", most, "length within the printed deviation while caseload grew"),
    ):
        value = elasticity(
            **{
                key: middle(each) if isinstance(each, Interval) else float(each)
                for key, each in inputs.items()
            }
        )
        low, high = extremes(elasticity, inputs)
        found.append(
            Result(
                f"evidence/{name}",
                value,
                "percent for each percent",
                "published",
                low,
                high,
                1.0,
                words,
            )
        )
    return found


def answer(summary: Summary) -> str:
    """What each elasticity would mean, and what is known of it."""
    lines = [
        "If a rise of one percent in children on a plan takes so much from work with children in "
        "need that plans rise by a further share of a percent (the elasticity), any first push is "
        f"amplified. The growth to be explained is {summary['growth'].text()} percent since March "
        "2011:",
        "",
        "| Elasticity | Amplification | Share of the growth that is feedback, percent | First push "
        "that is then needed, percent |",
        "|---|---|---|---|",
    ]
    for one in summary.starting("elasticity-"):
        place, _, part = one.name.partition("/")
        if part == "elasticity":
            cells = [
                one.text(1),
                summary[f"{place}/amplification"].text(2),
                summary[f"{place}/share"].text(),
                summary[f"{place}/push"].text(),
            ]
            lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        "No published figure gives the elasticity. The nearest is how the length of plans goes "
        "with caseload: between the specialist team and the others "
        f"{summary['evidence/between_teams'].both(2)}, other kinds of cases and all; over time, if "
        "length had grown by as much as its printed deviation allows, "
        f"{summary['evidence/over_time'].text(2)} "
        f"({summary['evidence/over_time'].range(2)} by the rounding of the caseloads), and the "
        "report sees no trend in it. Even the strongest assumed here "
        f"({summary['strongest/elasticity'].text(1)}) leaves a first push of "
        f"{summary['strongest/push'].text()} percent that something else must have given.",
    ]
    return "\n".join(lines)


ANALYSIS = Analysis(
    "vicious-circle",
    "What feedback from plans to plans would amplify, elasticity by elasticity",
    measure,
    summarise,
    answer,
    (
        "Assumed: the elasticity; numbers at rest on the log scale, where a push p becomes "
        "p / (1 - e). Printed: growth, caseloads and lengths (paras 2, 11, 23, 26).",
    ),
    (
        "Whether there is such a circle: a feedback changes how much, not whether, something else "
        "began the growth.",
        "How fast it turns: only the end is given.",
    ),
    {
        "elasticity": Option(
            0.0, "percent more plans for each percent more on a plan", least=0, most=0.99
        )
    },
)
