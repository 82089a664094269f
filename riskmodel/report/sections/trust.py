"""How accurate such projections have been on the history of other authorities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from riskmodel.core.labels import label
from riskmodel.core.lazy import pd
from riskmodel.demand.pooled.judged import OURS, REFERENCE
from riskmodel.report.model import Block, Chart, Paragraph, Point, Section, Table
from riskmodel.report.sections.building import chart_of, table_of
from riskmodel.report.wording import join_words

__all__ = ["trust_point", "trust_section"]

_CAVEATS = (
    "What this does not show. The settings of the method were chosen on this same panel, so its "
    "skill is somewhat flattered; of the other methods only the ridge regression learns from other "
    "authorities. The authorities judged had a figure every year: a projection from few or uneven "
    "figures knows less. Authorities share their years: what changed everywhere at once weighs as "
    "one event, however many authorities there are."
)

_SOURCE = (
    "Rolling origins on DfE figures by local authority, 2010 to 2021: Characteristics of children "
    "in need, Children looked after in England"
)


def trust_section(frame: pd.DataFrame) -> Section:
    """Skill with ranges beside the other methods, and how often the ranges held.

    Parameters
    ----------
    frame
        As :func:`riskmodel.demand.pooled.measured.measured_backtest` gives it.
    """
    blocks: list[Block] = [Paragraph(text) for text in _introduction(frame)]
    blocks += [Paragraph(_verdict(frame, measure)) for measure in _measures(frame)]
    blocks += [Paragraph(_CAVEATS), _ours(frame)]
    blocks += [_chart(frame, measure) for measure in _measures(frame)]
    blocks.append(_models(frame))
    return Section("trust", "How accurate such projections have been", tuple(blocks))


def trust_point(frame: pd.DataFrame) -> Point:
    """What the projections were worth, in a sentence for the summary."""
    rows = _rows(frame, _measures(frame)[0])
    ours = {row["horizon_years"]: row for row in rows if row["model"] == OURS}
    ahead = 2 if 2 in ours else min(ours)
    held = join_words(f"{row['coverage_90_percent']:.0f}%" for row in ours.values())
    return Point(
        f"Tested on {ours[ahead]['authorities']} other authorities, projections of children on a "
        f"plan {_years(ahead)} ahead were {_better(ours[ahead])} than assuming no change; their "
        f"90% ranges held {held} of what happened {_horizons(ours)} ahead. Basis: observed.",
        "trust",
    )


def _measures(frame: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(frame["measure"]))


def _rows(frame: pd.DataFrame, measure: str) -> list[dict[Any, Any]]:
    return frame[frame["measure"] == measure].to_dict("records")


def _years(number: int) -> str:
    return "one year" if number == 1 else f"{number} years"


def _horizons(numbers: Mapping[int, Any]) -> str:
    listed = join_words(str(number) for number in numbers)
    return f"{listed} {'year' if listed == '1' else 'years'}"


def _better(row: Mapping[Any, Any]) -> str:
    word = "more accurate" if row["skill_percent"] >= 0 else "less accurate"
    return f"{abs(row['skill_percent']):.1f}% {word}"


def _introduction(frame: pd.DataFrame) -> list[str]:
    row = frame.iloc[0]
    most = frame.groupby("measure")["authorities"].max().max()
    rivals = join_words(label(name).full for name in dict.fromkeys(frame["model"]) if name != OURS)
    return [
        f"The method was made to stand on 31 March of each year from {row['first_origin']} to "
        f"{row['last_origin']}, knowing nothing later, and to project the years after that, for up "
        f"to {most} English authorities, in {row['folds']} groups: each was projected with what "
        "was learned from the others. What happened is known, so the projections can be scored. "
        f"The same was asked of other methods: {rivals}.",
        "The score is the continuous ranked probability score: how far a whole distribution lay "
        "from what happened, in children; for a single number it is the plain error. Skill is how "
        "much smaller it is than that of assuming no change. The range of a skill comes from "
        "drawing the authorities anew, since one authority's projections err together. Basis: "
        "observed.",
    ]


def _verdict(frame: pd.DataFrame, measure: str) -> str:
    rows = _rows(frame, measure)
    ours = {row["horizon_years"]: row for row in rows if row["model"] == OURS}
    winners = {row["horizon_years"]: row for row in rows if row["best"]}
    skills = join_words(
        f"{row['skill_percent']:.1f}% ({row['skill_low']:.1f}% to {row['skill_high']:.1f}%)"
        for row in ours.values()
    )
    lost = [ahead for ahead, row in winners.items() if row["model"] != OURS]
    if lost:
        named = join_words(
            f"{label(winners[ahead]['model']).full} "
            f"{_years(ahead)} ahead ({winners[ahead]['skill_percent']:.1f}%)"
            for ahead in lost
        )
        best = f"More accurate was {named}" + (
            "." if len(lost) == len(winners) else "; otherwise this method was."
        )
    else:
        best = "No other method was more accurate, however far ahead."
    half = join_words(f"{row['coverage_50_percent']:.0f}%" for row in ours.values())
    most = join_words(f"{row['coverage_90_percent']:.0f}%" for row in ours.values())
    return (
        f"{label(measure).full}: skill {skills} at {_horizons(ours)}. {best} Its "
        f"50% ranges held {half} of what happened, its 90% ranges {most}."
    )


def _chart(frame: pd.DataFrame, measure: str) -> Chart:
    from riskmodel.report.charts.backtest import draw_skill

    name = f"trust_skill_{measure.split('_')[0]}"
    rows = [{**row, "model": label(row["model"]).row} for row in _rows(frame, measure)]
    drawing = draw_skill(name, rows, ours=label(OURS).row, reference=label(REFERENCE).row)
    return chart_of(
        name,
        f"{label(measure).full}: skill compared with assuming no change",
        f"Lines of skill by years ahead, one a model. {_verdict(frame, measure)}",
        "Above 0 is more accurate than assuming no change. The band is the 95% range of this "
        "package's skill.",
        drawing,
        _skills(frame, measure),
    )


def _skills(frame: pd.DataFrame, measure: str) -> Table:
    """Skill with a row a model and a column a horizon."""
    rows: dict[str, dict[str, str]] = {}
    for row in _rows(frame, measure):
        model = label(row["model"]).row
        found = rows.setdefault(model, {"model": model})
        found[f"skill_{row['horizon_years']}"] = _percent(row["skill_percent"])
    names = {name for row in rows.values() for name in row if name != "model"}
    return table_of(
        f"trust_skills_{measure.split('_')[0]}",
        f"{label(measure).full}: skill of each model by years ahead",
        list(rows.values()),
        {
            "model": "Model",
            **{name: f"{_years(int(name.removeprefix('skill_')))} ahead" for name in sorted(names)},
        },
        source=_SOURCE,
        basis="observed",
    )


def _ours(frame: pd.DataFrame) -> Table:

    rows = []
    for measure in _measures(frame):
        known = _rows(frame, measure)
        for row in (row for row in known if row["model"] == OURS):
            here = [each for each in known if each["horizon_years"] == row["horizon_years"]]
            rival = max(
                (each for each in here if each["model"] != OURS), key=lambda x: x["skill_percent"]
            )
            rows.append(
                {
                    "stock": label(measure).row,
                    "years_ahead": row["horizon_years"],
                    "skill_percent": _percent(row["skill_percent"]),
                    "skill_low": _percent(row["skill_low"]),
                    "skill_high": _percent(row["skill_high"]),
                    "rival": label(rival["model"]).row,
                    "rival_skill_percent": _percent(rival["skill_percent"]),
                    "coverage_50_percent": _percent(row["coverage_50_percent"]),
                    "coverage_90_percent": _percent(row["coverage_90_percent"]),
                }
            )
    return table_of(
        "trust_summary",
        "This package beside the best other method",
        rows,
        {
            "stock": "Stock",
            "years_ahead": "Years ahead",
            "skill_percent": "Skill",
            "skill_low": "95% from",
            "skill_high": "to",
            "rival": "Best other method",
            "rival_skill_percent": "Its skill",
            "coverage_50_percent": "50% range held",
            "coverage_90_percent": "90% range held",
        },
        (
            "Skill above 0% is more accurate than assuming no change. Where the other method's "
            "skill is the higher one, it was the more accurate.",
        ),
        _SOURCE,
        "observed",
    )


def _models(frame: pd.DataFrame) -> Table:
    return Table(
        "trust_models",
        "Every model at every horizon",
        pd.DataFrame(
            {
                "stock": [label(name).row for name in frame["measure"]],
                "model": [label(name).row for name in frame["model"]],
                "years_ahead": frame["horizon_years"].to_numpy(),
                "forecasts": frame["forecasts"].to_numpy(),
                "authorities": frame["authorities"].to_numpy(),
                "crps": [round(float(value), 1) for value in frame["crps"]],
                **{
                    name: [_percent(value) for value in frame[name]]
                    for name in (
                        "skill_percent",
                        "skill_low",
                        "skill_high",
                        "coverage_50_percent",
                        "coverage_90_percent",
                    )
                },
                "best": ["yes" if best else "no" for best in frame["best"]],
            }
        ),
        {
            "stock": "Stock",
            "model": "Model",
            "years_ahead": "Years ahead",
            "forecasts": "Projections judged",
            "authorities": "Authorities",
            "crps": "Mean score, children",
            "skill_percent": "Skill",
            "skill_low": "95% from",
            "skill_high": "to",
            "coverage_50_percent": "50% range held",
            "coverage_90_percent": "90% range held",
            "best": "Best here",
        },
        source=_SOURCE,
        basis="observed",
        folded=True,
        searchable=True,
    )


def _percent(value: float) -> str:
    return f"{value:.1f}%".replace("-0.0%", "0.0%")
