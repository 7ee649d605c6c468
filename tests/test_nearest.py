"""The name that somebody meant: offered when it is near, and all of them when none is."""

import pytest

from newsletter.nearest import did_you_mean, nearest

FIELDS = ("email", "lang", "topics", "digests")


@pytest.mark.parametrize(
    ("name", "meant"), [("emial", "email"), ("topic", "topics"), ("digest", "digests"), ("lnag", "lang")]
)
def test_a_slip_of_the_finger_is_recognised(name: str, meant: str) -> None:
    assert nearest(name, FIELDS) == meant


@pytest.mark.parametrize("name", ["", "e", "nonsense", "🦊"])
def test_what_is_like_nothing_is_left_alone(name: str) -> None:
    assert nearest(name, FIELDS) is None


def test_who_is_strict_gets_fewer_suggestions() -> None:
    assert nearest("emial", FIELDS, likeness=0.9) is None


def test_the_near_name_is_suggested() -> None:
    assert did_you_mean("emial", FIELDS) == "Did you mean `email`?"


def test_where_none_is_near_all_are_named() -> None:
    assert did_you_mean("nonsense", FIELDS) == "Known: email, lang, topics, digests."


def test_where_there_are_none_that_is_said() -> None:
    assert did_you_mean("nonsense", ()) == "Known: none."
