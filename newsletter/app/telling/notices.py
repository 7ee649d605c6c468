"""Words for people become mails, once for each of them."""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event

from newsletter.app.failures import explained
from newsletter.app.letters import in_ascii, transactional_sender
from newsletter.app.log import masked
from newsletter.app.project import Project
from newsletter.app.telling.alarm import Alarm, raise_alarm, ways
from newsletter.app.telling.matters import Audience
from newsletter.app.telling.message import Message
from newsletter.app.telling.preview import preview_letter
from newsletter.database import writing
from newsletter.delivery.letter import Letter, LetterKind
from newsletter.delivery.links import NoLinks
from newsletter.delivery.providers import open_provider
from newsletter.delivery.providers.base import Provider
from newsletter.delivery.retries import jitter, retry_at
from newsletter.delivery.units import send_unit
from newsletter.delivery.values import Recipient, Verdict
from newsletter.rendering.notices import render_notice
from newsletter.settings.forms import address_of
from newsletter.storage import notices
from newsletter.storage.notices import Notice, NoticeKind
from subscribers.tokens import REFERENCE_BYTES

_log = logging.getLogger(__name__)

#: A mail that is not accepted for so long is told in another way.
_MAIL_IS_SLOW = timedelta(minutes=15)
#: No issue's name begins so.
_NO_ISSUE = "_notice"


def recipients(project: Project, audience: Audience) -> list[str]:
    """Return the addresses of *audience*; without any, those of the other one: somebody has to know."""
    newsletter = project.settings.newsletter
    wanted, others = newsletter.editors, newsletter.operators
    if audience is Audience.OPERATORS:
        wanted, others = others, wanted
    found = filter(None, map(address_of, wanted or others))
    return list(dict.fromkeys(in_ascii(address, "").addr_spec for address in found))


def tell(
    project: Project,
    message: Message,
    now: datetime,
    *,
    kind: NoticeKind = NoticeKind.WORDS,
    issue: str = "",
) -> bool:
    """Tell something once; False when that was done before. What was rehearsed is told again when it is for real."""
    with writing(project.engine) as connection:
        return notices.file(
            connection,
            key_of(project, message),
            recipients(project, message.matter.audience),
            subject=titled(project, message.title),
            text=message.text(),
            now=now,
            kind=kind,
            issue=issue,
        )


def was_told(project: Project, message: Message) -> bool:
    """Whether it was told, or is to be."""
    return notices.is_filed(project.engine, key_of(project, message))


def key_of(project: Project, message: Message) -> str:
    """Return the name by which a message is told once."""
    return f"{message.name} (rehearsal)" if project.is_rehearsal else message.name


def titled(project: Project, subject: str) -> str:
    """Return *subject* with the newsletter's name before it: somebody may look after several."""
    return f"{project.settings.newsletter.name}: {subject}"


def mail_notices(project: Project, now: datetime, stop: Event) -> None:
    """Send what is to be told; what mail does not bring is told by the command and the URL of [alerts]."""
    if not project.has_database:
        return
    failed: dict[str, Notice] = {}
    for notice in notices.claim(project.engine, now):
        if stop.is_set():
            break
        came_to = deliver(project, notice, now)
        if not came_to.failure:
            notices.record_sent(project.engine, notice, now)
            continue
        _log.warning("notice", extra={"fields": {"key": notice.key, "failure": came_to.failure}})
        again = retry_at(notice.attempts + 1, None, now, jitter())
        notices.record_failure(project.engine, notice, came_to.failure, again)
        if came_to.is_final or now - notice.created_at >= _MAIL_IS_SLOW:
            failed[notice.key] = notice
    for notice in failed.values():
        _tell_otherwise(project, notice, now)


def _tell_otherwise(project: Project, notice: Notice, now: datetime) -> None:
    """Raise the alarm about what nobody was told by mail."""
    alerts = project.settings.alerts
    if not ways(alerts) or notices.is_told(project.engine, notice.key):
        return
    name, _, rest = notice.key.partition("#")
    alarm = Alarm(
        subject=notice.subject,
        text=notice.text,
        incident=name if rest else "",
        is_over=rest.endswith(":over"),
    )
    failures = raise_alarm(alerts, alarm, project.root)
    if failures:
        _log.error("alarm", extra={"fields": {"key": notice.key, "failures": "; ".join(failures)}})
    # Told by any way counts.
    if len(failures) < ways(alerts):
        notices.record_told(project.engine, notice.key, "by [alerts]", now)


@dataclass(frozen=True, slots=True, kw_only=True)
class CameTo:
    """What came of a mail."""

    #: Why it was not accepted, "" when it was.
    failure: str = ""
    #: It is refused for good, as things are.
    is_final: bool = False


def deliver(project: Project, notice: Notice, now: datetime) -> CameTo:
    """Send one mail; whatever happens is an answer.

    The same mail again goes under the same Message-ID. Where nobody knows whether it left, it is sent again: to be told
    twice is better than not at all.
    """
    try:
        settings = project.settings
        if notice.kind is NoticeKind.PREVIEW and (preview := preview_letter(project, notice, now)):
            # By the service of the issue itself, so that it looks like it.
            return _sent(open_provider(settings.provider, settings.var), preview, notice)
        section = "transactional" if settings.transactional else "provider"
        provider = open_provider(settings.transactional or settings.provider, settings.var, section=section)
        return _sent(provider, _letter(project, notice), notice)
    except Exception as error:
        if (told := explained(error)) is None:
            raise
        return CameTo(failure=masked(str(told)))


def _sent(provider: Provider, letter: Letter, notice: Notice) -> CameTo:
    session = provider.open()
    try:
        answer = send_unit(session, letter, [Recipient(0, _reference(notice), notice.recipient)])
    finally:
        session.close()
    (receipt,) = answer.receipts
    if receipt.verdict is Verdict.ACCEPTED:
        return CameTo()
    is_final = receipt.verdict is Verdict.REFUSED or bool(answer.stop_reason)
    return CameTo(failure=masked(receipt.detail) or "it was not accepted", is_final=is_final)


def _reference(notice: Notice) -> bytes:
    """Return what its Message-ID is made of: the same at each try."""
    words = f"{notice.key}\0{notice.recipient}\0{notice.created_at.isoformat()}"
    return hashlib.blake2b(words.encode(), digest_size=REFERENCE_BYTES).digest()


def _letter(project: Project, notice: Notice) -> Letter:
    name = project.settings.newsletter.name
    rendered = render_notice(
        notice.subject,
        notice.subject.removeprefix(f"{name}: "),
        notice.text,
        newsletter=name,
        footer=(
            f"You get this mail because your address stands in newsletter.toml of {name}, under editors or operators.",
            f"Commands are typed in the project's folder, {project.root}.",
        ),
    )
    return Letter(
        kind=LetterKind.TRANSACTIONAL,
        issue=_NO_ISSUE,
        digest="",
        variant=rendered.lang,
        lang=rendered.lang,
        subject=rendered.subject,
        html=rendered.html,
        text=rendered.text,
        sender=transactional_sender(project),
        date=notice.created_at,
        links=NoLinks(),
    )
