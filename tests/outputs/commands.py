"""Every command of docs/command-line.md, small: what is kept before a change and compared after it.

A command stands in its work folder, in which ``in`` leads to the inputs and ``experiments`` is a
copy of the declared experiments; what it writes there is kept.
"""

from __future__ import annotations

from itertools import cycle

__all__ = ["COHORTS", "EARLIER", "first_lines", "later_lines"]

FORMATS = ("text", "csv", "json")

COHORTS = {
    "cohort.csv": "cohort generate --assessments 1500 --seed 3 --out in/cohort.csv",
    "cohort.parquet": "cohort generate --assessments 1500 --seed 3 --out in/cohort.parquet",
    "cohort.xml": "cohort generate --assessments 1500 --seed 3 --out in/cohort.xml",
    "years": "cohort generate --assessments 1200 --seed 4 --years 2 --authorities 2 --out in/years",
}
"""What is generated into the inputs before anything else, by name."""

REPORTS = {
    "report": "report --out report",
    "report-table": "report --out report --table in/table.csv --mapping in/mapping.toml "
    "--replicates 100",
}
"""Written once: a report has no format."""

HELP = (
    "",
    *("factors", "impact", "bounds", "sensitivity", "project", "national", "backtest", "caseload"),
    *("service", "report", "published", "cohort", "intake", "scenario", "experiment"),
    *(f"published {name}" for name in ("list", "show", "find", "audit", "implied", "verify")),
    *(f"cohort {name}" for name in ("generate", "reference", "check", "describe")),
    *(f"intake {name}" for name in ("check", "panel", "snapshots")),
    *(
        f"scenario {name}"
        for name in ("list", "show", "levers", "schema", "check", "new", "compare")
    ),
    *(f"experiment {name}" for name in ("run", "compare", "list", "new")),
)

_TABLE = "in/table.csv --mapping in/mapping.toml"
_SMALL = "--replicates 60 --seed 7"
_PANEL = f"in/panel.csv --authority 103 {_SMALL} --months 8"
_SERVICE = f"{_SMALL} --months 26"

_ROWS = {
    "published-list": "published list",
    "published-show": "published show activity_snapshots",
    "published-show-figures": "published show risk_factors --figures",
    "published-show-unknown": "published show risk_factor",
    "published-find": "published find 303",
    "published-find-words": "published find plan length",
    "published-audit": "published audit",
    "published-implied": "published implied",
    "published-verify": "published verify",
    "factors": "factors --out quadrants.svg",
    "factors-cohort": "factors in/cohort.csv --by gender",
    "factors-xml": "factors in/cohort.xml --prevalence assessments",
    "factors-observed": f"factors {_TABLE} --cuts base-rate --out own.png",
    "factors-unprotected": f"factors {_TABLE} "
    "--no-suppression 'made up, the records of nobody at all'",
    "factors-associations": "factors --show associations --assessments 1500,2250",
    "factors-membership": "factors --show membership --seed 4",
    "factors-ranks": "factors --show ranks --seed 4",
    "factors-comparison": "factors --show comparison --cut 0.3",
    "factors-funnel": "factors --show funnel --out funnel.svg",
    "factors-shrinkage": "factors --show shrinkage",
    "factors-change": "factors in/years --show change --by year",
    "factors-unknown": "factors --prevalence assesments",
    "impact": "impact in/cohort.csv --factors child_neglect,child_emotional_abuse,"
    "parent_mental_health,parent_domestic_violence --interactions parental --out impact.svg",
    "impact-observed": f"impact {_TABLE}",
    "impact-resampled": "impact in/cohort.csv --factors child_neglect,parent_mental_health "
    "--bootstrap 100 --folds 3 --seed 5",
    "bounds": "bounds child_neglect --given parent_mental_health --assessments 2600",
    "bounds-among": "bounds child_neglect --among parent_mental_health,child_physical_abuse "
    "--assessments 2000 --phi 0,0.3",
    "bounds-table": "bounds child_neglect --table in/cohort.csv --given parent_mental_health",
    "sensitivity": "sensitivity --assessments 1500,3000 --overlap 0,0.6 --replicates 2 --out s.svg",
    "sensitivity-table": "sensitivity --table in/cohort.csv --overlap 0.3 --replicates 2 "
    "--factors child_neglect,parent_mental_health",
    "project": f"project {_SMALL} --months 8 --out fan.svg",
    "national": "national in/panel.csv --replicates 100 --months 12",
    "national-stage": "national in/panel.csv --replicates 100 --months 12 --stage looked_after",
    "backtest": "backtest in/panel.csv --models riskmodel,ridge,drift --workers 1",
    "backtest-summary": "backtest in/panel.csv --models riskmodel,drift --measure lac_at_31_mar "
    "--summary --workers 1",
    "caseload": f"caseload {_SERVICE}",
    "caseload-published": "caseload --show published",
    "service": f"service {_SMALL} --months 8",
    "service-missing": "service --show missing",
    "service-interviews": "service --show interviews",
    "caseload-queue": "caseload --show queue",
    "caseload-loop": "caseload --show loop",
    "intake-check": f"intake check {_TABLE} --issues-out issues.csv",
    "intake-check-return": "intake check in/cohort.xml",
    "intake-check-strict": f"intake check {_TABLE} --strict",
    "intake-snapshots": "intake snapshots in/months.csv",
    "cohort-check": "cohort check in/cohort.csv",
    "cohort-check-observed": f"cohort check {_TABLE}",
    "cohort-describe": "cohort describe in/cohort.parquet",
    "cohort-describe-observed": f"cohort describe {_TABLE}",
    "scenario-list": "scenario list",
    "scenario-show": "scenario show national_growth",
    "scenario-show-own": "scenario show in/made_up.toml",
    "scenario-levers": "scenario levers",
    "scenario-check": "scenario check in/made_up.toml --opening 2015-07",
    "scenario-check-unsound": "scenario check in/unsound.toml",
    "scenario-compare": f"scenario compare baseline plateau in/made_up.toml {_SERVICE} "
    "--costs in/prices.toml --out differences.svg",
    "experiment-list": "experiment list",
    "experiment-analyses": "experiment list --analyses",
    "experiment-run": "experiment run report-audit quadrants-rebuilt explanation-sensitivity "
    "explanations-compared --workers 1",
}
"""Commands that answer with rows: each is run once a format."""

