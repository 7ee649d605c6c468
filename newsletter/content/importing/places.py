"""Where an event is: the town that stands beside its date or its title, and the country where it is named with it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from newsletter.content.importing.dates import Precision, Span, find_dates
from newsletter.content.importing.eventdates import Passage, is_dateline
from newsletter.content.importing.months import full_months, months, weekdays
from newsletter.content.importing.towns import countries, is_declined_town, towns

_NAME = r"(?:(?:The|La|Le|Las|Los|El|San|St\.?|Saint|Den|Bad|Sankt|New|Novi|Stara)\s)?[A-ZÀ-ÞĀ-ŽŁŚŹŻČŠŽĆĐ][\w'’.]*[\w](?:-(?:[\w'’]+-){0,2}[A-ZÀ-ÞĀ-Ž][\w'’]+)?(?:\s(?:am|an der|de la|de|del|upon|ob der|sur|in)\s[A-ZÀ-ÞĀ-Ž][\w'’]+|\s[A-ZÀ-ÞĀ-Ž][\w'’-]*[a-zà-ÿ])?"
_IN = re.compile(
    rf"\b(?P<how>[Ii]n|[Aa]t|[Àà]|[Aa]|[Ee]n|[Ii]m|[Zz]u|[Nn]ach|[Ee]m|[Tt]e|[Nn]aar|[Vv]ers|[Ww]e?|[Vv]e?|[Ii]|à la ville de|in the city of|au|aux)\s+(?:(?:beautiful|sunny|historic|central|downtown|lovely|der Stadt)\s+)?(?P<name>{_NAME})(?P<more>(?:,\s*|\s*\(){_NAME}\)?)?"
)
#: `Kick-off meeting, Brussels`
_AT_END = re.compile(rf"[,–|(-]\s*(?P<name>{_NAME})(?:,\s*(?P<country>{_NAME}))?\)?$")
#: `off the coast of Split, Croatia`
_WITH_COUNTRY = re.compile(rf"(?P<name>{_NAME}),\s+(?P<country>{_NAME})")
_ONLINE = re.compile(
    r"\b(?:online|virtual(?:ly)?|webinar|by video ?conference|(?:on|via|over|using|per|über) (?:the )?(?:Zoom|(?:MS |Microsoft )?Teams|Webex|BigBlueButton|Jitsi)|by video call|logged in|log in from|en ligne|visioconférence|virtuell|videokonferenz|en línea)\b",
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
#: Between a place and the days behind it.
_LEADS_TO_DAYS = re.compile(
    r",?\s*(?:from|on|vom|am|du|le|les|des?l?|dal(?:l['’])?|il|los días|nos dias|van|op|w dniach)?\s*(?:the\s+)?",
    re.IGNORECASE,
)
#: Right before *online*.
_HELD = re.compile(
    r"\b(?:held|(?:takes?|took|taking) place|met|meets?|statt|tenue?|tiendra|plaats|se celebr\w+)\s+(?:\w+\s+)?$",
    re.IGNORECASE,
)
#: Right behind a place: `in Rothenburg stattfindet`.
_TAKES_PLACE = re.compile(r"(?:stattf\w+|statt\b|findet\b|fand\b|hosts?\b|hosted\b|plaats\b)", re.IGNORECASE)
#: Beside the place of another event.
_OTHER = re.compile(
    r"\b(?:next|previous|last|earlier|second|third|following|first|another|after|since|founded|based|from her|from his|office|nächste[nrs]?|vorige[nrs]?|vergangene[nrs]?|vorjahr|prochaine?|précédente?|dernière?|próxim[ao]|anterior|prossim[ao]|precedente|volgende|vorige|następn\w+|poprzedni\w+)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<!\b\d)(?<!\b\d\d)[.!?]['”\")]*\s+(?=[\"“„«(]?[A-ZÀ-Þ])")
#: Prepositions after which languages decline names: `w Gdańsku`.
_DECLINING = frozenset({"w", "we", "v", "ve", "u"})
#: Characters of a paragraph that are looked at.
_MAX_LENGTH = 4000
#: Fewer points, and it is no place.
_ENOUGH = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """The days of the event, and where they are written: a place beside them is that of the event."""

    first: date
    last: date
    #: Which passage, and where in it; None: no prose says it.
    place: int | None = None
    span: Span | None = None

    def is_among(self, span: Span) -> bool:
        """Whether *span*, which may lack its year, is of these days."""
        dated = span.in_year(self.first.year) if span.precision is Precision.NO_YEAR else span
        if dated is None or dated.precision is Precision.MONTH or (self.span and self.span.text == span.text):
            return span.first.month in {self.first.month, self.last.month}
        return dated.first <= self.last and dated.until >= self.first


def find_place(passages: list[Passage], when: When | None) -> tuple[str, int] | None:
    """Return the place that *passages* tell of, and its line; *when*: the days of the event."""
    scores: dict[str, int] = {}
    shown: dict[str, tuple[str, int]] = {}
    for passage in passages:
        for place, points in _found(passage, when):
            key = place.partition(",")[0].casefold()
            known = shown.get(key)
            if known is None or ("," in place and "," not in known[0]):
                shown[key] = (place, known[1] if known else passage.line)
            # What is said twice is surer, but not twice as sure.
            scores[key] = max(scores.get(key, 0), points) + (1 if key in scores and points > 0 else 0)
    if scores:
        best = max(scores, key=lambda key: scores[key])
        if scores[best] >= _ENOUGH:
            return shown[best]
    for passage in passages[:3]:
        if _ONLINE.search(passage.text):
            return "online", passage.line
    return None


def _found(passage: Passage, when: When | None) -> Iterator[tuple[str, int]]:
    if passage.place == 0:
        yield from _in_title(passage.text)
    yield from _in_dateline(passage, when)
    for match in _ONLINE.finditer(passage.text, 0, _MAX_LENGTH):
        is_said = _HELD.search(passage.text[max(0, match.start() - 30) : match.start()])
        points = {0: 2, 1: 1}.get(passage.place, 0) + (3 if is_said else 0)
        yield "online", _beside(match, passage, when) + points
    for match in _WITH_COUNTRY.finditer(passage.text, 0, _MAX_LENGTH):
        name, country = _trimmed(match["name"]), match["country"]
        if (
            name
            and country.casefold() in countries()
            and name.casefold() not in countries()
            and not _NO_PLACE.search(name)
        ):
            yield f"{name}, {country}", _points(name, True, match, passage, when) - 1
    for match in _IN.finditer(passage.text, 0, _MAX_LENGTH):
        name = _trimmed(match["name"])
        if not name or _NO_PLACE.search(name) or _is_time(name):
            continue
        more = (match["more"] or "").strip(" ,()")
        country = more if more.casefold() in countries() else ""
        points = _points(name, bool(country), match, passage, when)
        yield (f"{name}, {country}" if country else name), points
    yield from _beside_days(passage, when)


def _in_title(title: str) -> Iterator[tuple[str, int]]:
    if at_end := _AT_END.search(title):
        name, country = at_end["name"], at_end["country"] or ""
        if name.casefold() in towns():
            yield f"{name}, {country}" if country.casefold() in countries() else name, _ENOUGH + 2
    # `Exercise at the station of Strasbourg`
    yield from ((name, _ENOUGH) for name in re.findall(_NAME, title) if name.casefold() in towns())


def _in_dateline(passage: Passage, when: When | None) -> Iterator[tuple[str, int]]:
    """Yield the place that a text begins with: `Heraklion, Crete, Greece, October 2019 –`."""
    if when and when.span and passage.place == when.place and is_dateline(when.span, passage.text):
        names = [name.strip() for name in re.split(r"[,(]", passage.text[: when.span.begin]) if name.strip()]
        if names and all(re.fullmatch(_NAME, name) for name in names):
            yield ", ".join(names), _ENOUGH + 3


def _beside_days(passage: Passage, when: When | None) -> Iterator[tuple[str, int]]:
    """Yield known towns in the sentence that names the days, whatever stands before them: `the Maison de l’Europe de Paris`."""
    if when is None or when.span is None or passage.place != when.place:
        return
    begin, end = _sentence(passage.text, when.span.begin, when.span.end)
    sentence = passage.text[begin:end]
    for match in re.finditer(_NAME, sentence):
        names = (_trimmed(match[0]), match[0].split()[-1])
        town = next((name for name in names if name.casefold() in towns() - countries()), "")
        # `10 am (Rome Time)`
        if town and not re.search(r"\btime\b", sentence[match.start() : match.end() + 5], re.IGNORECASE):
            yield town, _ENOUGH


def _points(name: str, has_country: bool, match: re.Match[str], passage: Passage, when: When | None) -> int:
    folded = name.casefold()
    # *a* and *en* are articles and conjunctions, *im Rahmen* is no place: only known names count after them.
    how = match.groupdict().get("how") or "in"
    is_town = folded in towns() or (how in _DECLINING and is_declined_town(name))
    is_country = folded in countries()
    points = {0: 3, 1: 2, 2: 1}.get(passage.place, 0)
    points += 4 if is_town and not is_country else 0
    points += 4 if has_country else 0
    points += 1 if is_country and not is_town else 0
    points += _beside(match, passage, when)
    points += _ENOUGH if _TAKES_PLACE.match(passage.text[match.end() :].lstrip()) else 0
    is_known = is_town or has_country
    if how not in {"in", "In", "at"} and not is_known and not _touches_days(match, passage, when):
        points -= 4
    if how == "at" and not is_town:
        points -= 3
    return points


def _beside(match: re.Match[str], passage: Passage, when: When | None) -> int:
    """Return the points for what stands around a place: the days of the event, or those of another; a verb of happening."""
    text, start = passage.text, match.start()
    begin, end = _sentence(text, start, match.end())
    points = 0
    if when is not None:
        own = when.span if passage.place == when.place else None
        dates = [span for span in find_dates(text) if begin <= span.begin < end]
        if own is not None and begin <= own.begin < end:
            points += 4
        elif dates and not any(when.is_among(span) for span in dates):
            points -= 5
        elif own is not None:
            points += 1
    if _HAPPENS.search(text[max(0, start - 70) : start]) or _HAPPENS.match(text[match.end() :].lstrip()):
        points += 2
    points -= 4 if _OTHER.search(text[max(begin, start - 60) : start]) else 0
    return points


def _touches_days(match: re.Match[str], passage: Passage, when: When | None) -> bool:
    """Whether a place stands right beside the days of the event: `les 3 et 4 décembre à Dijon`."""
    if when is None or when.span is None or passage.place != when.place:
        return False
    between = passage.text[match.end() : when.span.begin]
    return 0 <= match.start() - when.span.end <= 2 or (
        match.end() <= when.span.begin and _LEADS_TO_DAYS.fullmatch(between) is not None
    )


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the sentence begins and ends that holds *start* to *end*."""
    begin, until = 0, len(text)
    for found in _SENTENCE.finditer(text, 0, _MAX_LENGTH):
        if found.end() <= start:
            begin = found.end()
        elif found.start() >= end:
            until = found.start()
            break
    return begin, until


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
