"""A row of a file: the address it spells, how its reader stands and what they want, or why it is refused."""

import csv
import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from subscribers.addresses import Address, normalise
from subscribers.errors import AddressError
from subscribers.formulas import fused
from subscribers.importing.files import Layout
from subscribers.importing.findings import Finding, Reason
from subscribers.importing.rules import ImportRules
from subscribers.importing.standings import SUPPRESSIONS, WELCOME, Standing, stronger
from subscribers.offers import match_language
from subscribers.values import topics_to_text

#: A file has few different languages and choices and many rows: each is worked out once.
_REMEMBERED = 4096
#: Characters of a cell in a message.
_SHOWN = 60
#: A moment in any of the forms that systems write; nothing else of a cell may get into the record of consents.
_TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d[\d:.]{0,17}(?: ?(?:[+-]\d\d:?\d\d|UTC|Z)){0,2}")


class Wish(NamedTuple):
    """What a reader wants: digest → topics as stored."""

    digests: tuple[tuple[str, str | None], ...]

    def without(self, digests: frozenset[str]) -> "Wish":
        """Return the wish for the other digests."""
        missing = tuple([pair for pair in self.digests if pair[0] not in digests])
        return Wish(missing) if missing else NO_WISH


NO_WISH = Wish(())


class Entry(NamedTuple):
    """A row that was understood: a tuple, for a million of them are made."""

    line: int
    address: Address
    lang: str
    wish: Wish
    #: `ACTIVE` only with evidence; never `OUTSIDER`.
    standing: Standing
    #: Times that the other system gives, as the JSON text of an object; "" for none.
    times: str = ""


#: What was worked out, and (reason, message) of what is to be said about it.
_Remark = tuple[Reason, str]
_Choice = tuple[Wish | None, tuple[_Remark, ...]]

ReadRow = Callable[[int, list[str] | None], tuple[Entry | None, Sequence[Finding]]]


def row_reader(rules: ImportRules, layout: Layout) -> ReadRow:
    """Return the function that understands a record of a file with *layout*.

    It returns the entry (None: refused) and what is to be said about it.
    """
    # A column that the file does not have is the one after the last, where `read` puts an empty cell.
    places = [layout.places.get(field, -1) for field in ("email", "lang", "topics", "digests", "status")]
    pick = itemgetter(*places)
    width = max(places) + 1
    told_of = _teller(rules, layout)

    def read(line: int, fields: list[str] | None) -> tuple[Entry | None, Sequence[Finding]]:
        if fields is None:
            return None, [Finding(line=line, reason=Reason.UNREADABLE, message="Its quotes do not pair up.")]
        fields += [""] * max(width - len(fields), 0)
        fields.append("")
        email, lang, topics, digests, status = pick(fields)
        try:
            address = normalise(fused(email))
        except AddressError as error:
            return None, [Finding(line=line, reason=Reason(error.reason), message=str(error))]
        told = told_of(lang, topics, digests, status)
        entry = None
        if told.standing is not None and told.wish is not None:
            times = _times(fields, layout.times) if layout.times else ""
            entry = Entry(line, address, told.lang, told.wish, told.standing, times)
        if told.remarks or address.is_mixed_script:
            return entry, _findings(line, address, told.remarks, is_refusal=entry is None)
        return entry, ()

    return read


class _Told(NamedTuple):
    """What the cells of a row say beside its address."""

    #: None: the row is refused.
    standing: Standing | None
    lang: str
    #: None: the row is refused.
    wish: Wish | None
    remarks: tuple[_Remark, ...]


def _teller(rules: ImportRules, layout: Layout) -> Callable[[str, str, str, str], _Told]:
    """Return the function that understands the cells of a row beside its address: lang, topics, digests, status."""

    @lru_cache(_REMEMBERED)
    def told(lang_cell: str, topics_cell: str, digests_cell: str, status_cell: str) -> _Told:
        standing, remarks = _standing(rules, layout, status_cell)
        lang, about_lang = _language(rules, lang_cell)
        wish: Wish | None = NO_WISH
        if standing in WELCOME:
            wish, about_wish = _wish(rules, _split(topics_cell, layout.tag_mark), digests_cell)
            remarks += about_wish
        return _Told(standing, lang, wish, remarks + about_lang)

    return told


