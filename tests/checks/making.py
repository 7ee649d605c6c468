"""Issues to check, made from as little as a test needs to say."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from newsletter.checks.checking import check_issue
from newsletter.checks.circumstances import Circumstances
from newsletter.content.images.preparing import Image
from newsletter.content.items import Collection, Item, SourceFile
from newsletter.content.topics import Topic
from newsletter.errors import Problem
from newsletter.issues.assembly import plan
from newsletter.rendering.values import RenderedIssue, RenderedVariant, Slot
from tests.issues.making import BRUSSELS, collection, newsroom

#: A week before `monthly-2026-11` is due.
NOW = datetime(2026, 10, 27, 8, tzinfo=UTC)
TOPICS = (
    Topic(
        key="finance",
        labels={"en": "Financial investigation", "fr": "Enquêtes"},
        aliases=("follow the money",),
    ),
    Topic(key="green", labels={"en": "Green policing"}),
)
ADDRESS = "Rue de l’Exemple 1, 1000 Brussels"


def circumstances(**fields: Any) -> Circumstances:
    """A network whose website is not an example, so that examples are found."""
    values: dict[str, Any] = {
        "now": NOW,
        "zone": BRUSSELS,
        "site_url": "https://network.eu",
        "public_url": "https://news.network.eu",
        "postal_address": ADDRESS,
        "topics": TOPICS,
    }
    return Circumstances(**(values | fields))


def check(
    *items: Item,
    files: Iterable[SourceFile] = (),
    mails: Iterable[RenderedVariant] = (),
    name: str = "monthly-2026-11",
    languages: tuple[str, ...] = ("en",),
    folder: Collection | None = None,
    **fields: Any,
) -> tuple[Problem, ...]:
    """Everything that is wrong with the issue that *items* make, rendered as *mails*."""
    content = folder or collection(*items, files=files)
    issue = plan(name, newsroom(languages=languages), content, now=fields.get("now", NOW))
    return check_issue(issue, content, rendered(*mails), circumstances(**fields))


def find(rule: str, *items: Item, **arguments: Any) -> list[Problem]:
    """What offends *rule*."""
    return [problem for problem in check(*items, **arguments) if problem.rule == rule]


def rendered(*variants: RenderedVariant) -> RenderedIssue | None:
    """An issue with *variants*, or None."""
    if not variants:
        return None
    return RenderedIssue(
        issue="monthly-2026-11",
        subject=variants[0].subject,
        preheader=variants[0].preheader,
        hash="",
        items=variants[0].items,
        variants={variant.name: variant for variant in variants},
    )


def mail(body: str = "", *, style: str = "", name: str = "en", **fields: Any) -> RenderedVariant:
    """A mail with which nothing is wrong but *body* and *style*."""
    html = (
        f"<!DOCTYPE html><html><head><style>{style}</style></head><body><h1>November</h1>{body}"
        f'<p><a href="{Slot.UNSUBSCRIBE}">Unsubscribe</a></p><p>{ADDRESS}</p></body></html>'
    )
    values: dict[str, Any] = {
        "name": name,
        "lang": name[:2],
        "items": (),
        "subject": "Eleven countries open each other’s wallets",
        "preheader": "Maps without a network, and a box that makes old radios talk",
        "html": html,
        "text": f"November\n\nUnsubscribe:\n{Slot.UNSUBSCRIBE}\n\n{ADDRESS}\n",
        "web": "<h1>November</h1>",
    }
    return RenderedVariant(**(values | fields))


def image(name: str = "harbour.jpg") -> Image:
    """A prepared picture."""
    return Image(name=name, width=600, height=338, media_type="image/jpeg", file_width=1200)


def sizes(**files: int) -> Callable[[str], int | None]:
    """A folder of pictures called `content/NAME.png`, of so many bytes."""
    return {f"content/{name}.png": size for name, size in files.items()}.get
