"""Histories as tables of the Standard Safeguarding Dataset, with its specified names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from riskmodel.intake.census.modules import MODULES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["csv_part", "dataset_parts", "iso_days"]

Parts = Iterator[tuple[str, tuple[str, str]]]
Tables = Mapping[str, "pd.DataFrame"]


def csv_part(table: pd.DataFrame) -> tuple[str, str]:
    """Heading and rows of a table."""
    return ",".join(table.columns) + "\n", table.to_csv(
        index=False, header=False, lineterminator="\n"
    )


def dataset_parts(tables: Tables, care: Tables) -> Parts:
    """Name, heading and rows of each table of a year, see :mod:`riskmodel.cohort.year_tables`."""
    for name, table in ((each, tables[each]) for each in tables if each in MODULES):
        fields_of = MODULES[name].fields
        names = {
            heading: fields_of.get(heading, (_BESIDE.get(heading),))[0]
            for heading in table.columns
            if (fields_of.get(heading) or heading in _BESIDE) and heading != "AssessmentFactors"
        }
        yield f"ssd/{MODULES[name].other_name}.csv", csv_part(table[[*names]].rename(columns=names))
    yield from _involvements(tables["involvements"])
    factors = tables["assessments"][["AssessmentID", "AssessmentFactors"]]
    factors = factors[factors["AssessmentFactors"] != ""]
    yield (
        "ssd/ssd_assessment_factors.csv",
        csv_part(factors.set_axis(["cinf_assessment_id", "cinf_assessment_factors_json"], axis=1)),
    )
    held = tables["section47"]
    held = held.loc[
        held["DateOfInitialCPC"] != "", ["LAchildID", "EpisodeID", "EnquiryID", "DateOfInitialCPC"]
    ]
    yield (
        "ssd/ssd_initial_cp_conference.csv",
        csv_part(
            held.set_axis(
                ["icpc_person_id", "icpc_referral_id", "icpc_s47_enquiry_id", "icpc_icpc_date"],
                axis=1,
            )
        ),
    )
    episodes = iso_days(care["episodes"])
    yield "ssd/ssd_cla_episodes.csv", csv_part(
        episodes[["CHILD", "DECOM", "RNE", "CIN", "DEC", "REC"]].set_axis(
            [
                "clae_person_id", "clae_cla_episode_start_date", "clae_cla_episode_start_reason",
                "clae_cla_primary_need_code", "clae_cla_episode_ceased_date",
                "clae_cla_episode_ceased_reason",
            ],
            axis=1,
        )
    )  # fmt: skip
    yield (
        "ssd/ssd_cla_placement.csv",
        csv_part(
            episodes[["CHILD", "DECOM", "DEC", "PLACE", "PLACE_PROVIDER"]].set_axis(
                [
                    "clap_person_id", "clap_cla_placement_start_date",
                    "clap_cla_placement_end_date", "clap_cla_placement_type",
                    "clap_cla_placement_provider",
                ],
                axis=1,
            )
        ),
    )  # fmt: skip
    yield (
        "ssd/ssd_legal_status.csv",
        csv_part(
            episodes[["CHILD", "LS", "DECOM"]].set_axis(
                ["lega_person_id", "lega_legal_status", "lega_legal_status_start_date"], axis=1
            )
        ),
    )


_BESIDE = {
    "Ethnicity": "pers_ethnicity",
    "ReferralSource": "cine_referral_source_code",
    "PrimaryNeedCode": "cine_cin_primary_need_code",
    "CINclosureDate": "cine_close_date",
    "ReasonForClosure": "cine_close_reason",
}
"""Columns of the dataset that are not needed to read a return."""


def iso_days(table: pd.DataFrame) -> pd.DataFrame:
    """A table of the return on children looked after, with days written as in other tables."""
    return table.replace(r"^(\d\d)/(\d\d)/(\d{4})$", r"\3-\2-\1", regex=True)


def _involvements(involvements: pd.DataFrame) -> Parts:
    """Who held each case, and all who did."""
    held = involvements[["EpisodeID", "Worker", "LAchildID", "Since", "Until"]]
    yield (
        "ssd/ssd_involvements.csv",
        csv_part(
            held.set_axis(
                [
                    "invo_referral_id", "invo_professional_id", "invo_person_id",
                    "invo_involvement_start_date", "invo_involvement_end_date",
                ],
                axis=1,
            )
        ),
    )  # fmt: skip
    workers = involvements[["Worker"]].drop_duplicates()
    yield "ssd/ssd_professionals.csv", csv_part(workers.set_axis(["prof_professional_id"], axis=1))
