"""How much of each item a mail tells: as much as fits below the size at which Gmail clips it.

What does not fit is told shorter, and whole on the web: texts that would be printed whole become summaries first, then the
last news and reports become headlines. What is clipped instead would be the end: upcoming events, and the link to unsubscribe.
"""

from collections.abc import Callable
from dataclasses import dataclass

#: Bytes of a mail's HTML. Gmail clips at about 102,000, and a reader's own links and a service's additions come on top.
MOST_BYTES = 92_000


@dataclass(frozen=True, slots=True)
class Detail:
    """How much of each item is told."""

    #: Items without a page of their own are printed whole.
    prints_whole: bool = True
    #: News and reports with picture and summary, from the first on; None: all. Of the others, headlines.
    full_entries: int | None = None


WHOLE = Detail()
SUMMARIES = Detail(prints_whole=False)


def fitted(
    render: Callable[[Detail], str], entries: int, *, can_shorten: bool = True, most_bytes: int = MOST_BYTES
) -> tuple[Detail, str]:
    """Return the first detail in which the mail that *render* makes fits, and that mail; if none does, the least.

    *entries*: news and reports in it. *can_shorten*: what is left out can be read on the web.
    """

    def tried(detail: Detail) -> tuple[int, str]:
        html = render(detail)
        return len(html.encode()), html

    size, html = tried(WHOLE)
    if size <= most_bytes or not can_shorten:
        return WHOLE, html
    all_in_full, html = tried(SUMMARIES)
    if all_in_full <= most_bytes or not entries:
        return SUMMARIES, html
    least = Detail(prints_whole=False, full_entries=0)
    none_in_full, html = tried(least)
    if none_in_full >= min(most_bytes, all_in_full):
        return least, html
    # Items are of different length, so the estimate is a beginning.
    full = int((most_bytes - none_in_full) * entries / (all_in_full - none_in_full))
    for count in range(min(full, entries - 1), 0, -1):
        detail = Detail(prints_whole=False, full_entries=count)
        size, html_of_some = tried(detail)
        if size <= most_bytes:
            return detail, html_of_some
    return least, html
