"""Where an event is: the town that stands beside its date or its title, and the country where it is named with it."""

import re
from collections.abc import Iterator

from newsletter.content.importing.eventdates import Passage
from newsletter.content.importing.months import full_months, months, weekdays
from newsletter.content.importing.towns import countries, towns
from newsletter.content.importing.wording import sentences

_NAME = r"(?:(?:The|La|Le|Las|Los|El|San|St\.?|Saint|Den|Bad|Sankt|New|Novi|Stara)\s)?[A-ZÀ-ÞĀ-ŽŁŚŹŻČŠŽĆĐ][\w'’.]*[\w](?:-(?:[\w'’]+-){0,2}[A-ZÀ-ÞĀ-Ž][\w'’]+)?(?:\s(?:am|an der|de la|de|del|upon|ob der|sur|in)\s[A-ZÀ-ÞĀ-Ž][\w'’]+|\s[A-ZÀ-ÞĀ-Ž][\w'’-]*[a-zà-ÿ])?"
_IN = re.compile(
    rf"\b(?P<how>[Ii]n|[Aa]t|[Àà]|[Aa]|[Ee]n|[Ii]m|[Zz]u|[Nn]ach|[Ee]m|[Tt]e|[Ww]e?|[Vv]e?|[Ii]|à la ville de|in the city of|au|aux)\s+(?:(?:beautiful|sunny|historic|central|downtown|lovely|der Stadt)\s+)?(?P<name>{_NAME})(?P<more>(?:,\s*|\s*\(){_NAME}\)?)?"
)
#: `Kick-off meeting, Brussels`
_AT_END = re.compile(rf"[,–|(-]\s*(?P<name>{_NAME})(?:,\s*(?P<country>{_NAME}))?\)?$")
#: `off the coast of Split, Croatia`
_WITH_COUNTRY = re.compile(rf"(?P<name>{_NAME}),\s+(?P<country>{_NAME})")
_ONLINE = re.compile(
    r"\b(?:online|virtual(?:ly)?|webinar|by video ?conference|via (?:Zoom|Teams|Webex|MS Teams)|en ligne|visioconférence|virtuell|videokonferenz|en línea)\b",
    re.IGNORECASE,
)
#: Words with a capital after *in* and *at* that are no place.
_NO_PLACE = re.compile(
    r"^(?:the|this|that|these|our|their|his|her|its|total|order|addition|particular|general|line|cooperation|collaboration|partnership|person|fact|case|all|each|every|many|most|some|january|day|part|session|phase|work|chapter|article|annex|section|table|figure|english|french|german|spanish|italian|"
    r"european|europe|eu|union|commission|parliament|council|member|members|law|police|policing|law enforcement|horizon|ai|ict|technology|research|security|interpol|europol|eurojust|frontex|cepol|enlets|nato|osce|osze|un|united nations|zusammenarbeit|kooperation|rahmen|anwesenheit|vertretung|zukunft|form|kraft|deutsch\w*|englisch\w*|abstimmung|anlehnung|bezug|"
    r"summer|winter|spring|autumn|q[1-4]|europa|présence|partenariat|collaboration|coopération|cadre|particulier|matière|l['’].*|d['’].*|microsoft|zoom|teams|webex|ms|least|last|first|second|third|which|what|it|we|they|you|i|ncp|ncps|phd|dr|mr|mrs|ms|prof|minister\w*|director\w*|chief|president\w*)$"
    r"|(?:ung|heit|keit|schaft|tion|ität|ismus|nis|ungen|police|ministry|agency|unit|group|network|project|university|institute|center|centre|hotel|headquarters)$",
    re.IGNORECASE,
)
#: Verbs that a place goes with.
_HAPPENS = re.compile(
    r"\b(?:met|meet|meets|held|place|gathered|gather|hosted|convened|assembled|organi[sz]ed|welcomed|arrived|come together|came together|brought together|meeting|conference|workshop|seminar|summit|forum|training|event|assembly|exercise|hackathon|statt|trafen|tagten?|treffen|konferenz|tagung|lieu|tiendra|tenue?|réunis?|réunion|conférence|celebr\w+|reun\w+|tenut[ao]|terrà|plaats|bijeen\w*|vond|vindt|kwamen|realizou-se|decorreu|reuni\w+|konala?|sešli|avut|reunit|odbył\w*|odbędzie|spotka\w+|möttes|hölls|samlades|mødtes|afholdt|møttes|holdt)\b",
    re.IGNORECASE,
)
#: Characters of a paragraph that are looked at.
_MAX_LENGTH = 4000
#: Fewer points, and it is no place.
_ENOUGH = 5


