"""A dataclass that is made swiftly is the dataclass that it was."""

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from hub.domain.swift import swift


@swift
@dataclass(frozen=True, slots=True)
class Swift:
    one: str
    two: int = 2
    three: dict[str, int] = field(default_factory=dict)


def test_it_takes_what_it_took() -> None:
    assert Swift("a") == Swift("a", 2, {}) == Swift(one="a", three={}, two=2)
    assert repr(Swift("a")) == "Swift(one='a', two=2, three={})"
    assert type(Swift("a")) is Swift
    with pytest.raises(TypeError, match="one"):
        Swift()  # type: ignore[call-arg]


def test_each_has_a_dict_of_its_own() -> None:
    assert Swift("a").three is not Swift("a").three


def test_it_stays_frozen_and_has_nothing_else() -> None:
    made = Swift("a")
    with pytest.raises(FrozenInstanceError):
        made.one = "b"  # type: ignore[misc]
    assert not hasattr(made, "__dict__")


def test_it_is_replaced_copied_and_pickled() -> None:
    made = Swift("a", 3)
    assert replace(made, two=4) == Swift("a", 4)
    assert copy.deepcopy(made) == pickle.loads(pickle.dumps(made)) == made  # noqa: S301  # its own


def test_one_that_does_more_is_refused() -> None:
    with pytest.raises(TypeError, match="__post_init__"):

        @swift
        @dataclass(frozen=True, slots=True)
        class Checked:
            one: str

            def __post_init__(self) -> None:
                assert self.one
