"""Para 49: the vicious circle of plans that crowd out the work that would avoid plans."""

from __future__ import annotations

import math

from riskmodel.errors import DataError
from riskmodel.estimates import Interval
from riskmodel.experiments import Analysis, Option, Point, Result, Summary, Tables, frame
from riskmodel.explanations import extremes
from riskmodel.parameters import parameter
from riskmodel.published import implied_interval, statement_interval


def measure(point: Point) -> Tables:
    """Amplification at one elasticity, and the first push that the growth then needs."""
    elasticity = float(point.settings["elasticity"])
    most = parameter("vicious_circle_elasticity_at_most").value
    if elasticity > most:
        raise DataError(
            f"an elasticity of {elasticity:g} is above {most:g}, the most that is assumed "
            "(parameter vicious_circle_elasticity_at_most)"
        )
    # ln S = push + e ln S at rest: of the growth on the log scale the share e is the circle's.
    now = float(statement_interval("children_on_plan_mid_2015").low)
    earlier = implied_interval("children_on_plan_march_2011")
    before = now - (statement_interval("children_on_plan_mid_2015") - earlier).middle
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
        Result.within(
            "share_of_growth",
            (
                100 * float(strongest["share_of_growth"]) / 2,
                0.0,
                100 * float(strongest["share_of_growth"]),
            ),
            "percent of the growth",
            "assumed",
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
        statement_interval("family_support_mean_caseload"),
        statement_interval("family_support_mean_caseload_year_before"),
    )
    deviation = float(statement_interval("mean_plan_length_yearly_deviation_percent").high) / 100
    most: dict[str, Interval | float] = {
        "short": 1.0,
        "long": 1 + deviation,
        "many": now,
        "few": before,
    }
    teams: dict[str, Interval | float] = {
        "long": statement_interval("mean_plan_length_days"),
        "short": statement_interval("kingfisher_mean_plan_length_days"),
        "many": now,
        "few": statement_interval("kingfisher_mean_caseload"),
    }
    found = []
    for name, inputs, words in (
        ("between_teams", teams, "mean length of all plans against the specialist team's"),
        ("over_time", most, "length within the printed deviation while caseload grew"),
    ):
        value = elasticity(
            **{
                key: each.middle if isinstance(each, Interval) else float(each)
                for key, each in inputs.items()
            }
        )
        low, high = extremes(elasticity, inputs)
        found.append(
            Result.within(
                f"evidence/{name}",
                (value, low, high),
                "percent for each percent",
                "published",
                1.0,
                words,
            )
        )
    return found


VICIOUS_CIRCLE = Analysis(
    "vicious-circle",
    "What feedback from plans to plans would amplify, elasticity by elasticity",
    measure,
    summarise,
    {
        "elasticity": Option(
            0.0, "percent more plans for each percent more on a plan", least=0, most=0.99
        )
    },
)
