"""Whatever happens in whatever order: nobody is written to without their own word, nor after it was taken back.

Each way of refusing is held against each way of being mailed all the same, one by one; Hypothesis makes up longer stories.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from newsletter.delivery.events import EventKind
from subscribers.importing.rules import TreatAs
from tests.subscribers.lives import PEOPLE, Attempt, Lives
from tests.web.serving import Served

WHO, OTHER = PEOPLE
Refuse = Callable[[Lives], None]
REFUSALS: dict[str, Refuse] = {
    "leaves the digest": lambda lives: lives.a_reader_leaves(0, "one", []),
    "leaves everything": lambda lives: lives.a_reader_leaves(0, "all", []),
    "leaves by their mail program": lambda lives: lives.a_reader_leaves(0, "", []),
    "chooses another digest": lambda lives: lives.a_reader_chooses(0, ["weekly"], 0),
    "pauses": lambda lives: lives.a_reader_pauses_in_place_of_leaving(0),
    "blocks": lambda lives: lives.somebody_blocks(0, []),
    "erases": lambda lives: lives.somebody_asks_for_a_link_and_uses_it(WHO, WHO, is_erasing=True),
    "is erased": lambda lives: lives.an_operator_erases(WHO, str, []),
    "is on a list of who left": lambda lives: _listed(lives, TreatAs.UNSUBSCRIBED),
    "is on a list of who bounced": lambda lives: _listed(lives, TreatAs.BOUNCED),
    "is on a list of who complained": lambda lives: _listed(lives, TreatAs.COMPLAINED),
    "leaves by the service": lambda lives: _reported(lives, EventKind.UNSUBSCRIBED),
    "bounces": lambda lives: _reported(lives, EventKind.BOUNCED),
    "complains": lambda lives: _reported(lives, EventKind.COMPLAINED),
    "complains after an erasure": lambda lives: _after_an_erasure(
        lives, lambda: _reported(lives, EventKind.COMPLAINED)
    ),
    "blocks after an erasure what a stranger asked for": lambda lives: _after_an_erasure(
        lives, lambda: _block_a_stranger(lives)
    ),
}
#: After what was tried before has left its traces.
ONCE_MORE = (Attempt.OLDER_MAILS, Attempt.LIST, Attempt.OPERATOR, Attempt.BACKUP, Attempt.STRANGER)


def _listed(lives: Lives, treat_as: TreatAs) -> None:
    lives.an_operator_imports_who_must_not_be_mailed(WHO, treat_as, [])


def _reported(lives: Lives, kind: EventKind) -> None:
    lives.a_service_reports(WHO, kind, [], refers=True)


def _after_an_erasure(lives: Lives, refuse: Callable[[], None]) -> None:
    lives.an_operator_erases(WHO, str, [])
    refuse()


def _block_a_stranger(lives: Lives) -> None:
    lives.somebody_enters(WHO, str, ["monthly"], is_mailed=True)
    lives.somebody_blocks(0, [])


@pytest.fixture
def begin(server: Served, sqlite_template: Path) -> Iterator[Callable[[], Lives]]:
    """Return a function that begins a story: a reader, an older mail of theirs that was never answered, a backup."""
    begun: list[Lives] = []
    Lives.server, Lives.template = server, sqlite_template

    def start() -> Lives:
        lives = Lives()
        begun.append(lives)
        lives.there_is_a_reader(is_backed_up=True)
        lives.nobody_reads_without_their_own_word()
        return lives

    yield start
    for lives in begun:
        lives.teardown()


@pytest.mark.parametrize("refusal", REFUSALS)
def test_whoever_refuses_is_not_mailed_whatever_is_tried(begin: Callable[[], Lives], refusal: str) -> None:
    lives = begin()
    lives.an_issue_is_frozen()

    for attempt in (*Attempt, *ONCE_MORE):
        # By some of it they say themselves that they want it after all.
        if WHO in lives.office.audience():
            lives.postman.wait(1)
            REFUSALS[refusal](lives)
        if lives.issue is not None:
            lives.an_issue_is_sent()
        lives.nobody_reads_without_their_own_word()
        lives.attempt(attempt, WHO)
        lives.nobody_reads_without_their_own_word()
    lives.mails_leave()


@pytest.mark.parametrize("treat_as", [TreatAs.BOUNCED, TreatAs.COMPLAINED, TreatAs.UNSUBSCRIBED])
def test_whoever_must_not_be_mailed_is_not_asked_for_what_a_list_said_before(
    begin: Callable[[], Lives], treat_as: TreatAs
) -> None:
    lives = begin()
    lives.an_operator_imports(OTHER, str, is_confirmed=False)

    lives.an_operator_imports_who_must_not_be_mailed(OTHER, treat_as, [])

    lives.mails_leave()
    lives.attempt(Attempt.LIST, OTHER)
    lives.nobody_reads_without_their_own_word()


def test_no_machine_confirms_and_a_link_confirms_its_own_address_alone(begin: Callable[[], Lives]) -> None:
    lives = begin()
    lives.a_reader_leaves(0, "all", [])

    for who in (WHO, OTHER):
        lives.somebody_enters(who, str, ["monthly"], is_mailed=True, is_tried=True)
        lives.nobody_reads_without_their_own_word()
    lives.its_reader_confirms(1)
    lives.nobody_reads_without_their_own_word()

    assert lives.office.audience() == {WHO}


def test_a_link_that_is_too_old_confirms_nothing(begin: Callable[[], Lives]) -> None:
    lives = begin()
    lives.somebody_enters(OTHER, str, ["monthly"], is_mailed=True)

    lives.time_goes_by(4, is_tidied=False)
    lives.its_reader_confirms(0)

    lives.nobody_reads_without_their_own_word()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_sequence_mails_anybody_without_their_own_word(
    server: Served, sqlite_template: Path, database: str
) -> None:
    Lives.server, Lives.template = server, sqlite_template

    run_state_machine_as_test(
        Lives, settings=settings(max_examples=10, stateful_step_count=25, deadline=None)
    )
