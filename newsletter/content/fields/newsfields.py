"""The fields that every item has: what it is, whether and when it goes out, and in which language."""

from datetime import date

from newsletter.content.fields.reader import FieldReader, as_flag
from newsletter.content.files.names import Place, date_in_path
from newsletter.content.items import Kind, When
from newsletter.content.rules import ContentRules
from newsletter.content.shortcodes.resolving import resolve_shortcodes
from newsletter.errors import Level

#: Pelican's words for pages that nobody is led to.
_UNPUBLISHED = frozenset({"draft", "hidden", "skip"})


def read_line(reader: FieldReader, name: str, rules: ContentRules) -> str:
    """Return the field as one line of text without shortcodes, or ""."""
    text = reader.text(name)
    if "{" not in text:
        return text
    resolved = resolve_shortcodes(text, rules, path=reader.path, first_line=reader.lines.get(name, 1))
    reader.problems.extend(resolved.problems)
    return resolved.body


def read_draft(reader: FieldReader, place: Place) -> bool:
    """Return whether the file is a draft, by any of its signs."""
    draft = reader.find("draft")
    flag = as_flag(draft.value) if draft else False
    if draft and flag is None:
        reader.report(
            Level.ERROR,
            "bad-draft",
            f"`draft: {draft.value}` says neither yes nor no.",
            line=draft.line,
            help="Write true or false.",
        )
    published = reader.find("published")
    is_unpublished = published is not None and as_flag(published.value) is False
    return place.is_draft or bool(flag) or is_unpublished or reader.text("status").casefold() in _UNPUBLISHED


def read_kind(reader: FieldReader, place: Place) -> Kind:
    """Return whether it tells news or an event."""
    written = reader.text("kind").casefold()
    if not written:
        return place.kind
    try:
        return Kind(written)
    except ValueError:
        reader.report(
            Level.WARNING,
            "bad-kind",
            f"There is no kind `{written}`; the folder says {place.kind}.",
            line=reader.lines.get("kind"),
            help="Write news or event.",
        )
        return place.kind


def read_published(reader: FieldReader, place: Place, rules: ContentRules, kind: Kind) -> When | None:
    """Return when it was published; of an event only what the file says of it."""
    published = reader.when("date", rules.timezone)
    if published is None and kind is Kind.NEWS and "date" not in reader.unread_dates:
        published = place.date or _date_in_address(reader)
        if published is None:
            reader.report(
                Level.WARNING,
                "no-date",
                "It is not known when this was published, so it is in no issue.",
                help="Add `date: 2026-11-03`, or begin the file's name with 2026-11-03-.",
            )
    return None if published is None else reader.with_time(published, rules.timezone)


def _date_in_address(reader: FieldReader) -> date | None:
    written = (date_in_path(str(found.value)) for name in ("link", "slug") for found in reader.every(name))
    return next(filter(None, written), None)


def read_language(reader: FieldReader, place: Place, rules: ContentRules) -> str:
    """Return its language, as the newsletter spells it."""
    written = reader.text("lang")
    lang = rules.language(written) if written else place.lang or rules.languages[0]
    if written and place.lang and lang != place.lang:
        reader.report(
            Level.WARNING,
            "lang-conflict",
            f"`lang: {written}` and the file's name ({place.lang}) contradict each other; the field counts.",
            line=reader.lines.get("lang"),
            help="Change one of the two.",
        )
    if lang not in rules.languages:
        reader.report(
            Level.INFO,
            "unknown-language",
            f"`{lang}` is not a language of the newsletter ({', '.join(rules.languages)}).",
            line=reader.lines.get("lang"),
            help="Add it to `languages` in newsletter.toml if readers should get it.",
        )
    return lang
