"""Whatever an operator asks for, the rules of the states hold."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from subscribers.administering import Arrangement, Found, HashedAddress, Wanted, addition, changed, check_move
from subscribers.errors import AdministrationError
from subscribers.requests import Choice
from subscribers.states import TRANSITIONS, State
from subscribers.suppression import Suppression
from subscribers.values import Subscriber, Subscription
from tests.subscribers.browser import NOW

TOPICS = st.none() | st.sets(st.sampled_from(["finance", "green"]), min_size=1).map(
    lambda keys: tuple(sorted(keys))
)
DIGESTS = st.lists(st.sampled_from(["daily", "monthly", "weekly"]), min_size=1, unique=True).map(tuple)
MOMENTS = st.integers(-400, 400).map(lambda days: NOW + timedelta(days=days))


@st.composite
def subscriptions(draw: st.DrawFn) -> tuple[Subscription, ...]:
    return tuple(
        Subscription(
            digest=digest,
            topics=draw(TOPICS),
            created_at=NOW,
            ended_at=draw(st.none() | MOMENTS),
        )
        for digest in draw(DIGESTS)
    )


READERS = st.builds(
    Subscriber,
    id=st.just(1),
    ref=st.just(b"reader no. 1"),
    email=st.just("r@example.org"),
    as_entered=st.just("r@example.org"),
    lang=st.sampled_from(["en", "fr"]),
    state=st.sampled_from(State),
    paused_until=st.none() | MOMENTS,
    suppressed=st.none() | st.sampled_from(Suppression),
    suppressed_at=st.just(NOW),
    created_at=st.just(NOW),
    confirmed_at=st.just(NOW),
    unsubscribed_at=st.just(NOW),
    subscriptions=subscriptions(),
)
FOUND = st.builds(
    Found,
    subscriber=st.none() | READERS,
    hashed=st.none() | st.just(HashedAddress(reason="erased", at=NOW)),
)
WANTED = st.builds(
    Wanted,
    lang=st.none() | st.sampled_from(["en", "fr"]),
    digests=st.none() | DIGESTS,
    topics=TOPICS,
    all_topics=st.booleans(),
    paused_until=st.none() | MOMENTS,
    ends_pause=st.booleans(),
)


def is_legal(before: Subscriber | None, to: Arrangement) -> bool:
    old = None if before is None else before.state
    return old == to.state or (old, to.state) in TRANSITIONS


@given(found=FOUND, digests=DIGESTS, topics=TOPICS, is_confirmed=st.booleans())
def test_who_is_added_is_nobody_who_must_not_be_mailed_and_active_only_by_evidence(
    found: Found, digests: tuple[str, ...], topics: tuple[str, ...] | None, is_confirmed: bool
) -> None:
    choice = Choice(digests=digests, topics=topics)

    try:
        to = addition(found, choice, "en", is_confirmed=is_confirmed)
    except AdministrationError:
        assume(False)

    before = found.subscriber
    assert found.hashed is None
    assert before is None or before.suppressed is None
    assert is_legal(before, to)
    assert is_confirmed or to.state == State.PENDING
    assert set(digests) <= set(to.digests)


@given(reader=READERS, wanted=WANTED, has_note=st.booleans())
def test_what_is_set_goes_a_legal_way_and_adds_nothing_that_nobody_agreed_to(
    reader: Subscriber, wanted: Wanted, has_note: bool
) -> None:
    try:
        to = changed(reader, wanted, now=NOW, has_note=has_note)
    except AdministrationError:
        assume(False)

    assert is_legal(reader, to)
    assert reader.state in {State.PENDING, State.ACTIVE, State.PAUSED}
    assert has_note or reader.state == State.PENDING or set(to.digests) <= set(reader.wanted)
    assert wanted.digests is None or set(to.digests) == set(wanted.digests)


@given(reader=READERS, target=FOUND, is_same=st.booleans())
def test_nobody_moves_past_a_suppression_but_a_bounce_of_the_old_address(
    reader: Subscriber, target: Found, is_same: bool
) -> None:
    other = replace(target.subscriber, id=2) if target.subscriber else None
    target = Found(subscriber=reader) if is_same else replace(target, subscriber=other)

    try:
        check_move(reader, target)
    except AdministrationError:
        assume(False)

    assert is_same or (target.subscriber is None and target.hashed is None)
    assert reader.suppressed is None or (reader.suppressed == Suppression.BOUNCE and not is_same)
