"""Arithmetic over published figures, written as text in a data file and evaluated exactly.

An identity is data, so that a reader can check it without reading code. Its claim is a small
expression: figures by table, row and column; numbers; ``+ - * /``; the functions below; and one
comparison. Nothing else is accepted, so a data file cannot run code.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from inspect import signature
from math import inf

from riskmodel.errors import DataError, UnknownNameError
from riskmodel.estimates import Interval
from riskmodel.published.catalogue import load_table
from riskmodel.published.figures import Figure

__all__ = ["FUNCTIONS", "Verdict", "evaluate", "figures_in", "judge", "substitute"]

Operand = Interval | Figure


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a claim can hold, and the arithmetic that says so.

    Parameters
    ----------
    holds
        True when some values that would have been printed so satisfy the claim.
    sides
        The two (or more) sides of the comparison as intervals; empty for a yes-or-no function.
    arithmetic
        The claim with the printed numbers in place of the names.
    """

    holds: bool
    sides: tuple[Interval, ...]
    arithmetic: str


class _NoSuchNumberError(DataError):
    """A whole number was asked for where none fits."""


def evaluate(text: str, case: str | None = None) -> Interval:
    """Value of an arithmetic expression over published figures.

    Parameters
    ----------
    text
        The expression, such as ``"change(activity_snapshots['Looked After', 'july_2013'],
        activity_snapshots['Looked After', 'july_2015'])"``.
    case
        What the name ``case`` stands for, in an identity that is checked for several rows or
        columns of a table.

    Raises
    ------
    DataError
        When the expression holds anything but figures, numbers, arithmetic and known functions.
    """
    return _interval(_operand(_parse(text), case))


def judge(claim: str, case: str | None = None) -> Verdict:
    """Whether a claim can hold for values that would have been printed so.

    Parameters
    ----------
    claim
        A comparison (``==`` can be equal, ``<`` ``<=`` ``>`` ``>=`` can be in that order, ``!=``
        cannot be equal), or one call of a yes-or-no function.
    case
        As for :func:`evaluate`.
    """
    try:
        return _judge(_parse(claim), case, claim)
    except _NoSuchNumberError:
        # A count that no whole number fits is a finding about the figures, not a broken claim.
        return Verdict(False, (), substitute(claim, case))


def _judge(tree: ast.expr, case: str | None, claim: str) -> Verdict:
    arithmetic = substitute(claim, case)
    if isinstance(tree, ast.Compare):
        sides = tuple(_interval(_operand(side, case)) for side in (tree.left, *tree.comparators))
        holds = all(
            _can_hold(operator, left, right)
            for operator, left, right in zip(tree.ops, sides, sides[1:], strict=False)
        )
        return Verdict(holds, sides, arithmetic)
    if isinstance(tree, ast.Call) and _function_name(tree) in _JUDGEMENTS:
        operands = [_operand(argument, case) for argument in tree.args]
        _check_arguments(_JUDGEMENTS[_function_name(tree)], operands, tree)
        shown = tuple(_interval(operand) for operand in operands)
        return Verdict(_JUDGEMENTS[_function_name(tree)](*operands), shown, arithmetic)
    raise DataError(f"a claim must compare two sides or ask {', '.join(_JUDGEMENTS)}: {claim}")


def figures_in(text: str, case: str | None = None) -> tuple[Figure, ...]:
    """The figures that an expression refers to, in order, each once."""
    found: dict[str, Figure] = {}
    # ast.walk goes level by level; a reader meets the figures from left to right.
    nodes = [node for node in ast.walk(_parse(text)) if isinstance(node, ast.expr)]
    for node in sorted(nodes, key=lambda node: (node.lineno, node.col_offset)):
        if isinstance(node, ast.Subscript):
            figure = _figure(node, case)
            found[figure.id] = figure
        elif isinstance(node, ast.Call) and _function_name(node) in _OVER_TABLES:
            for figure in _members(node, case):
                found[figure.id] = figure
    return tuple(found.values())


def substitute(text: str, case: str | None = None) -> str:
    """The expression with the printed numbers in place of the figures' names."""

    class Printed(ast.NodeTransformer):
        def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
            return ast.Name(_figure(node, case).reading)

        def visit_Call(self, node: ast.Call) -> ast.AST:
            if _function_name(node) in _OVER_TABLES:
                members = _members(node, case)
                name = _function_name(node)
                readings = [figure.reading for figure in members]
                if name in _SUMS:
                    return ast.Name(f"({' + '.join(readings)})")
                return ast.Name(f"{name.partition('_')[0]}({', '.join(readings)})")
            node.args = [self.visit(argument) for argument in node.args]
            return node

    tree = Printed().visit(copy.deepcopy(_parse(text)))
    return ast.unparse(ast.fix_missing_locations(tree)).replace("==", "=")


