"""Named random streams: the same name the same draws, and nothing shared."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.errors import DataError
from riskmodel.streams import stream

names = st.tuples(st.integers(0, 2**70), st.text(max_size=20), st.integers(0, 2**40))


@pytest.mark.property
@given(name=names)
def test_the_same_name_draws_the_same(name: tuple[int, str, int]) -> None:
    generator = stream(*name)
    assert isinstance(generator, np.random.Generator)
    assert np.array_equal(generator.random(8), stream(*name).random(8))


@pytest.mark.property
@given(first=names, second=names)
def test_different_names_draw_differently(
    first: tuple[int, str, int], second: tuple[int, str, int]
) -> None:
    same = np.array_equal(stream(*first).random(4), stream(*second).random(4))
    assert same == (first == second)


@pytest.mark.unit
def test_one_more_draw_changes_nothing_elsewhere() -> None:
    alone = stream(1, "demand/starts").random(5)
    other = stream(1, "cohort/factors")
    other.random(1001)
    starts = stream(1, "demand/starts")
    first = starts.random(2)
    other.random()
    assert np.array_equal(np.concatenate([first, starts.random(3)]), alone)


@pytest.mark.regression
def test_draws_are_those_of_earlier_versions() -> None:
    # A change here moves every published simulation: it belongs in the change log.
    expected = [42, 69, 33, 63, 81]
    assert stream(2015, "tests/pinned", 3).integers(0, 100, 5).tolist() == expected


@pytest.mark.unit
def test_neighbouring_streams_are_uncorrelated_and_uniform() -> None:
    count, streams = 4096, 24
    draws = np.array(
        [stream(seed, "tests", part).random(count) for seed in range(4) for part in range(6)]
    )
    correlations = np.corrcoef(draws)[np.triu_indices(streams, 1)]
    # 276 correlations with standard deviation 1/64: 5 standard deviations, fixed seeds.
    assert np.abs(correlations).max() < 5 / np.sqrt(count)
    assert 0.8 < correlations.std() * np.sqrt(count) < 1.2
    assert np.abs(draws.mean(axis=1) - 0.5).max() < 5 * np.sqrt(1 / 12 / count)


@pytest.mark.unit
@pytest.mark.parametrize(("seed", "replicate", "field"), [(-1, 0, "seed"), (0, -1, "replicate")])
def test_negative_names_are_refused(seed: int, replicate: int, field: str) -> None:
    with pytest.raises(DataError, match=f"{field} must be 0 or more, got -1"):
        stream(seed, "tests", replicate)


@pytest.mark.unit
def test_the_global_generator_is_left_alone() -> None:
    before = np.random.get_state()[1].copy()  # noqa: NPY002 (what must not move)
    stream(3, "tests").random(10)
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002
