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
from typing import NamedTuple

from riskmodel.errors import DataError, UnknownNameError
from riskmodel.estimates import Interval
from riskmodel.published.catalogue import load_table
from riskmodel.published.expression_functions import (
    FUNCTIONS,
    JUDGEMENTS,
    OVER_TABLES,
    REDUCERS,
    SUMS,
    Load,
    NoSuchNumberError,
    Operand,
    interval_of,
)
from riskmodel.published.figures import Figure

__all__ = ["Verdict", "evaluate", "figures_in", "judge", "substitute"]


class Scope(NamedTuple):
    """What names in an expression refer to: the case, and tables by their ids."""

    case: str | None
    load: Load


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a claim can hold, with its arithmetic.

    Parameters
    ----------
    holds
        True when some values that would be printed in this way satisfy the claim.
    sides
        The two (or more) sides of the comparison as intervals; empty for a yes-or-no function.
    arithmetic
        The claim with the printed numbers in place of the names.
    """

    holds: bool
    sides: tuple[Interval, ...]
    arithmetic: str


def evaluate(text: str, case: str | None = None, load: Load = load_table) -> Interval:
    """Value of an arithmetic expression over published figures.

    Parameters
    ----------
    text
        The expression, such as ``"change(activity_snapshots['Looked After', 'july_2013'],
        activity_snapshots['Looked After', 'july_2015'])"``.
    case
        What the name ``case`` refers to, in an identity that is checked for several rows or columns
        of a table.
    load
        Gives a table by its id.

    Raises
    ------
    DataError
        When the expression has anything but figures, numbers, arithmetic and known functions.
    """
    return interval_of(_operand(_parse(text), Scope(case, load)))


def judge(claim: str, case: str | None = None, load: Load = load_table) -> Verdict:
    """Whether a claim can hold for values that would be printed as the figures are.

    Parameters
    ----------
    claim
        A comparison (``==`` can be equal, ``<`` ``<=`` ``>`` ``>=`` can be in that order, ``!=``
        cannot be equal), or one call of a yes-or-no function.
    case, load
        As for :func:`evaluate`.
    """
    try:
        return _judge(_parse(claim), Scope(case, load), claim)
    except NoSuchNumberError:
        # A count that no whole number fits is a finding about the figures, not a broken claim.
        return Verdict(False, (), substitute(claim, case, load))


def _judge(tree: ast.expr, scope: Scope, claim: str) -> Verdict:
    arithmetic = substitute(claim, *scope)
    if isinstance(tree, ast.Compare):
        sides = tuple(interval_of(_operand(side, scope)) for side in (tree.left, *tree.comparators))
        holds = all(
            _can_hold(operator, left, right)
            for operator, left, right in zip(tree.ops, sides, sides[1:], strict=False)
        )
        return Verdict(holds, sides, arithmetic)
    if isinstance(tree, ast.Call) and _function_name(tree) in JUDGEMENTS:
        operands = [_operand(argument, scope) for argument in tree.args]
        _check_arguments(JUDGEMENTS[_function_name(tree)], operands, tree)
        shown = tuple(interval_of(operand) for operand in operands)
        return Verdict(JUDGEMENTS[_function_name(tree)](*operands), shown, arithmetic)
    raise DataError(f"a claim must compare two sides or ask {', '.join(JUDGEMENTS)}: {claim}")


def figures_in(text: str, case: str | None = None, load: Load = load_table) -> tuple[Figure, ...]:
    """The figures that an expression refers to, in order, each once."""
    found: dict[str, Figure] = {}
    scope = Scope(case, load)
    # ast.walk goes level by level; a reader meets the figures from left to right.
    nodes = [node for node in ast.walk(_parse(text)) if isinstance(node, ast.expr)]
    for node in sorted(nodes, key=lambda node: (node.lineno, node.col_offset)):
        if isinstance(node, ast.Subscript):
            figure = _figure(node, scope)
            found[figure.id] = figure
        elif isinstance(node, ast.Call) and _function_name(node) in OVER_TABLES:
            for figure in _members(node, scope):
                found[figure.id] = figure
    return tuple(found.values())


def substitute(text: str, case: str | None = None, load: Load = load_table) -> str:
    """The expression with the printed numbers in place of the figures' names."""
    scope = Scope(case, load)

    class Printed(ast.NodeTransformer):
        def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
            return ast.Name(_figure(node, scope).reading)

        def visit_Call(self, node: ast.Call) -> ast.AST:
            if _function_name(node) in OVER_TABLES:
                members = _members(node, scope)
                name = _function_name(node)
                readings = [figure.reading for figure in members]
                if name in SUMS:
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


def _operand(node: ast.expr, scope: Scope) -> Operand:
    match node:
        case ast.Constant(value=int() | float() as value) if (
            type(value) is not bool and value != inf
        ):
            return Interval.exactly(Fraction(str(value)))
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -interval_of(_operand(inner, scope))
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _ARITHMETIC:
            return _ARITHMETIC[type(operator)](
                interval_of(_operand(left, scope)), interval_of(_operand(right, scope))
            )
        case ast.Subscript():
            return _figure(node, scope)
        case ast.Call():
            return _call(node, scope)
    raise DataError(f"not allowed in an expression: {ast.unparse(node)}")


def _call(node: ast.Call, scope: Scope) -> Interval:
    name = _function_name(node)
    if name in OVER_TABLES:
        members = [figure.interval for figure in _members(node, scope)]
        if not members:
            raise DataError(f"no figure is meant by {ast.unparse(node)}")
        return REDUCERS[name](members)
    if name not in FUNCTIONS:
        raise DataError(str(UnknownNameError("function", name, [*FUNCTIONS, *OVER_TABLES])))
    operands = [_operand(argument, scope) for argument in node.args]
    _check_arguments(FUNCTIONS[name], operands, node)
    return FUNCTIONS[name](*operands)


def _members(node: ast.Call, scope: Scope) -> list[Figure]:
    members, words = OVER_TABLES[_function_name(node)], [scope.load, *_words(node, scope)]
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


def _figure(node: ast.Subscript, scope: Scope) -> Figure:
    words = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if not isinstance(node.value, ast.Name):
        raise DataError(f"not allowed in an expression: {ast.unparse(node)}")
    if len(words) not in (1, 2):
        raise DataError(f"a figure needs a row and at most a column: {ast.unparse(node)}")
    return scope.load(node.value.id).figure(*[_word(word, scope) for word in words])


def _words(node: ast.Call, scope: Scope) -> list[str]:
    return [
        argument.id
        if isinstance(argument, ast.Name) and argument.id != "case"
        else _word(argument, scope)
        for argument in node.args
    ]


def _word(node: ast.expr, scope: Scope) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name) and node.id == "case" and scope.case is not None:
        return scope.case
    raise DataError(f"expected a quoted name, got {ast.unparse(node)}")


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


_ARITHMETIC: dict[type[ast.operator], Callable[[Interval, Interval], Interval]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.Div: lambda left, right: left / right,
}
