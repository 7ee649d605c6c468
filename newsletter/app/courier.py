"""The courier of mails that answer requests: by the provider of [transactional] where it is set, else by that of [provider]."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from newsletter.app.failures import explained
from newsletter.app.project import Project
from newsletter.app.rations import Ration, ration
from newsletter.app.replies import Replies
from newsletter.delivery.letter import Letter
from newsletter.delivery.providers import open_provider
from newsletter.delivery.providers.base import Provider, Session
from newsletter.delivery.units import send_unit
from newsletter.delivery.values import Recipient, Verdict
from subscribers.mails import Mail, Outcome, Sent

_OUTCOMES = {
    Verdict.ACCEPTED: Outcome.ACCEPTED,
    Verdict.LATER: Outcome.LATER,
    Verdict.REFUSED: Outcome.REFUSED,
    Verdict.UNKNOWN: Outcome.UNKNOWN,
}


@dataclass(slots=True)
class ProviderCourier:
    """Sends each mail in a request of its own, over one connection; used by one thread at a time."""

    _provider: Provider
    _replies: Replies
    _clock: Callable[[], datetime]
    #: None: nothing limits these mails.
    _ration: Ration | None = None
    _session: Session | None = None

    def send(self, mail: Mail) -> Sent:
        """Send *mail*; whatever happens is an answer.

        The same mail again goes under the same Message-ID and, where the provider knows keys, under the same key. Such a
        provider takes it for the same only with the same links.
        """
        try:
            letter = self._replies.letter(mail, self._clock())
            taken = self._ration.take() if self._ration else None
        except Exception as error:
            told = explained(error)
            if told is None:
                raise
            return Sent(outcome=Outcome.LATER, words=str(told), is_about_us=True)
        if isinstance(taken, Sent):
            return taken
        sent = self._sent(letter, Recipient(0, mail.ref, mail.to))
        if self._ration and taken and sent.outcome is Outcome.LATER:
            self._ration.give_back(taken)
        return sent

    def close(self) -> None:
        """End the connection; another `send` makes a new one."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _sent(self, letter: Letter, reader: Recipient) -> Sent:
        if self._session is None:
            self._session = self._provider.open()
        answer = send_unit(self._session, letter, [reader])
        (receipt,) = answer.receipts
        own_id = letter.own_headers(reader, {})["Message-ID"]
        return Sent(
            outcome=_OUTCOMES[receipt.verdict],
            message_id=receipt.provider_id or own_id if receipt.verdict is Verdict.ACCEPTED else "",
            words=receipt.detail,
            wait_s=receipt.retry_after_s,
            is_about_us=bool(answer.stop_reason),
        )


def _now() -> datetime:
    return datetime.now(UTC)


def open_courier(
    project: Project,
    *,
    clock: Callable[[], datetime] = _now,
    sleep: Callable[[float], None] = time.sleep,
) -> ProviderCourier:
    """Return the courier of *project*; nothing is connected before the first mail.

    Raises NewsletterError when a secret of the provider is missing, and what `looks.theme` raises.
    """
    settings = project.settings
    section = "transactional" if settings.transactional else "provider"
    provider = open_provider(settings.transactional or settings.provider, settings.var, section=section)
    replies = Replies.of(project, embeds_images=provider.capabilities.embeds_images)
    return ProviderCourier(provider, replies, clock, ration(project, clock, sleep))