_VIEWS = {
    "project-scenarios": f"project {_SMALL} --months 8 --scenario plateau,in/made_up.toml",
    "project-above": f"project {_SMALL} --months 8 --show above --above child_protection_plan=600",
    "project-months": f"project in/months.csv --population 60000 {_SMALL} --months 8",
    "project-panel": f"project {_PANEL}",
    "project-chain": f"project {_PANEL} --show chain",
    **{
        f"project-{view}": f"project {_SMALL} --months 8 --show {view}"
        for view in ("flows", "matrix", "drivers", "calibration", "figures")
    },
    "caseload-teams": f"caseload {_SERVICE} --level team --scenario plateau,in/made_up.toml",
    "caseload-own": f"caseload in/months.csv --population 60000 --structure in/teams.toml "
    f"--costs in/prices.toml {_SERVICE} --show cost --by 2016-06",
    "caseload-own-table": "caseload in/panel.csv --authority 103 --structure in/teams.csv "
    f"{_SERVICE}",
    "caseload-within": f"caseload {_SERVICE} --show within",
    "caseload-needs": f"caseload {_SERVICE} --show needs",
    "caseload-conferences": f"caseload {_SERVICE} --show conferences",
    "decide-posts": f"decide {_SERVICE} --too-few 90000 --too-many 45000",
    "decide-help": "decide --help-price 2000 --plan-saving 8000 --effect 0.1,0.4",
    "caseload-mix": f"caseload {_SERVICE} --show mix --costs in/prices.toml",
    "caseload-feedback": f"caseload {_SERVICE} --feedback length=0.2",
    "scenario-compare-attribution": f"scenario compare baseline plateau {_SERVICE} "
    "--show attribution",
    "scenario-compare-flows": f"scenario compare baseline plateau {_SERVICE} --show flows",
    "scenario-compare-spread": f"scenario compare baseline plateau {_SERVICE} --show spread",
    "experiment-quick": "experiment run what-margins-can-say --quick --workers 1",
}
"""Further views of commands that take seconds: each is run once, the formats in turn."""

_ONCE = {
    "intake-panel": "intake panel in/enquiries.csv in/plans.csv --layout in/layout.toml "
    "--out panel.csv --notes-out notes.csv",
    "intake-panel-plain": "intake panel in/panel.csv --authority 103 --neighbours "
    "in/neighbours.csv --out panel.csv",
    "national-page": "national in/panel.csv --replicates 100 --months 12 --out page "
    "--neighbours in/neighbours.csv",
    "national-flows": "national in/panel.csv --replicates 40 --months 6 --flows "
    "--stage child_protection_plan",
    "backtest-charts": "backtest in/panel.csv --models riskmodel,drift --workers 1 --out skill.svg",
    "caseload-chart": f"caseload {_SERVICE} --out caseload.svg",
    "caseload-template-structure": "caseload --template structure",
    "caseload-template-costs": "caseload --template costs",
    "cohort-reference": "cohort reference --out reference",
    "scenario-schema": "scenario schema",
    "scenario-new": "scenario new mine --based-on plateau",
    "experiment-new": "experiment new mine",
    "unknown": "published lst",
}
"""Commands without a format, or whose pictures are what is kept."""


EARLIER = "factors-observed/csv/stdout.txt"

_AFTER = {
    "experiment-compare": "experiment compare ../../../experiment-run/text/files/experiments/"
    "report-audit/results ../../../experiment-run/csv/files/experiments/quadrants-rebuilt/results",
    "factors-earlier": f"factors {_TABLE} --threshold 8 --earlier in/earlier.csv",
}
"""Commands that read what others have put out; ``in/earlier.csv`` is what EARLIER holds."""


def first_lines() -> dict[str, str]:
    """Commands that need nothing but the written inputs and the cohorts.

    Returns
    -------
    dict of str to str
        The words after ``riskmodel``, by name of the folder below ``commands``.
    """
    lines = {f"help/{name.replace(' ', '-') or 'riskmodel'}": f"{name} --help" for name in HELP}
    views = {
        f"{name}/{form}": f"{line} --format {form}"
        for (name, line), form in zip(_VIEWS.items(), cycle(FORMATS), strict=False)
    }
    return lines | _in_each_format(_ROWS) | views | _ONCE | REPORTS


def later_lines() -> dict[str, str]:
    """Commands that read what the first ones have put out; see `first_lines`."""
    return _in_each_format(_AFTER)


def _in_each_format(lines: dict[str, str]) -> dict[str, str]:
    return {
        f"{name}/{form}": f"{line} --format {form}"
        for name, line in lines.items()
        for form in FORMATS
    }
