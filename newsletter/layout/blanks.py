"""A content file for an editor to fill in, as `newsletter new` begins it."""

import re
import textwrap
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from newsletter.content.items import Kind, When
from newsletter.errors import UsageError
from newsletter.files import write_new

_FOLDERS: Mapping[Kind, str] = {Kind.NEWS: "news", Kind.EVENT: "events"}
#: In characters: with a date, a language and an extension, four bytes each still make a file name.
_MAX_SLUG = 50
#: Letters of the Latin script that Unicode does not decompose.
_SPELLED = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
#: What YAML cannot hold (YAML 1.2, section 5.1), and line breaks.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def new_item(
    content: Path,
    kind: Kind,
    title: str,
    *,
    today: date,
    published: date | None = None,
    start: When | None = None,
    topics: Sequence[str] = (),
) -> Path:
    """Write a content file to fill in, a draft, under the folder *content*; return its path.

    *start* (events only) and *published* default to *today*; an event has no date of its own until it is reported.
    *topics*: the keys to choose from. Raises UsageError when there is no title, or a file of that name already.
    """
    title = " ".join(_UNPRINTABLE.sub(" ", title).split())
    if not title:
        raise UsageError('The title is empty. Write it in quotes: newsletter new news "Title"')
    if start is not None and kind is not Kind.EVENT:
        raise UsageError("--start belongs to an event: newsletter new event … --start DATE; news has --date.")
    if kind is Kind.EVENT:
        begins = start or today
        named_after = begins.date() if isinstance(begins, datetime) else begins
        fields = _event_fields(begins, published)
    else:
        named_after = published or today
        fields = [f"date: {named_after}"]
    path = content / _FOLDERS[kind] / f"{named_after}-{slug_of(title) or kind}.md"
    for taken in (path, path.with_suffix("")):
        if taken.exists():
            raise UsageError(f"{taken} is already there. Open it, or choose another title or date.")
    lines = ["---", _title_field(title), *fields, *_common_fields(topics), "---", "", ""]
    write_new(path, "\n".join(lines).encode())
    return path


def _title_field(title: str) -> str:
    import yaml

    return yaml.safe_dump({"title": title}, allow_unicode=True, width=float("inf")).rstrip("\n")


def _event_fields(start: When, published: date | None) -> list[str]:
    begins = start.isoformat(" ", "minutes") if isinstance(start, datetime) else str(start)
    report = "the day the report is published; until then the event is announced"
    return [
        f"start: {begins}",
        f"# end: {begins}",
        "# location: Ghent",
        "# timezone: Europe/Brussels    # where it is not the newsletter's",
        "# register: /events/register/",
        f"# register_by: {begins[:10]}",
        f"date: {published}    # {report}" if published else f"# date: {begins[:10]}    # {report}",
    ]


def _common_fields(topics: Sequence[str]) -> list[str]:
    known = f"any of: {', '.join(topics)}" if topics else "keys of [topics] in newsletter.toml"
    return [
        "# summary: One or two sentences; without it, the first paragraph.",
        "# link: /the/page/    # without it, and without [content.links], the text is printed whole",
        "# image: picture.jpg    # beside this file",
        "# image_alt: What the picture shows.",
        f"# topics: [{', '.join(topics[:1])}]    # {known}; none: everybody gets it",
        "draft: true    # remove this line when the text below is ready",
    ]


def slug_of(title: str) -> str:
    """Return the part of a file's name that says what *title* says: `Café à Łódź` is `cafe-a-lodz`.

    Latin letters lose their accents, those of other scripts stay. Empty when *title* has neither letter nor digit.
    """
    kept = ""
    # Decomposed before as well: the small letter of a mathematical 𝕬 is that of the A in it.
    small = unicodedata.normalize("NFKD", title).casefold().translate(_SPELLED)
    for character in unicodedata.normalize("NFKD", small):
        if not unicodedata.category(character).startswith("M"):
            kept += character if character.isalnum() else " "
        elif not kept[-1:].isascii():
            kept += character
    words = " ".join(unicodedata.normalize("NFC", kept).split())
    return textwrap.shorten(words, _MAX_SLUG, placeholder="").replace(" ", "-") or words[:_MAX_SLUG]
