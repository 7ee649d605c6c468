"""Where a reader's own links may stand: in both parts of the mail, and nowhere on the public page."""

from collections import Counter
from collections.abc import Collection

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


def verify_slots(html: str, links: Collection[str]) -> None:
    """Raise `RenderingError` unless each slot stands in *html* exactly as often, and as plainly, as among *links*."""
    wanted = Counter(link for link in links if link.startswith(SLOT_HOST))
    for slot in Slot:
        if html.count(f'href="{slot}"') != wanted[slot]:
            raise RenderingError(
                f"The slot {slot} is not in the letter {wanted[slot]} times, each in an href."
            )
    _verify_plainly(html, wanted.total())


def verify_text_slots(text: str) -> None:
    """Raise `RenderingError` when *text* has anything at the slots' host that is no slot."""
    _verify_plainly(text, sum(text.count(slot) for slot in Slot))


def verify_no_slots(page: str) -> None:
    """Raise `RenderingError` when the public *page* has a slot."""
    _verify_plainly(page, 0)


def _verify_plainly(body: str, slots: int) -> None:
    if body.count(SLOT_HOST) != slots:
        raise RenderingError(
            f"There is an address at {SLOT_HOST} that no template put there. It is reserved for readers' own links: "
            "remove it from the content."
        )