def _findings(
    line: int, address: Address, remarks: tuple[_Remark, ...], *, is_refusal: bool
) -> list[Finding]:
    """Return what is to be said of a row. One that is refused counts once: the first remark is why, the others are notes."""
    if address.is_mixed_script:
        remarks = (*remarks, (Reason.MIXED_SCRIPT, "The address mixes alphabets: is it what it looks like?"))
    return [
        Finding(line=line, reason=reason, message=message, is_refusal=is_refusal and place == 0)
        for place, (reason, message) in enumerate(remarks)
    ]


def _standing(rules: ImportRules, layout: Layout, cell: str) -> tuple[Standing | None, tuple[_Remark, ...]]:
    """Return how the person of a row stands; None: it is refused. *cell*: of the column `status`, where there is one."""
    standing = rules.standing or layout.standing or Standing.ACTIVE
    if "status" in layout.places:
        word = cell.strip().casefold()
        said = layout.words.get(word)
        if said is not None:
            standing = stronger(standing, said)
        elif rules.treat_as is None and standing not in SUPPRESSIONS:
            message = (
                f"Nobody knows what the status {shown(word)} means; known are {', '.join(layout.words)}."
            )
            return None, ((Reason.UNKNOWN_STATUS, message),)
    if standing is Standing.OUTSIDER:
        message = "They never subscribed there: they may sign up themselves."
        return None, ((Reason.NEVER_SUBSCRIBED, message),)
    if standing is Standing.ACTIVE and not rules.is_confirmed:
        standing = Standing.PENDING
    return standing, ()


def _language(rules: ImportRules, cell: str) -> tuple[str, tuple[_Remark, ...]]:
    languages = rules.offer.languages
    wanted = cell.strip()
    known = match_language(wanted, languages)
    if known is not None or not wanted:
        return known or languages[0], ()
    message = f"The newsletter has no language {shown(wanted)}; {languages[0]} was taken."
    return languages[0], ((Reason.UNKNOWN_LANGUAGE, message),)


def _wish(rules: ImportRules, tags: list[str], digests_cell: str) -> _Choice:
    """Return what the two cells ask for. What we do not have is left out; with nothing left, the row is refused.

    For the other ways out, all topics or the first digest, would mail people what they did not ask for.
    """
    remarks: list[_Remark] = []
    topics, unknown_tags = rules.match_topics(tags)
    if unknown_tags:
        remarks.append((Reason.UNKNOWN_TOPIC, f"No topic is called {', '.join(map(shown, unknown_tags))}."))
    names = _split(digests_cell, ";") or [rules.offer.default_digest]
    digests = [name for name in dict.fromkeys(names) if name in rules.offer.digests]
    unknown_names = [name for name in names if name not in rules.offer.digests]
    if unknown_names:
        remarks.append(
            (Reason.UNKNOWN_DIGEST, f"No digest is called {', '.join(map(shown, unknown_names))}.")
        )
    if tags and not topics:
        return None, tuple(remarks)
    if not digests:
        # What the row is refused for comes first.
        return None, tuple(reversed(remarks))
    text = topics_to_text(topics) if tags else None
    return Wish(tuple((digest, text) for digest in digests)), tuple(remarks)


def _split(cell: str, mark: str) -> list[str]:
    """Return the names in *cell*; each may stand in quotes, as Mailchimp writes tags."""
    if '"' not in cell:
        return [part.strip() for part in cell.split(mark) if part.strip()]
    parts = next(csv.reader([" ".join(cell.splitlines())], delimiter=mark, skipinitialspace=True), [])
    return [part.strip() for part in parts if part.strip()]


def _times(fields: list[str], places: Mapping[str, int]) -> str:
    width = len(fields)
    times = {
        column: fields[place]
        for column, place in places.items()
        if place < width and _TIME.fullmatch(fields[place])
    }
    return json.dumps(times, sort_keys=True) if times else ""


def shown(text: str) -> str:
    """Return *text* as a message shows it: short, and never an address, as a cell in the wrong column may be."""
    return "an address" if "@" in text else repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
