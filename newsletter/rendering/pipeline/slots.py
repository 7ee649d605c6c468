"""Where a reader's own links may stand: in both parts of the mail, and nowhere on the public page."""

from collections import Counter
from collections.abc import Collection, Iterable

from newsletter.errors import RenderingError, TemplateError
from newsletter.rendering.values import Slot

#: Where every slot's address begins; content cannot link there (RFC 2606).
SLOT_HOST = "https://slot.invalid/"


def require_way_out(links: Collection[str], place: str) -> None:
    """Raise `TemplateError` at *place*, the template, unless one of its *links* is the one to unsubscribe."""
    if not any(Slot.UNSUBSCRIBE in link for link in links):
        raise TemplateError(
            f"{place}: there is no link to unsubscribe. Write {{{{ slots.UNSUBSCRIBE }}}} where it goes."
        )


def require_links(slots: Iterable[str], body: Collection[str], place: str) -> None:
    """Raise `TemplateError` at *place*, the template, unless *body*, its links or its text, has each of *slots*."""
    for slot in slots:
        if not any(slot in found for found in body):
            name = slot.removeprefix(SLOT_HOST).rstrip("/")
            raise TemplateError(f"{place}: the reader's link `{name}` is missing. Put it where it goes.")


def verify_slots(html: str, links: Collection[str], *, shown: int = 0) -> None:
    """Raise `RenderingError` unless each slot stands in *html* exactly as often, and as plainly, as among *links*.

    *shown*: how many stand there in words besides, for readers to copy.
    """
    wanted = Counter(link for link in links if link.startswith(SLOT_HOST))
    for slot in {*Slot, *wanted}:
        if html.count(f'href="{slot}"') != wanted[slot]:
            raise RenderingError(
                f"The slot {slot} is not in the letter {wanted[slot]} times, each in an href."
            )
    _verify_plainly(html, wanted.total() + shown)


def verify_text_slots(text: str, slots: Iterable[str] = Slot) -> None:
    """Raise `RenderingError` when *text* has anything at the slots' host that is none of *slots*."""
    _verify_plainly(text, sum(text.count(slot) for slot in slots))


def verify_no_slots(page: str) -> None:
    """Raise `RenderingError` when the public *page* has a slot."""
    _verify_plainly(page, 0)


def _verify_plainly(body: str, slots: int) -> None:
    if body.count(SLOT_HOST) != slots:
        raise RenderingError(
            f"There is an address at {SLOT_HOST} that no template put there. It is reserved for readers' own links: "
            "remove it from the content."
        )
