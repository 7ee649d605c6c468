"""What the sign-up pages need, put together from the settings."""

import secrets
from collections.abc import Callable, Mapping
from functools import partial

from newsletter.app.access import personal_data
from newsletter.app.erasing import erase_reader, journal
from newsletter.app.letters import token_secrets, transactional_sender
from newsletter.app.project import Project
from newsletter.app.readers import offer, suppression_keys
from newsletter.app.replies import subject_to_look_for
from newsletter.storage.archive import list_public
from subscribers.audit import Errand
from subscribers.challenges import Challenge, ProofOfWork
from subscribers.domains import AllowedDomains
from subscribers.intake import Intake
from subscribers.mailboxes import Pseudonyms
from subscribers.stamps import Stamps
from subscribers.storage.challenges import spend
from subscribers.storage.confirming import ConfirmationStorage
from subscribers.storage.requests import RequestStorage
from subscribers.tokens import REFERENCE_BYTES
from subscribers.values import Subscriber
from subscribers.web import Desk, Reception, Site
from subscribers.web.clients import client_networks

#: Who did it, in the audit, where it was a reader on the site.
ACTOR = "site"


def make_desk(project: Project, site: Site, *, on_bait: Callable[[], None]) -> Desk:
    """Return what signing up and personal data need. Raises KeysError for missing or weak keys.

    *on_bait*: as `Reception` has it.
    """
    settings, keys = project.settings, token_secrets(project)
    pseudonyms = Pseudonyms.from_secrets(keys)
    reception = Reception(
        intake=Intake(RequestStorage(project.engine).store, site.now),
        pseudonyms=pseudonyms,
        stamps=Stamps.from_secrets(keys),
        offer=offer(project),
        networks=client_networks,
        per_ip_hour=settings.limits.per_ip_hour,
        consent_text=partial(_consent_text, project, site),
        allowed_domains=AllowedDomains.from_patterns(settings.site.allowed_domains),
        challenge=_challenge(project),
        new_ref=new_ref,
        now=site.now,
        on_bait=on_bait,
    )
    return Desk(
        reception=reception,
        confirmations=ConfirmationStorage(
            project.engine,
            suppression_keys(project),
            pseudonyms.of_mailbox,
            journal=lambda entry: journal(project).append([entry]),
        ),
        sender=str(transactional_sender(project).address),
        subject_of=partial(subject_to_look_for, project),
        controller=settings.site.controller,
        embed_sites=settings.site.embed_sites,
        latest_issue=partial(latest_issue, project),
        copy_of=partial(_copy_of, project, site),
        erase=partial(_erase, project, site),
    )


def _challenge(project: Project) -> Challenge | None:
    """Return what the settings want to be solved."""
    match project.settings.site.challenge:
        case "altcha":
            return ProofOfWork.from_secrets(token_secrets(project), partial(spend, project.engine))
        case "none":
            return None


def new_ref() -> bytes:
    """Return a new random reference."""
    return secrets.token_bytes(REFERENCE_BYTES)


def latest_issue(project: Project) -> str:
    """Return the address of the latest issue's public page; "" when there is none."""
    if project.settings.site.archive != "public":
        return ""
    past = list_public(project.engine, is_rehearsal=project.is_rehearsal)
    return f"{project.public_url}/issues/{past[-1].id}" if past else ""


def _consent_text(project: Project, site: Site, lang: str) -> str:
    """Return what a reader agrees to: the settings' words, else ours."""
    text = project.settings.site.consent_text
    languages = project.settings.newsletter.languages
    if isinstance(text, Mapping):
        text = text.get(lang) or text.get(languages[0], "")
    if text:
        return text
    return site.words(lang).gettext(
        "{controller} may send me this newsletter by e-mail. I can withdraw this at any time, by a link in each mail.",
        controller=project.settings.site.controller or project.settings.newsletter.name,
    )


def _copy_of(project: Project, site: Site, reader: Subscriber) -> Mapping[str, object]:
    return personal_data(project, reader.ref, ACTOR, site.now()) or {}


def _erase(project: Project, site: Site, ref: bytes) -> None:
    erase_reader(project, ref, Errand(actor=ACTOR, at=site.now(), channel="manage-page"))
