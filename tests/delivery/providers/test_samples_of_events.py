"""Bodies of webhook requests as Resend, Brevo and Amazon SES document them, where a collection of them is at hand."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from newsletter.delivery.events import Event, Posted, Receiver
from newsletter.delivery.providers.brevo import BrevoReceiver
from newsletter.delivery.providers.resend import ResendReceiver
from newsletter.delivery.providers.ses_events import SesReceiver
from newsletter.settings.model import Webhook

SAMPLES = Path(__file__).parents[4] / "shared/providers/webhook_samples"
RECEIVERS: dict[str, Receiver] = {
    "brevo": BrevoReceiver(settings=Webhook()),
    "resend": ResendReceiver(settings=Webhook()),
    "ses": SesReceiver(settings=Webhook()),
}


def cases() -> dict[str, dict[str, Any]]:
    """Return what each of our samples means, by the name of its file."""
    if not SAMPLES.exists():
        return {}
    found: dict[str, dict[str, Any]] = json.loads((SAMPLES / "expected.json").read_bytes())["cases"]
    return {name: case for name, case in found.items() if case["provider"] in RECEIVERS}


def as_expected(event: Event) -> dict[str, Any]:
    """Return what the collection tells of each event."""
    return {
        "event": event.kind.value,
        "email": event.email,
        "bounce_class": event.bounce.value if event.bounce else None,
    }


@pytest.mark.skipif(not SAMPLES.exists(), reason="the collection of samples is not here")
@pytest.mark.parametrize("name", cases())
def test_a_documented_sample_means_what_it_is_documented_to_mean(name: str) -> None:
    case = cases()[name]
    posted = Posted(headers={}, body=(SAMPLES / name).read_bytes())

    events = list(RECEIVERS[case["provider"]].read(posted, datetime(2026, 11, 3, tzinfo=UTC)))

    assert [as_expected(event) for event in events] == [
        {key: one[key] for key in ("event", "email", "bounce_class")} for one in case["expect"]
    ]
    for event, one in zip(events, case["expect"], strict=True):
        assert event.message == one.get("message_id", "")
        if "timestamp" in one:
            assert event.at == datetime.fromisoformat(one["timestamp"])
