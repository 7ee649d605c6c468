"""An issue that is held for what was found in it is looked at again, but not each minute."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.issues.standing import Cause
from tests.app.timeline import DAY, MINUTE, Timeline
from tests.delivery.mail_server import free_port
from tests.stand_in.serving import serving
from tests.stand_in.values import Reply, Request


@pytest.fixture
def asked() -> list[Request]:
    """What the service was asked: the self-check does so once each time that an issue is made."""
    return []


@pytest.fixture
def timeline(with_readers: Path, asked: list[Request], monkeypatch: pytest.MonkeyPatch) -> Iterator[Timeline]:
    """The sample project, at a service that does not know its domain."""

    def answer(request: Request) -> Reply:
        asked.append(request)
        return Reply(200, b'{"data": []}', {})

    monkeypatch.setenv("NEWSLETTER_PROVIDER__API_KEY", "a key of the service")
    made = Timeline.of(with_readers)
    with serving(answer) as url:
        made.settings('name = "outbox"', f'name = "resend"\nbase_url = "{url}"')
        made.settings("https://news.example.org", f"http://127.0.0.1:{free_port()}")
        made.look(-DAY)
        yield made
    made.close()


def test_what_the_self_check_holds_is_made_again_after_ten_minutes(
    timeline: Timeline, asked: list[Request]
) -> None:
    held = timeline.decision()
    counted = []
    for minute in range(1, 12):
        timeline.look(minute * MINUTE)
        counted.append(len(asked))

    assert held.verdict.cause is Cause.SELF_CHECK
    assert counted == [1] * 9 + [2] * 2


def test_what_was_changed_is_made_at_once(timeline: Timeline, asked: list[Request]) -> None:
    timeline.decision()

    timeline.touch(timeline.root / "content" / "news", 2 * DAY)
    again = timeline.decision(MINUTE)

    assert len(asked) == 2
    assert not again.is_news
