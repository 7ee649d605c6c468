"""A test mail: the issue as it is now, to a few addresses, without a trace in the ledger."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from newsletter.app.building import render
from newsletter.app.desk import Desk
from newsletter.app.letters import letter, token_keys
from newsletter.app.project import Project
from newsletter.delivery.letter import Letter, LetterKind
from newsletter.delivery.links import FixedLinks
from newsletter.delivery.providers import open_provider
from newsletter.delivery.providers.base import Provider
from newsletter.delivery.values import Receipt, Recipient, Verdict
from newsletter.errors import DeliveryError, OutcomeUnknownError, TemporaryError, UsageError
from subscribers.addresses import normalise
from subscribers.errors import AddressError
from subscribers.tokens import REFERENCE_BYTES


def send_test(
    project: Project, name: str | None, to: Sequence[str], variant_name: str | None, now: datetime
) -> tuple[str, list[str]]:
    """Send a test mail of an issue; return the issue's id and the addresses that were accepted.

    Its personal links lead to a page which says that this was a test. Raises DeliveryError naming the addresses that
    were refused, UsageError for a wrong address or variant.
    """
    addresses = addressees(project, to)
    desk = Desk(project, now)
    plan = desk.plan(name)
    rendered = render(desk, plan)
    chosen = variant_name or next(iter(rendered.variants))
    if chosen not in rendered.variants:
        raise UsageError(f"There is no variant `{chosen}`. Variants: {', '.join(rendered.variants)}.")
    issue = plan.issue.id
    provider = open_provider(project.settings.provider, project.settings.var)
    variant = rendered.variants[chosen]
    made = letter(
        project,
        issue,
        plan.issue.digest.key,
        replace(variant, subject=f"[Test] {variant.subject}"),
        links=FixedLinks.for_test(project.public_url, token_keys(project), issue),
        date=now,
        embeds_images=provider.capabilities.can_embed_images,
        kind=LetterKind.TEST,
    )
    _send(provider, made, addresses, now)
    return issue, addresses


def addressees(project: Project, to: Sequence[str]) -> list[str]:
    """Return the addresses in *to*, each once; none: the editors. Raises UsageError for a wrong one, and for nobody at all."""
    wanted = to or project.settings.newsletter.editors
    if not wanted:
        raise UsageError("To whom? Name an address, or set `editors` in [newsletter] of newsletter.toml.")
    found = []
    for text in wanted:
        try:
            found.append(normalise(text).email)
        except AddressError as error:
            raise UsageError(f"{text}: {error}") from error
    return list(dict.fromkeys(found))


def _send(provider: Provider, made: Letter, addresses: Sequence[str], now: datetime) -> None:
    session = provider.open()
    receipts: list[Receipt] = []
    failure = ""
    try:
        for number, address in enumerate(addresses):
            receipts += session.send(made, [_recipient(number, address, now)])
    except TemporaryError as error:
        failure = f"{error} Check [provider] in newsletter.toml, or try again later."
    except OutcomeUnknownError as error:
        failure = f"Nobody knows whether {addresses[len(receipts)]} got the test mail: {error} Look there, then try again."
    except DeliveryError as error:
        failure = str(error)
    finally:
        session.close()
    refused = [
        f"{addresses[receipt.subscriber_id]}: {receipt.detail}"
        for receipt in receipts
        if receipt.verdict is not Verdict.ACCEPTED
    ]
    if failure or refused:
        count = f"{len(receipts) - len(refused)} of {len(addresses)} test mails were accepted."
        raise DeliveryError("\n".join(filter(None, (failure, count, *refused))))


def _recipient(number: int, address: str, now: datetime) -> Recipient:
    """Each test mail is a message of its own: its Message-ID must not be that of an earlier one."""
    digest = hashlib.sha256(f"{address} {now.isoformat()}".encode()).digest()
    return Recipient(number, digest[:REFERENCE_BYTES], address)
