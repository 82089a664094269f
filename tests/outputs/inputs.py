"""Made-up inputs for the commands that are kept: small, the same bytes every time, of nobody."""

from __future__ import annotations

import random
from pathlib import Path

__all__ = ["write_inputs"]

TEAMS = """# Two teams of nobody.
[[team]]
team = "east"
area = "east"
kind = "family_support"
child_protection_plan = 120
looked_after = 60
child_in_need_plan = 260
unallocated = 12
workers = "17.5..18.5"

[[team]]
team = "west"
area = "west"
kind = "family_support"
child_protection_plan = 90
looked_after = 50
child_in_need_plan = 210
workers = 14
"""
TEAMS_TABLE = """team,area,kind,child_protection_plan,looked_after,child_in_need_plan,workers
east,east,family_support,120,60,260,18
west,west,family_support,90,50,210,14
"""
PRICES = """[costs]
post_per_year = 50000.0
agency_per_week = 1500.0
placement_per_week = 900.0
currency = "GBP"
prices = "2015/16"
source = "made up"

[levers]
post = 50000.0
shorter_plans_percent = 20000.0
diversion_percent = 30000.0
"""
SCENARIO = """name = "made_up"
description = "More starts and no appointments: made up."
based_on = ["plateau"]

[[change]]
parameter = "starts.looked_after"
from_month = 3
to_month = 20
multiplier = 1.2
from = { closed = 1.0 }
ramp = true
reason = "Made up."
source = "assumed"

[[change]]
parameter = "workforce.hires_per_month"
from_month = 2
to_month = 9
value = 0
reason = "Made up."
source = "assumed"
"""
UNSOUND_SCENARIO = SCENARIO.replace("multiplier = 1.2", "multiplyer = 1.2")
MAPPING = """[columns]
child_id = "Ref"
assessment_date = "Authorised"
plan = "On CP plan"
factor_hoarding = "Hoarding"

[factors]
prefix = "RF_"

[flags]
true = ["Y"]
false = ["N", ""]

[dates]
format = "%d/%m/%Y"
"""
LAYOUT = """[[layout]]
name = "section 47 enquiries and conferences"

[layout.measures]
enquiries = "s47_enquiries"
conferences = "icpc_children"

[layout.where]
age = ["Total"]
"""
ENQUIRIES = """time_period,geographic_level,old_la_code,la_name,age,enquiries,conferences
2014,Local authority,801,Here,Total,700,300
2014,Local authority,801,Here,0 to 4,250,120
2015,Local authority,801,Here,Total,740,c
"""
PLANS = """time_period,geographic_level,old_la_code,la_name,CPP_start,CPP_subsequent
2014,Local authority,801,Here,410,60
2015,Local authority,801,Here,430,x
2015,National,,England,61000,11000
"""


def panel_text(generator: random.Random) -> str:
    """A panel of ten authorities and England over nine years."""
    lines = [
        "la_code,area,year,cpp_at_31_mar,cpp_starts,cpp_ends,lac_at_31_mar,lac_starts,lac_ends,"
        "cin_at_31_mar,pop_0_17_midyear,referrals,s47_enquiries,icpc_children"
    ]
    totals: dict[int, int] = {}
    for code in range(101, 111):
        level, population = generator.uniform(0.5, 1.5), generator.randrange(60_000, 140_000)
        for year in range(2008, 2017):
            level *= generator.lognormvariate(0, 0.08)
            plans, away = round(300 * level), round(450 * level)
            totals[year] = totals.get(year, 0) + plans
            lines.append(
                f"{code},Area {code},{year},{plans},{plans + 40},{plans + 30},"
                f"{away},{away // 2},{away // 2 - 5},"
                f"{round(2500 * level)},{population},4000,900,{plans + 90}"
            )
    lines += [
        f"E92000001,England,{year},{2 * total},,,,,,,12000000,,," for year, total in totals.items()
    ]
    return "\n".join(lines) + "\n"


def months_text(generator: random.Random) -> str:
    """Twenty months of two stages, some without a stock."""
    lines = ["month,stage,stock,starts,ends"]
    stocks = {"child_protection_plan": 210, "looked_after": 110}
    for index in range(20):
        month = f"{2013 + (index + 10) // 12}-{(index + 10) % 12 + 1:02d}"
        for stage, stock in stocks.items():
            starts, ends = generator.randrange(12, 25), generator.randrange(10, 24)
            stocks[stage] = stock + starts - ends
            printed = "" if index % 7 == 3 else stocks[stage]
            lines.append(f"{month},{stage},{printed},{starts},{ends}")
    return "\n".join(lines) + "\n"


def table_text(generator: random.Random) -> str:
    """A table of 400 assessments as an authority may name its columns, with one unsound date."""
    factors = {"RF_3B": 0.3, "RF_4B": 0.3, "RF_16A": 0.2, "RF_1B": 0.05, "Hoarding": 0.02}
    lines = ["Ref,Authorised,On CP plan," + ",".join(factors)]
    for reference in range(1, 401):
        flags = {name: generator.random() < share for name, share in factors.items()}
        plan = generator.random() < 0.1 + 0.1 * sum(flags.values())
        date = f"{generator.randrange(1, 29):02d}/{generator.randrange(1, 13):02d}/2014"
        cells = ["Y" if flag else "N" for flag in (plan, *flags.values())]
        lines.append(f"{reference},{'31/06/2014' if reference == 9 else date},{','.join(cells)}")
    return "\n".join(lines) + "\n"


def write_inputs(folder: Path) -> None:
    """Write every input into a folder.

    Parameters
    ----------
    folder
        Where to write; it is made where it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "teams.toml": TEAMS,
        "teams.csv": TEAMS_TABLE,
        "prices.toml": PRICES,
        "made_up.toml": SCENARIO,
        "unsound.toml": UNSOUND_SCENARIO,
        "mapping.toml": MAPPING,
        "layout.toml": LAYOUT,
        "enquiries.csv": ENQUIRIES,
        "plans.csv": PLANS,
        "neighbours.csv": "la_code,neighbour_code\n103,104\n103,105\n103,106\n",
        "panel.csv": panel_text(random.Random(1)),
        "months.csv": months_text(random.Random(2)),
        "table.csv": table_text(random.Random(3)),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
