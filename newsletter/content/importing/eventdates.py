"""Which of the dates in a text is that of the event it tells of: by where it stands, and by the words around it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from newsletter.content.importing.dates import Precision, Span, find_dates
from newsletter.content.importing.months import weekdays

#: What is said of an event beside its date.
_HAPPENS = re.compile(
    r"\b(?:met|meets?|meeting|took place|takes? place|taking place|was held|were held|is held|held|holds?|holding|gather(?:ed|s)?|gathering|hosted|hosts?|home of|took part|takes? part|logged in|travelled to|came to|invite[sd]?|drew|convened?|assembled|organi[sz]ed|brought together|brings together|came together|"
    r"will be|is scheduled|scheduled|attended|participated|joined?|join us|welcomed|opened|kicked off|runs?|ran|from|between|during|event|conference|workshop|seminar|webinar|summit|training|exercise|forum|seminars?|courses?|kick[- ]?off|debate|"
    r"fand(?:en)?|findet|finden|stattfinden|stattgefunden|statt|traf(?:en)?|treffen|tagte|tagung|versammelten|kamen|lud|lädt|veranstaltet(?:e)?|konferenz|vom|"
    r"a eu lieu|ont eu lieu|aura lieu|auront lieu|se (?:tiendra|tient|sont réunis?|sont réunies|déroulera|tenait)|s['’]est (?:tenue?|déroulée?|réunie?)|se sont tenues?|réunis?|réunion|rassemblé|organisée?s?|accueilli|conférence|séminaire|atelier|débat|colloque|journées?|rendez-vous|retrouvée?s|du|"
    r"se (?:celebró|celebrará|reunieron|reunió)|tuvo lugar|tendrá lugar|se dieron cita|dieron cita|jornadas?|taller|se desarrolló|reunión|si (?:è tenut[ao]|terrà|sono riuniti)|riunione|ha avuto luogo|ospitare|ospita|ospitato|si (?:è svolt[ao]|svolgerà|svolge)|convegno|geopend|opent|opening|vond|vindt|kwamen|bijeenkomst|plaats|realizou-se|decorreu|teve lugar|reunião|reuniram|konala?|sešli|setkání|konference|avut loc|reunit|kokoontui\w*|järjestettiin|pidettiin|möttes|hölls|rum|samlades|träffades|konferens|mødtes|afholdt|sted|møttes|holdt|bijeen|odbył[oa]?|odbywa|odbędzie|spotkanie|konferencja|warsztaty)\b",
    re.IGNORECASE,
)
#: What is said beside another date.
_OTHER = re.compile(
    r"\b(?:published|posted|updated|press release|pressemitteilung|medieninformation|communiqué|deadline|register|registration|registrations|apply|applications?|submit|submissions?|abstracts?|no later than|founded|established|launched in|created in|adopted|entered into force|entry into force|regulation|directive|decision|decree|law of|signed on|born|"
    r"valid|expires?|last year|previous|earlier|next (?:meeting|edition|event|conference|plenary|workshop|session)|following (?:meeting|edition)|follow-up|(?:second|third|another|further|new|later|earlier|first|last) edition|the year before|save the date for|upcoming (?:meeting|edition)|as of|started in|began in|funded|"
    r"veröffentlicht|anmeldeschluss|anmeldung(?:en)?|anmelden|bewerbung|bis zum|bis spätestens|spätestens|seit|gegründet|in kraft|verordnung|richtlinie|beschluss|gesetz|nächste[srn]? (?:treffen|sitzung|tagung|konferenz)|stand|"
    r"publié|date limite|inscriptions?|inscrire|candidatures?|avant le|au plus tard|jusqu['’]au|depuis|fondée?|créée?|règlement|directive|décision|prochaine? (?:réunion|édition|session|rencontre)|en vigueur|fecha límite|inscripción|próxima reunión|scadenza|iscrizioni|prossima riunione|aanmelden|uiterlijk)\b",
    re.IGNORECASE,
)
#: What stands right before a last or a first day.
_LIMIT = re.compile(
    r"\b(?:until|by|before|since|seit|bis|depuis|avant)\s+(?:(?:the|zum|dem|le)\s+)?$", re.IGNORECASE
)
_YEAR = re.compile(r"(?<![\d./-])20\d\d(?![\d/-])")
_DATELINE = re.compile(
    r"(?!(?:In|On|Im|Am|Vom|Le|Du|En|El|A|Il|Nel|Dal|Op|Em|No|Från|Den|I|V|W)\s*$)[A-ZÀ-Þ][\w .,'’()/-]{1,50}?[,(]?\s*$"
)
#: In characters: how far before and after a date its words stand.
_BEFORE, _AFTER = 90, 60
#: Fewer points, and a date says nothing of an event.
ENOUGH = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A part of the page that may hold the date of its event."""

    text: str
    line: int
    #: 0: the title; 1: the first paragraph; 2: the second; and so on.
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A date that may be that of the event, and how likely it is."""

    span: Span
    passage: Passage
    points: int
    #: Its year was taken from elsewhere.
    has_other_year: bool = False


def event_candidates(passages: Sequence[Passage], language: str, published: date | None) -> list[Candidate]:
    """Return the dates in *passages*, the likeliest first."""
    found = list(_found(passages, language))
    year = _year(passages, found, published)
    dated = [each for each in (_with_year(candidate, year, published) for candidate in found) if each]
    return sorted(_with_company(dated), key=lambda each: (-each.points, each.passage.place, each.span.begin))


def _found(passages: Sequence[Passage], language: str) -> Iterator[Candidate]:
    for passage in passages:
        for span in find_dates(passage.text, language):
            yield Candidate(span=span, passage=passage, points=_points(span, passage))


def _points(span: Span, passage: Passage) -> int:
    before = _sentence_before(passage.text[max(0, span.begin - _BEFORE) : span.begin])
    after = _sentence_after(passage.text[span.end : span.end + _AFTER])
    points = {0: 5, 1: 3, 2: 2, 3: 1}.get(passage.place, 0)
    points += 3 if span.last else 0
    points += 2 if span.clock else 0
    # `On Thursday 16 November` is said of what one goes to.
    points += 2 if _weekday().match(span.text) else 0
    points += (
        3
        if passage.place == 1 and span.precision is Precision.MONTH and is_dateline(span, passage.text)
        else 0
    )
    points += 3 if _HAPPENS.search(before) or _HAPPENS.search(after) else 0
    points -= 7 if _OTHER.search(before[-60:]) or _LIMIT.search(before) or _OTHER.match(after.lstrip()) else 0
    # A month alone is what is said of the past and of plans; in a title it is the event's.
    points -= 3 if span.precision is Precision.MONTH and passage.place else 0
    return points


def is_dateline(span: Span, text: str) -> bool:
    """Whether *text* begins with a place and *span*: `Riga, 8 October 2025 –`."""
    return span.begin < 60 and _DATELINE.fullmatch(text[: span.begin]) is not None


@cache
def _weekday() -> re.Pattern[str]:
    names = "|".join(sorted(map(re.escape, weekdays()), key=len, reverse=True))
    return re.compile(rf"(?<![^\W\d_])(?:{names})(?![^\W\d_])", re.IGNORECASE)


def _sentence_before(text: str) -> str:
    return re.split(r"[!?;]\s|(?<!\b\d)(?<!\b\d\d)\.\s", text)[-1]


def _sentence_after(text: str) -> str:
    return re.split(r"[.!?;](?:\s|$)", text)[0]


def _year(passages: Sequence[Passage], found: Sequence[Candidate], published: date | None) -> int | None:
    """Return the year of dates that have none: that of the publication, the title's, that of most other dates."""
    if published is not None:
        return published.year
    if titles := [passage for passage in passages if passage.place == 0 and _YEAR.search(passage.text)]:
        return _mentioned_year(titles)
    dated = [each for each in found if each.span.precision is not Precision.NO_YEAR]
    years = [each.span.first.year for each in dated if each.points > 0] or [
        each.span.first.year for each in dated
    ]
    return max(years, key=years.count) if years else _mentioned_year(passages)