def find_place(passages: list[Passage], day: tuple[int, int] | None) -> tuple[str, int] | None:
    """Return the place that *passages* tell of, and its line; *day*: line and column of the event's date."""
    scores: dict[str, int] = {}
    shown: dict[str, tuple[str, int]] = {}
    for passage in passages:
        for place, points in _found(passage, day):
            key = place.partition(",")[0].casefold()
            known = shown.get(key)
            if known is None or ("," in place and "," not in known[0]):
                shown[key] = (place, known[1] if known else passage.line)
            # What is said twice is surer, but not twice as sure.
            scores[key] = max(scores.get(key, 0), points) + (1 if key in scores else 0)
    if scores:
        best = max(scores, key=lambda key: scores[key])
        if scores[best] >= _ENOUGH:
            return shown[best]
    for passage in passages[:3]:
        if _ONLINE.search(passage.text):
            return "online", passage.line
    return None


def _found(passage: Passage, day: tuple[int, int] | None) -> Iterator[tuple[str, int]]:
    if passage.place == 0 and (at_end := _AT_END.search(passage.text)):
        name, country = at_end["name"], at_end["country"] or ""
        if name.casefold() in towns():
            yield f"{name}, {country}" if country.casefold() in countries() else name, _ENOUGH + 2
    if passage.place == 0:
        # `Exercise at the station of Strasbourg`
        yield from ((name, _ENOUGH) for name in re.findall(_NAME, passage.text) if name.casefold() in towns())
    for match in _WITH_COUNTRY.finditer(passage.text, 0, _MAX_LENGTH):
        name, country = _trimmed(match["name"]), match["country"]
        if (
            name
            and country.casefold() in countries()
            and name.casefold() not in countries()
            and not _NO_PLACE.search(name)
        ):
            yield f"{name}, {country}", _points(name, True, match, passage, day) - 1
    for match in _IN.finditer(passage.text, 0, _MAX_LENGTH):
        name = _trimmed(match["name"])
        if not name or _NO_PLACE.search(name) or _is_time(name):
            continue
        more = (match["more"] or "").strip(" ,()")
        country = more if more.casefold() in countries() else ""
        points = _points(name, bool(country), match, passage, day)
        yield (f"{name}, {country}" if country else name), points


def _points(
    name: str, has_country: bool, match: re.Match[str], passage: Passage, day: tuple[int, int] | None
) -> int:
    folded = name.casefold()
    is_town, is_country = folded in towns(), folded in countries()
    points = {0: 3, 1: 2, 2: 1}.get(passage.place, 0)
    points += 4 if is_town and not is_country else 0
    points += 4 if has_country else 0
    points += 1 if is_country and not is_town else 0
    start = match.start()
    if day and passage.line == day[0]:
        between = passage.text[min(day[1], start) : max(day[1], start)]
        points += 4 if len(sentences(between)) == 1 else 1
    points += (
        2
        if _HAPPENS.search(passage.text[max(0, start - 70) : start])
        or _HAPPENS.match(passage.text[match.end() :].lstrip())
        else 0
    )
    # *a* and *en* are articles and conjunctions, *im Rahmen* is no place: only known names count after them.
    how = match.groupdict().get("how") or "in"
    if how not in {"in", "In", "at"} and not (is_town or has_country):
        points -= 4
    if how == "at" and not is_town:
        points -= 3
    return points


def _trimmed(name: str) -> str:
    """Return *name* without a month, a day or a verb that stood behind it; "" when nothing remains."""
    words = name.split()
    while words and _is_time(words[-1]):
        words.pop()
    joined = " ".join(words)
    if joined.casefold() in towns() or joined.casefold() in countries() or len(words) < 2:
        return joined.rstrip(".")
    # `Riga Participants`: two words of which the first is a town.
    return words[0] if words[0].casefold() in towns() else joined


def _is_time(name: str) -> bool:
    folded = name.casefold().rstrip(".,")
    return folded in full_months() or folded in weekdays() or (folded in months() and len(folded) > 2)