def _parse(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:  # ValueError: null bytes, before Python 3.12
        raise DataError(f"cannot read the expression {text!r}: {error}") from error


def _operand(node: ast.expr, case: str | None) -> Operand:
    match node:
        case ast.Constant(value=int() | float() as value) if (
            type(value) is not bool and value != inf
        ):
            return Interval.exactly(Fraction(str(value)))
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_interval(_operand(inner, case))
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _ARITHMETIC:
            return _ARITHMETIC[type(operator)](
                _interval(_operand(left, case)), _interval(_operand(right, case))
            )
        case ast.Subscript():
            return _figure(node, case)
        case ast.Call():
            return _call(node, case)
    raise DataError(f"not allowed in an expression: {ast.unparse(node)}")


def _call(node: ast.Call, case: str | None) -> Interval:
    name = _function_name(node)
    if name in _OVER_TABLES:
        members = [figure.interval for figure in _members(node, case)]
        if not members:
            raise DataError(f"no figure is meant by {ast.unparse(node)}")
        return _REDUCE[name](members)
    if name not in FUNCTIONS:
        raise DataError(str(UnknownNameError("function", name, [*FUNCTIONS, *_OVER_TABLES])))
    operands = [_operand(argument, case) for argument in node.args]
    _check_arguments(FUNCTIONS[name], operands, node)
    return FUNCTIONS[name](*operands)


def _members(node: ast.Call, case: str | None) -> list[Figure]:
    members, words = _OVER_TABLES[_function_name(node)], _words(node, case)
    _check_arguments(members, words, node)
    return members(*words)


def _check_arguments(
    function: Callable[..., object], arguments: Sequence[object], node: ast.Call
) -> None:
    try:
        signature(function).bind(*arguments)
    except TypeError as error:
        raise DataError(f"{ast.unparse(node)}: {error}") from error


def _function_name(node: ast.Call) -> str:
    if not isinstance(node.func, ast.Name) or node.keywords:
        raise DataError(f"not allowed in an expression: {ast.unparse(node)}")
    return node.func.id


def _figure(node: ast.Subscript, case: str | None) -> Figure:
    words = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if not isinstance(node.value, ast.Name):
        raise DataError(f"not allowed in an expression: {ast.unparse(node)}")
    if len(words) not in (1, 2):
        raise DataError(f"a figure needs a row and at most a column: {ast.unparse(node)}")
    return load_table(node.value.id).figure(*[_word(word, case) for word in words])


def _words(node: ast.Call, case: str | None) -> list[str]:
    return [
        argument.id
        if isinstance(argument, ast.Name) and argument.id != "case"
        else _word(argument, case)
        for argument in node.args
    ]


def _word(node: ast.expr, case: str | None) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name) and node.id == "case" and case is not None:
        return case
    raise DataError(f"expected a quoted name, got {ast.unparse(node)}")


def _interval(operand: Operand) -> Interval:
    return operand.interval if isinstance(operand, Figure) else operand


def _can_hold(operator: ast.cmpop, left: Interval, right: Interval) -> bool:
    match operator:
        case ast.Eq():
            return left.overlaps(right)
        case ast.NotEq():
            return not left.overlaps(right)
        case ast.Lt():
            return left.low < right.high
        case ast.Gt():
            return right.low < left.high
        case ast.LtE():
            return left.low < right.high or left.overlaps(right)
        case ast.GtE():
            return right.low < left.high or left.overlaps(right)
    raise DataError(f"not allowed in a claim: {type(operator).__name__}")


# Functions over values.


def _share(part: Operand, whole: Operand) -> Interval:
    """Part of a whole in percent: 100 part / whole."""
    return 100 * _interval(part) / _interval(whole)


def _change(before: Operand, after: Operand) -> Interval:
    """Growth from before to after in percent: 100 (after / before - 1)."""
    return 100 * (_interval(after) / _interval(before)) - 100


def _grown(before: Operand, percent: Operand) -> Interval:
    """A value after growth of so many percent."""
    return _interval(before) * (1 + _interval(percent) / 100)


