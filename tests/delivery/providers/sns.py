"""Notifications as Amazon SNS makes them, whatever is in them, and what fetches its certificate."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from newsletter.delivery.events import Posted
from newsletter.delivery.providers.ses_events import SesReceiver
from newsletter.errors import TemporaryError
from newsletter.settings.model import Webhook
from tests.stand_in.services import sns
from tests.stand_in.services.sns import CERTIFICATE_URL, HOST, SUBSCRIBE_URL, TOPIC

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


@dataclass
class Web:
    """What is fetched, in place of Amazon's servers; what is not there cannot be reached."""

    pages: Mapping[str, bytes] = field(default_factory=sns.pages)
    fetched: list[str] = field(default_factory=list)

    def fetch(self, url: str) -> bytes:
        self.fetched.append(url)
        if url not in self.pages:
            raise TemporaryError("Amazon SNS cannot be reached.")
        return self.pages[url]


def receiver(web: Web, topic: str = TOPIC) -> SesReceiver:
    """Return the receiver of a topic, which fetches from *web*."""
    return SesReceiver(settings=Webhook(topic_arn=topic), fetch=web.fetch)


def notification(message: object = "", **changed: object) -> dict[str, Any]:
    """Return a notification without its signature; what is `changed` to None is left out."""
    envelope = {
        "Type": "Notification",
        "MessageId": "0b7f2d6e-0000-4000-8000-000000000001",
        "TopicArn": TOPIC,
        "Message": message if isinstance(message, str) else json.dumps(message),
        "Timestamp": "2026-11-03T08:59:30.125Z",
        "SignatureVersion": "2",
        "SigningCertURL": CERTIFICATE_URL,
        "UnsubscribeURL": f"{HOST}/?Action=Unsubscribe",
    } | changed
    return {name: value for name, value in envelope.items() if value is not None}


def confirmation(**changed: object) -> dict[str, Any]:
    """Return the question whether a topic shall notify us, without its signature."""
    of_its_own = {"Type": "SubscriptionConfirmation", "Token": "t0", "SubscribeURL": SUBSCRIBE_URL}
    return notification("You have chosen to subscribe.", **(of_its_own | changed))


def signed(envelope: Mapping[str, Any]) -> Posted:
    """Return the request with *envelope* under the signature of our key."""
    return posted(sns.signed(envelope))


def posted(envelope: object) -> Posted:
    """Return the request with *envelope* as it is."""
    return Posted(headers={"content-type": "text/plain; charset=UTF-8"}, body=json.dumps(envelope).encode())
