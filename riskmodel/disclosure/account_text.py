"""The account of a reading in words, as far as it may be told of observed records."""

from __future__ import annotations

from riskmodel.account import Account, Tally
from riskmodel.disclosure import Policy
from riskmodel.disclosure.symbols import CONFIDENTIAL

__all__ = ["released_account", "released_finding", "released_plans", "released_tally"]

Total = int | str | None
"""A total as it is printed elsewhere: a count, or a symbol."""


def released_account(account: Account, policy: Policy, assessments: Total, plans: Total) -> str:
    """What became of the assessments and of the plans, without a count that is withheld.

    Parameters
    ----------
    account
        Of the reading.
    policy
        What is small.
    assessments, plans
        Totals of the table as they are printed.

    Notes
    -----
    A number left out is the difference of two totals: where it is small, only the records that
    count are told. Reasons have counts where none of them is small, else only their names.
    """
    counted = released_tally(account.assessments, policy, assessments, "assessments counted")
    return f"{counted} {released_plans(account, policy, plans)}"


def released_plans(account: Account, policy: Policy, plans: Total) -> str:
    """How many of the plans follow an assessment, as far as it may be told."""
    if not account.plans.read:
        return account.plans_text()
    return released_tally(account.plans.once(), policy, plans, "plans follow an assessment")


def released_finding(account: Account, policy: Policy) -> str:
    """What is wrong with the reading as a whole; a small number of records is not told."""
    tally = account.plans if account.assessments.used else account.assessments
    if account.rule and tally.read and policy.is_small(tally.read):
        return account.finding.partition(":")[0] + "."
    return account.finding


def released_tally(tally: Tally, policy: Policy, total: Total, words: str) -> str:
    """How many records of one kind there are and count, as far as it may be told."""
    left = tally.number_left_out
    if not isinstance(total, int):
        return f"{CONFIDENTIAL} {words}."
    if policy.is_small(left):
        return f"{total:,} {words}; how many others there are is withheld ({CONFIDENTIAL})."
    read = total if not left else policy.printed(tally.read)
    small = any(policy.is_small(count) for count in tally.left_out.values())
    if not left:
        reasons = ""
    elif small:
        reasons = f"; left out: {tally.reason_names()}"
    else:
        shown = Tally.reasons_text({n: policy.printed(c) for n, c in tally.left_out.items()})
        reasons = f"; left out: {shown}"
    return f"{total:,} of {read:,} {words}{reasons}."
