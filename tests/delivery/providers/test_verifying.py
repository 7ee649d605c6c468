"""Telling a provider from a stranger by a password, and how old a request may be."""

from datetime import timedelta

import pytest

from newsletter.delivery.providers.verifying import has_password, require_fresh, require_password
from newsletter.errors import ForgedEventError
from newsletter.settings.model import Secret, Webhook
from tests.delivery.providers.webhooks import NOW, basic, bearer, posted

BOTH = Webhook(basic_auth=Secret("old:pass:word, new:pässword"), secret=Secret("old-token,new-token"))


@pytest.mark.parametrize(
    "headers",
    [
        basic("old:pass:word"),
        basic("new:pässword"),
        bearer("old-token"),
        bearer("new-token"),
        {"authorization": bearer("new-token")["authorization"].replace("Bearer", "bearer")},
    ],
)
def test_w_27_each_password_is_right_while_it_is_changed(headers: dict[str, str]) -> None:
    require_password(posted({}, headers), BOTH)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic("old:password"),
        basic("old:pass:word,new:pässword"),
        basic(""),
        bearer("other"),
        bearer("old-token,new-token"),
        bearer(""),
        basic("old-token"),
        bearer("old:pass:word"),
        {"authorization": "Basic not base64"},
        {"authorization": "Basic Zm9vOmJhcg==é"},
        {"authorization": "Digest old-token"},
        {"authorization": "old-token"},
        {"authorization": ""},
    ],
)
def test_w_27_a_wrong_or_missing_password_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(ForgedEventError, match="missing or wrong") as refusal:
        require_password(posted({}, headers), BOTH)

    assert "pass:word" not in str(refusal.value)
    assert "new-token" not in str(refusal.value)


@pytest.mark.parametrize("headers", [{}, basic(""), bearer("")])
@pytest.mark.parametrize(
    "settings", [Webhook(), Webhook(secret=Secret(" , ")), Webhook(basic_auth=Secret(","))]
)
def test_w_24_no_password_is_right_where_none_is_set(headers: dict[str, str], settings: Webhook) -> None:
    with pytest.raises(ForgedEventError):
        require_password(posted({}, headers), settings)


def test_one_password_does_not_stand_in_for_the_other() -> None:
    only_basic = Webhook(basic_auth=Secret("news:word"))

    assert has_password(only_basic)
    assert not has_password(Webhook())
    for headers in (bearer("news:word"), bearer("")):
        with pytest.raises(ForgedEventError):
            require_password(posted({}, headers), only_basic)


@pytest.mark.parametrize("minutes", [-5, 0, 5])
def test_w_28_a_request_within_the_tolerance_is_fresh(minutes: int) -> None:
    require_fresh(str((NOW + timedelta(minutes=minutes)).timestamp()), NOW, timedelta(minutes=5))


@pytest.mark.parametrize("minutes", [-6, 6])
def test_w_28_an_old_request_is_forbidden_and_so_is_one_of_the_future(minutes: int) -> None:
    with pytest.raises(ForgedEventError) as refusal:
        require_fresh((NOW + timedelta(minutes=minutes)).timestamp(), NOW, timedelta(minutes=5))

    assert refusal.value.is_forbidden


@pytest.mark.parametrize("seconds", ["", "yesterday", "nan", "inf", "1e300", "2026-03-01T09:00:00Z"])
def test_w_28_a_time_that_cannot_be_read_is_refused(seconds: str) -> None:
    with pytest.raises(ForgedEventError):
        require_fresh(seconds, NOW, timedelta(minutes=5))