def _before(after: Operand, percent: Operand) -> Interval:
    """The value that grew by so many percent to this one."""
    return _interval(after) / (1 + _interval(percent) / 100)


def _between(first: Operand, *others: Operand) -> Interval:
    """From the smallest to the largest: where a weighted mean of these must lie."""
    hull = _interval(first)
    for operand in others:
        hull = hull.hull(_interval(operand))
    return hull


def _cut_off(figure: Operand) -> Interval:
    """What a figure can have been if its further decimals were dropped instead of rounded."""
    if not isinstance(figure, Figure):
        raise DataError("cut_off() reads a printed figure, not a computed value")
    return Interval.cut_off(figure.reading)


def _whole(operand: Operand) -> Interval:
    """The whole numbers that a value can be, from the smallest to the largest."""
    inside = _interval(operand).whole_numbers()
    if not inside:
        raise _NoSuchNumberError(f"no whole number lies in {_interval(operand)}")
    return Interval(inside[0], inside[-1])


def _at_least(operand: Operand) -> Interval:
    """Everything from a value's lower end point upwards."""
    value = _interval(operand)
    return Interval(value.low, inf, value.low_closed)


FUNCTIONS: dict[str, Callable[..., Interval]] = {
    "share": _share,
    "change": _change,
    "grown": _grown,
    "before": _before,
    "between": _between,
    "cut_off": _cut_off,
    "whole": _whole,
    "at_least": _at_least,
}
"""Functions that an expression may call on values, by name.

:meta hide-value:
"""


# Functions over whole columns or rows of a table.


def _column_figures(table: str, column: str, *but: str) -> list[Figure]:
    """The figures of a column, save the rows named."""
    found = load_table(table)
    return [found.figure(row, column) for row in found.keys if row not in but]


def _row_figures(table: str, row: str) -> list[Figure]:
    """The figures of a row."""
    return [figure for (key, _), figure in load_table(table).cells.items() if key == row]


def _figures_where(table: str, column: str, labels: str, label: str, value: str) -> list[Figure]:
    """The figures of a column in the rows to which another table gives a label."""
    found, labelled = load_table(table), load_table(labels)
    return [found.figure(row, column) for row in found.keys if labelled.label(row, label) == value]


_OVER_TABLES: dict[str, Callable[..., list[Figure]]] = {
    "total": _column_figures,
    "rows_of": _column_figures,
    "total_across": _row_figures,
    "smallest_where": _figures_where,
    "largest_where": _figures_where,
}


def _total(members: list[Interval]) -> Interval:
    total = Interval.exactly(0)
    for member in members:
        total = total + member
    return total


def _number_of(members: list[Interval]) -> Interval:
    return Interval.exactly(len(members))


def _smallest(members: list[Interval]) -> Interval:
    return min(members, key=lambda member: (member.low, not member.low_closed))


def _largest(members: list[Interval]) -> Interval:
    return max(members, key=lambda member: (member.high, member.high_closed))


_REDUCE: dict[str, Callable[[list[Interval]], Interval]] = {
    "total": _total,
    "rows_of": _number_of,
    "total_across": _total,
    "smallest_where": _smallest,
    "largest_where": _largest,
}
_SUMS = {"total", "total_across"}

_ARITHMETIC: dict[type[ast.operator], Callable[[Interval, Interval], Interval]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.Div: lambda left, right: left / right,
}


# Yes-or-no functions.


def _whole_number_gives(percent: Operand, base: Operand) -> bool:
    """Whether some whole number out of the base gives the printed percentage.

    Brown and Heathers 2017: granularity-related inconsistency of means.
    """
    return len((_interval(percent) * _interval(base) / 100).whole_numbers()) > 0


def _whole_number_grew(after: Operand, percent: Operand) -> bool:
    """Whether some whole number grew by the printed percentage to the printed number."""
    return len(_before(after, percent).whole_numbers()) > 0


def _same_quantity(one: Operand, other: Operand) -> bool:
    """Whether two figures that the text treats as one agree in value, unit, base and period."""
    if not (isinstance(one, Figure) and isinstance(other, Figure)):
        raise DataError("same_quantity() compares two printed figures")
    return one.interval.overlaps(other.interval) and (one.unit, one.of, one.period) == (
        other.unit,
        other.of,
        other.period,
    )


_JUDGEMENTS: dict[str, Callable[..., bool]] = {
    "whole_number_gives": _whole_number_gives,
    "whole_number_grew": _whole_number_grew,
    "same_quantity": _same_quantity,
}
