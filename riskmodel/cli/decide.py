"""``riskmodel decide``: how many posts, what they cost, and whether early help pays."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from riskmodel.cli.folder import prices_of_posts
from riskmodel.cli.options import grouped, option_words, share
from riskmodel.cli.output import FormatOption, show, tell, warn_few
from riskmodel.cli.service import PathArgument, ServiceOptions, ask
from riskmodel.errors import DataError
from riskmodel.plausible import unlikely_post

__all__ = ["decide"]


@grouped
def decide(  # noqa: PLR0913  an option is an argument
    *,
    path: PathArgument = None,
    options: ServiceOptions,
    too_few: Annotated[
        float | None, typer.Option(help="What a year one post short costs beyond its price.")
    ] = None,
    too_many: Annotated[
        float | None, typer.Option(help="What a year with one post too many costs.")
    ] = None,
    helped: Annotated[
        float | None,
        typer.Option(
            help="Children whom early help helps in a year; without figures of your own those of "
            "the report card, para 15.",
        ),
    ] = None,
    help_price: Annotated[float | None, typer.Option(help="What helping one child costs.")] = None,
    plan_saving: Annotated[
        float | None, typer.Option(help="What a plan that is not needed saves.")
    ] = None,
    effect: Annotated[
        str | None,
        typer.Option(
            metavar="LOW,HIGH",
            help="Share of the children helped who stay off a plan through it: its middle 80%.",
        ),
    ] = None,
    currency: Annotated[str, typer.Option(help="Currency of all prices.")] = "GBP",
    scenario: Annotated[
        str | None,
        typer.Option(
            help="Under one scenario, of the library or a file, in place of no change of policy.",
            metavar="NAME",
        ),
    ] = None,
    form: FormatOption = "text",
) -> None:
    """Say how many more social workers it takes, what they cost, and what if that is wrong.

    Five sentences, for the published tables or a folder. With --too-few and --too-many, or a
    folder that holds prices of posts, also the number of posts that costs least, and what another
    costs. With --help-price, --plan-saving and --effect another question: from which effect on
    early help pays, what it saves net, and how sure that is. The package has no price of its own.
    """
    from riskmodel.caseload.decisions import early_help

    early = (help_price, plan_saving, effect)
    of_posts = any(option is not None for option in (too_few, too_many, scenario))
    about_help = any(option is not None for option in early)
    prices = prices_of_posts(path, too_few, too_many)
    priced = too_few is not None or too_many is not None
    if (about_help and (of_posts or None in early)) or (priced and None in prices):
        raise DataError(
            "one decision at a time: give --too-few and --too-many or the folder that holds them, "
            "or --help-price, --plan-saving and --effect LOW,HIGH"
        )
    if help_price is not None and plan_saving is not None:
        children, whose = _helped(path, helped)
        found = early_help(
            children, help_price, plan_saving, _ends(effect), currency=currency, **whose
        )
        show(found, form)
        return
    if options.costs is not None:
        raise DataError("decide does not use --costs: give --too-few and --too-many")
    named = option_words(scenario)
    if len(named) > 1:
        raise DataError(f"--scenario of decide takes one scenario; got {', '.join(named)}")
    service = ask(path, named, options)
    from riskmodel.authority.answers import PostsAnswers
    from riskmodel.authority.decision import decide_posts
    from riskmodel.projection import BASELINE

    under = [name for name in service.outlook.levers if name != BASELINE]
    asked = (under or [BASELINE])[0]
    warn_few(options.simulations)
    tell(*service.warnings, *filter(None, [unlikely_post(too_many, currency)]))
    try:
        posts = service.posts(asked)
    except DataError:
        # That no number of posts is enough is an answer too: why, and what would be.
        show(PostsAnswers(service), form)
        return
    decision = decide_posts(
        service.outlook,
        service.plan,
        service.target,
        prices,
        currency=currency,
        structure=service.structure,
        workforce=service.workforce,
        posts_workforce=service.posts_workforce,
        panel=service.panel,
        basis=service.basis,
        posts=posts,
        scenario=asked,
    )
    show(decision, form)


def _helped(path: Path | None, helped: float | None) -> tuple[float, dict[str, Any]]:
    """Children helped; where none are given those of the report card, and of how many they are."""
    from riskmodel.published import statement_count

    if helped is not None:
        return helped, {}
    if path is not None:
        raise DataError(
            f"--helped is needed with {path.name}: how many children early help helps in a year"
        )
    known, starts = (
        statement_count(f"plans_started_{name}")
        for name in ("known_to_early_intervention", "2014_15")
    )
    source = "2014/15, the six months before; report card, para 15"
    return known, {"starts": starts, "source": source}


def _ends(effect: str | None) -> tuple[float, float]:
    """Both ends of a range as typed: ``0.1,0.4`` or ``10%,40%``."""
    try:
        low, high = option_words(effect)
    except ValueError as error:
        raise DataError(f"--effect takes two shares, such as 5%,20%; got {effect!r}") from error
    return share("effect", low), share("effect", high)
