"""A row of a file: the address it spells and what its reader wants, or why it is refused."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from subscribers.addresses import Address, normalise
from subscribers.errors import AddressError
from subscribers.formulas import fused
from subscribers.importing.files import Layout
from subscribers.importing.findings import Finding, Reason
from subscribers.importing.rules import ImportRules
from subscribers.offers import match_language
from subscribers.values import topics_to_text

#: A file has few different languages and choices and many rows: each is worked out once.
_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reader wants: digest → topics as stored."""

    digests: tuple[tuple[str, str | None], ...]

    def without(self, digests: frozenset[str]) -> "Wish":
        """Return the wish for the other digests."""
        return Wish(tuple(pair for pair in self.digests if pair[0] not in digests))


NO_WISH = Wish(())


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that was understood."""

    line: int
    address: Address
    lang: str
    wish: Wish


#: What was worked out, and (reason, message) of what is to be said about it.
_Remark = tuple[Reason, str]
_Choice = tuple[Wish | None, tuple[_Remark, ...]]

ReadRow = Callable[[int, list[str] | None], tuple[Entry | None, list[Finding]]]


def row_reader(rules: ImportRules, layout: Layout) -> ReadRow:
    """Return the function that understands a record of a file with *layout*.

    It returns the entry (None: refused) and what is to be said about it.
    """
    email_place = layout.places["email"]
    other_places = [layout.places.get(field, -1) for field in ("lang", "topics", "digests")]
    lang_of = lru_cache(_REMEMBERED)(lambda cell: _language(rules, cell))
    wish_of = lru_cache(_REMEMBERED)(lambda topics, digests: _wish(rules, topics, digests))

    def read(line: int, fields: list[str] | None) -> tuple[Entry | None, list[Finding]]:
        if fields is None:
            return None, [Finding(line=line, reason=Reason.UNREADABLE, message="Its quotes do not pair up.")]
        width = len(fields)
        try:
            address = normalise(
                fused(fields[email_place]) if email_place < width else "",
                allow_international=rules.allow_international,
            )
        except AddressError as error:
            return None, [Finding(line=line, reason=Reason(error.reason), message=str(error))]
        lang_cell, topics_cell, digests_cell = (
            fields[place] if 0 <= place < width else "" for place in other_places
        )
        lang, about_lang = lang_of(lang_cell)
        wish, about_wish = wish_of(topics_cell, digests_cell)
        if about_lang or about_wish or not address.as_entered.isascii():
            return _with_findings(line, address, lang, wish, (*about_lang, *about_wish))
        assert wish is not None  # a refused wish always has a remark
        return Entry(line, address, lang, wish), []

    return read


def _with_findings(
    line: int, address: Address, lang: str, wish: Wish | None, remarks: tuple[_Remark, ...]
) -> tuple[Entry | None, list[Finding]]:
    if address.is_mixed_script:
        remarks = (*remarks, (Reason.MIXED_SCRIPT, "The address mixes alphabets: is it what it looks like?"))
    findings = [
        Finding(line=line, reason=reason, message=message, is_refusal=wish is None)
        for reason, message in remarks
    ]
    return (None if wish is None else Entry(line, address, lang, wish)), findings


def _language(rules: ImportRules, cell: str) -> tuple[str, tuple[_Remark, ...]]:
    languages = rules.offer.languages
    wanted = cell.strip()
    known = match_language(wanted, languages)
    if known is not None or not wanted:
        return known or languages[0], ()
    message = f"The newsletter has no language {wanted!r}; {languages[0]} was taken."
    return languages[0], ((Reason.UNKNOWN_LANGUAGE, message),)


def _wish(rules: ImportRules, topics_cell: str, digests_cell: str) -> _Choice:
    """Return what the two cells ask for. What we do not have is left out; with nothing left, the row is refused.

    For the other ways out, all topics or the first digest, would mail people what they did not ask for.
    """
    if rules.suppression is not None:
        return NO_WISH, ()
    remarks: list[_Remark] = []
    tags = _split(topics_cell)
    topics, unknown_tags = rules.match_topics(tags)
    if unknown_tags:
        remarks.append((Reason.UNKNOWN_TOPIC, f"No topic is called {', '.join(map(repr, unknown_tags))}."))
    names = _split(digests_cell) or [rules.offer.default_digest]
    digests = [name for name in dict.fromkeys(names) if name in rules.offer.digests]
    unknown_names = [name for name in names if name not in rules.offer.digests]
    if unknown_names:
        remarks.append((Reason.UNKNOWN_DIGEST, f"No digest is called {', '.join(map(repr, unknown_names))}."))
    if (tags and not topics) or not digests:
        return None, tuple(remarks)
    text = topics_to_text(topics) if tags else None
    return Wish(tuple((digest, text) for digest in digests)), tuple(remarks)


def _split(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]
