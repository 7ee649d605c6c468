"""The limits of a provider for mails to one person: waited for, told, and none of those of issues."""

from datetime import timedelta
from pathlib import Path

from newsletter.app.courier import open_courier
from newsletter.app.project import Project
from subscribers.mails import Outcome
from tests.app.mailing import KEY, NOW, TO, at, clock, mail, project
from tests.stand_in.account import Account, running
from tests.stand_in.services import SERVICES


def limited(folder: Path, account: Account, *limits: str) -> Project:
    """Return a project whose mails to one person leave by *account* under *limits*."""
    keys = {"NEWSLETTER_TRANSACTIONAL__API_KEY": KEY}
    settings = "\n".join([at("postmark", account.url, section="transactional"), *limits])
    return project(folder, settings, environ=keys)


def test_a_limit_an_hour_of_its_own_provider_holds_across_processes_and_says_when_it_ends(
    tmp_path: Path, postmark: Account
) -> None:
    found = limited(tmp_path, postmark, "max_per_hour = 2")

    answers = [open_courier(found, clock=clock).send(mail(ref=bytes([number] * 12))) for number in range(3)]
    later = NOW + timedelta(minutes=64)
    afterwards = open_courier(found, clock=lambda: later).send(mail(ref=b"\x02" * 12))

    accepted, waits = Outcome.ACCEPTED, Outcome.LATER
    assert [answer.outcome for answer in [*answers, afterwards]] == [accepted, accepted, waits, accepted]
    assert answers[2].words == "The limit of 2 mails an hour is reached"
    assert answers[2].is_about_us
    assert answers[2].wait_s is not None
    assert 3500 < answers[2].wait_s < 3800
    assert postmark.accepted == {TO: 3}


def test_a_limit_a_second_is_waited_for(tmp_path: Path, postmark: Account) -> None:
    moments, pauses = [NOW], []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        moments.append(moments[-1] + timedelta(seconds=seconds))

    courier = open_courier(
        limited(tmp_path, postmark, "max_per_second = 1"), clock=lambda: moments[-1], sleep=sleep
    )

    answers = [courier.send(mail(ref=bytes([number] * 12))) for number in range(3)]

    assert [answer.outcome for answer in answers] == [Outcome.ACCEPTED] * 3
    assert len(pauses) == 2
    assert 2 <= sum(pauses) <= 2.2


def test_a_mail_that_did_not_leave_counts_for_no_limit(tmp_path: Path) -> None:
    with running(SERVICES["postmark"]()) as account:
        found = limited(tmp_path, account, "max_per_day = 1")
    refused = open_courier(found, clock=clock).send(mail())

    with running(SERVICES["postmark"]()) as account:
        accepted = open_courier(limited(tmp_path, account, "max_per_day = 1"), clock=clock).send(mail())

    assert (refused.outcome, accepted.outcome) == (Outcome.LATER, Outcome.ACCEPTED)


def test_mails_to_one_person_never_wait_for_the_limits_of_issues(tmp_path: Path, postmark: Account) -> None:
    found = project(tmp_path, at("postmark", postmark.url) + "max_per_hour = 1\n")
    courier = open_courier(found, clock=clock)

    answers = [courier.send(mail(ref=bytes([number] * 12))) for number in range(3)]

    assert [answer.outcome for answer in answers] == [Outcome.ACCEPTED] * 3