def _mentioned_year(passages: Sequence[Passage]) -> int | None:
    """Return the first year in *passages*: `the 2026 convention`."""
    years = (_YEAR.search(passage.text) for passage in passages)
    return next((int(found[0]) for found in years if found), None)


def _with_year(candidate: Candidate, year: int | None, published: date | None) -> Candidate | None:
    span = candidate.span
    if span.precision is not Precision.NO_YEAR:
        return candidate
    if year is None:
        return None
    dated = span.in_year(year)
    if dated is not None and published is not None:
        # In January people write of December, in November of March.
        near = [each for each in (span.in_year(year - 1), dated, span.in_year(year + 1)) if each]
        dated = min(near, key=lambda each: abs((each.first - published).days + 60 * (each.first > published)))
    if dated is None:
        return None
    return replace(candidate, span=dated, points=candidate.points - 1, has_other_year=True)


def _with_company(found: list[Candidate]) -> list[Candidate]:
    """Give points for dates that others confirm: a day of a month in the title, days of a longer range."""
    confirmed = []
    for one in found:
        points = one.points
        for other in found:
            if other is one or one.span.precision is not Precision.DAY:
                continue
            days, others = one.span, other.span
            is_same_month = others.precision is Precision.MONTH and (days.first.year, days.first.month) == (
                others.first.year,
                others.first.month,
            )
            points += 4 if is_same_month and other.passage.place == 0 else 0
            is_within = (
                others.precision is Precision.DAY
                and days.first <= others.first
                and others.until <= days.until
            )
            points += 1 if is_within and days.last and other.points > 0 else 0
        confirmed.append(replace(one, points=points))
    return [_joined(_with_clock(each, confirmed), confirmed) for each in confirmed]


def _with_clock(one: Candidate, found: Sequence[Candidate]) -> Candidate:
    """Return *one* with the time of day that stands beside the same date elsewhere."""
    for other in found:
        if (
            other.span.clock
            and not one.span.clock
            and (one.span.first, one.span.until) == (other.span.first, other.span.until)
        ):
            return replace(one, span=replace(one.span, clock=other.span.clock))
    return one


def _joined(one: Candidate, found: Sequence[Candidate]) -> Candidate:
    """Return *one* with its last day, where the page says when it opened and when it was concluded."""
    if (
        one.span.last
        or one.span.precision is not Precision.DAY
        or not _beside(one, r"open(?:ed|s|ing)|beg[ai]n|started|kicked off|eröffnet|begann|ouvert|débuté")
    ):
        return one
    for other in found:
        later = other.span
        is_near = timedelta(0) < later.until - one.span.first <= timedelta(days=6)
        if (
            is_near
            and later.precision is Precision.DAY
            and _beside(other, r"conclud|clos(?:ed|ing)|ended|ends|wrapped|endete|schloss|achevé|clôtur")
        ):
            return replace(one, span=replace(one.span, last=later.until))
    return one


def _beside(candidate: Candidate, words: str) -> bool:
    span, text = candidate.span, candidate.passage.text
    near = text[max(0, span.begin - _BEFORE) : span.end + _AFTER]
    return bool(re.search(rf"\b(?:{words})", near, re.IGNORECASE))
