"""What a page says of itself in its markup: JSON-LD, microdata, meta tags, <time>, links for calendars."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from newsletter.content.importing import jsonld
from newsletter.content.importing.dates import Precision, find_dates
from newsletter.content.importing.facts import Facts
from newsletter.content.importing.furniture import is_category
from newsletter.content.importing.inline import absolute
from newsletter.content.importing.wording import plain
from newsletter.content.items import Kind, When

_PUBLISHED = (
    "article:published_time", "og:article:published_time", "datepublished", "dcterms.issued", "dc.date.issued", "dc:issued",
    "parsely-pub-date", "sailthru.date", "publish-date", "publish_date", "publication_date", "publicationdate", "pubdate", "article.published", "release_date",
)  # fmt: skip
#: Some systems write the day of the last change into these.
_SAVED = ("dcterms.created", "dc.date.created", "dcterms.date", "dc.date", "created", "date")
#: Of elements that are shown: microdata, and RDFa as Drupal writes it.
_PUBLISHED_NAMES = frozenset(
    {"datePublished", "schema:datePublished", "dc:date", "dc:issued", "dcterms:issued"}
)
_SAVED_FROM = re.compile(
    r"saved from url=\(\d+\)(\S+)|Page saved with SingleFile\s+url:\s*(\S+)|HTTrack Website Copier.*?from\s+(\S+)\s+by",
    re.DOTALL,
)
_EVENT_TIME = re.compile(r"event|start|begin|end|when|agenda|dtstart|dtend|schedule|termin", re.IGNORECASE)
_OTHER_TIME = re.compile(r"updat|modif|comment|related|teaser|sidebar", re.IGNORECASE)
_TAGS = re.compile(
    r"(?:^|\s)(?:\S+[-_])?(?:tags|tag-links|tags-links|tag-list|taglist|keywords|topics|terms-list|post-terms)(?:\s|$)",
    re.IGNORECASE,
)
_CALENDAR_DATES = re.compile(r"(\d{8}(?:T\d{4,6}Z?)?)/(\d{8}(?:T\d{4,6}Z?)?)")


def read_metadata(root: HtmlElement, zone: ZoneInfo) -> Facts:
    """Return what the markup of *root* says; its times without an offset are in *zone*."""
    metas = _metas(root)
    shown = f"{next((each.text or '' for each in root.iter('title')), '')} {' '.join(_texts(root, 'h1'))}"
    things = [
        thing for thing in jsonld.json_ld(root) if not jsonld.is_event(thing) or _is_of_page(thing, shown)
    ]
    link = _link(root, metas, things)
    title = _title(metas, things)
    facts = _event(things, zone, title).or_else(_microdata(root, zone)).or_else(_calendar(root, zone))
    published, line = _published(root, metas, things, zone, is_event=facts.start is not None)
    tags = tuple(dict.fromkeys(_tags(root, metas, things)))
    lang = (root.get("lang") or root.get("xml:lang") or metas.get("og:locale", "")).replace("_", "-")
    saved = (_plausible(_day_said(metas[name], zone)) for name in _SAVED if name in metas)
    more = Facts(
        title=title,
        published=published,
        saved=next((day for day in saved if day), None),
        tags=tags,
        link=link,
        lang=lang,
        lines={"published": line} if line else {},
    )
    return facts.or_else(more)


def _texts(root: HtmlElement, tag: str) -> Iterator[str]:
    return ("".join(each.itertext()) for each in root.iter(tag))


def _is_of_page(event: Mapping[str, Any], shown: str) -> bool:
    """Whether *event* is what the page tells of, and not what a banner on all pages does: half of its name is *shown*."""
    name, words = _words(jsonld.text_of(event.get("name"))), _words(shown)
    return not name or not words or len(name & words) * 2 >= min(len(name), len(words))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w{3,}", text.casefold()))


def site_name(root: HtmlElement) -> str:
    """Return what the website is called."""
    metas = _metas(root)
    return metas.get("og:site_name") or metas.get("application-name") or ""


def base_of(root: HtmlElement, link: str) -> str:
    """Return what relative addresses of the page are relative to; "": nobody knows."""
    base = next((each.get("href") or "" for each in root.iter("base")), "")
    return absolute(base, link) if base else link


def _metas(root: HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        content = " ".join((meta.get("content") or "").split())
        if name and content:
            found.setdefault(name.strip().lower(), content)
    return found


def _title(metas: Mapping[str, str], things: list[Mapping[str, Any]]) -> str:
    for thing in things:
        if jsonld.is_event(thing) or (jsonld.is_article(thing) and thing.get("headline")):
            title = jsonld.text_of(thing.get("headline") or thing.get("name"))
            if title:
                return title
    return (
        metas.get("og:title")
        or metas.get("twitter:title")
        or metas.get("dcterms.title")
        or metas.get("dc.title")
        or ""
    )


def _link(root: HtmlElement, metas: Mapping[str, str], things: list[Mapping[str, Any]]) -> str:
    canonical = (
        each.get("href") or ""
        for each in root.iter("link")
        if "canonical" in (each.get("rel") or "").lower().split()
    )
    stated = [*canonical, metas.get("og:url", "")]
    stated += [
        jsonld.text_of(thing.get("url"))
        for thing in things
        if jsonld.is_article(thing) or jsonld.is_event(thing)
    ]
    stated += [saved for comment in _comments(root) for saved in _saved_from(comment)]
    # A canonical link to the home page says nothing of this page.
    addresses = [address for address in stated if address.startswith(("http://", "https://"))]
    return next(
        (address for address in addresses if urlsplit(address).path.strip("/") or urlsplit(address).query), ""
    )


def _comments(root: HtmlElement) -> Iterator[str]:
    top = root.getroottree().getroot()
    for node in (*top.itersiblings(preceding=True), *list(top.iter())[:40]):
        if not isinstance(node.tag, str) and node.text:
            yield str(node.text)


def _saved_from(comment: str) -> list[str]:
    found = _SAVED_FROM.search(comment)
    address = next((group for group in found.groups() if group), "") if found else ""
    return (
        [address if "://" in address else f"https://{address}"] if address and "about:" not in address else []
    )


def _event(things: list[Mapping[str, Any]], zone: ZoneInfo, title: str) -> Facts:
    events = [thing for thing in things if jsonld.is_event(thing) and thing.get("startDate")]
    own = [thing for thing in events if plain(jsonld.text_of(thing.get("name"))) == plain(title)]
    if not events or (len(events) > 1 and not own):
        # A list of events in a sidebar.
        return Facts()
    event = (own or events)[0]
    offers = event.get("offers")
    address = jsonld.text_of(offers.get("url")) if isinstance(offers, Mapping) else ""
    return Facts(
        kind=Kind.EVENT,
        start=read_time(jsonld.text_of(event.get("startDate")), zone),
        end=read_time(jsonld.text_of(event.get("endDate")), zone),
        location=jsonld.place_of(event.get("location")),
        register=address
        if address.startswith("http") and address != jsonld.text_of(event.get("url"))
        else "",
    )


def _microdata(root: HtmlElement, zone: ZoneInfo) -> Facts:
    """Return what elements with schema.org's or hCalendar's names say."""
    scopes = [
        each
        for each in root.iter()
        if "Event" in (each.get("itemtype") or "").rpartition("/")[2] or _has_class(each, "vevent")
    ]
    if len(scopes) != 1:
        return Facts()
    values = {name: _property(scopes[0], names) for name, names in _PROPERTIES.items()}
    start = read_time(values["start"], zone)
    if start is None:
        return Facts()
    place = [values[name] for name in ("place", "town") if values[name]]
    location = place[0] if len(place) == 2 and place[1] in place[0] else ", ".join(place)
    return Facts(kind=Kind.EVENT, start=start, end=read_time(values["end"], zone), location=location[:120])


_PROPERTIES = {
    "start": ("startDate", "dtstart"),
    "end": ("endDate", "dtend"),
    "place": ("location", "location"),
    "town": ("addressLocality", "locality"),
}


def _property(scope: HtmlElement, names: tuple[str, str]) -> str:
    for each in scope.iter():
        if each.get("itemprop") == names[0] or _has_class(each, names[1]):
            if names[0] == "location":
                named = next((inner for inner in each.iter() if inner.get("itemprop") == "name"), each)
                words = " ".join("".join(named.itertext()).split())
                return words if len(words) < 120 else ""
            value = (
                each.get("content") or each.get("datetime") or each.get("title") or "".join(each.itertext())
            )
            return " ".join(value.split())
    return ""


def _has_class(element: HtmlElement, name: str) -> bool:
    return name in (element.get("class") or "").split()


def _calendar(root: HtmlElement, zone: ZoneInfo) -> Facts:
    """Return what a link says that puts the event into a calendar."""
    found = [
        each.get("href") or ""
        for each in root.iter("a")
        if "calendar" in (each.get("href") or "") and "dates=" in (each.get("href") or "")
    ]
    dates = {match.groups() for href in found if (match := _CALENDAR_DATES.search(href.replace("%2F", "/")))}
    if len(dates) != 1:
        return Facts()
    start, end = (_compact_time(text, zone) for text in next(iter(dates)))
    place = parse_qs(urlsplit(found[0]).query).get("location", [""])[0]
    return Facts(kind=Kind.EVENT, start=start, end=end, location=" ".join(place.split())[:120])


def _compact_time(text: str, zone: ZoneInfo) -> When | None:
    written = f"{text[:4]}-{text[4:6]}-{text[6:8]}"
    return read_time(
        f"{written}T{text[9:11]}:{text[11:13]}{'Z' if text.endswith('Z') else ''}"
        if "T" in text
        else written,
        zone,
    )


def _published(
    root: HtmlElement,
    metas: Mapping[str, str],
    things: list[Mapping[str, Any]],
    zone: ZoneInfo,
    *,
    is_event: bool,
) -> tuple[date | None, int | None]:
    stated = [
        jsonld.text_of(thing.get("datePublished") or "") for thing in things if jsonld.is_article(thing)
    ]
    stated += [metas[name] for name in _PUBLISHED if name in metas]
    for text in stated:
        if day := _plausible(_day_said(text, zone)):
            return day, None
    for element in root.iter():
        if _says_published(element):
            text = element.get("content") or element.get("datetime") or "".join(element.itertext())
            if day := _plausible(_day_said(text, zone)):
                return day, element.sourceline
    return None, None


def _says_published(element: HtmlElement) -> bool:
    names = {element.get("itemprop"), element.get("property")}
    return bool(names & _PUBLISHED_NAMES) or (element.tag == "time" and _is_publication(element))


def _plausible(day: date | None) -> date | None:
    """Return *day*, unless it is where clocks begin to count: 1970 is what systems write that know of no day."""
    return day if day and day.year > 1990 else None


def _is_publication(time: HtmlElement) -> bool:
    names = " ".join(
        f"{each.get('class') or ''} {each.get('itemprop') or ''} {each.get('id') or ''}"
        for each in (time, *list(time.iterancestors())[:3])
    )
    if time.get("pubdate") is not None:
        return True
    if _EVENT_TIME.search(names) or _OTHER_TIME.search(names):
        return False
    return bool(
        re.search(
            r"publi|posted|entry-date|post-date|article.?date|news.?date|news-list-date|(?:^|\s|__|--|-)date(?:\s|$)|byline|entry-meta|meta",
            names,
            re.IGNORECASE,
        )
    )


def _tags(root: HtmlElement, metas: Mapping[str, str], things: list[Mapping[str, Any]]) -> Iterator[str]:
    for meta in root.iter("meta"):
        if (meta.get("property") or "").lower() in {"article:tag", "og:article:tag"} and meta.get("content"):
            yield from _split(meta.get("content") or "")
    for thing in things:
        if jsonld.is_article(thing) or jsonld.is_event(thing):
            keywords = thing.get("keywords")
            values = keywords if isinstance(keywords, list) else [keywords]
            yield from (part for value in values for part in _split(jsonld.text_of(value)))
    for link in root.iter("a"):
        if "tag" in (link.get("rel") or "").lower().split() or _is_among_tags(link):
            yield from _split("".join(link.itertext()))
    for entry in root.iter("li"):
        if next(entry.iter("a"), None) is None and _is_among_tags(entry):
            yield from _split("".join(entry.itertext()))


def _is_among_tags(entry: HtmlElement) -> bool:
    around = (each for each, _ in zip(entry.iterancestors(), range(3), strict=False))
    return any(_TAGS.search(each.get("class") or "") for each in around)


def _split(text: str) -> list[str]:
    parts = (" ".join(part.split()).lstrip("#") for part in re.split(r"[,;]", text))
    return [part for part in parts if 1 < len(part) <= 50 and not is_category(part)]


def read_time(text: str, zone: ZoneInfo) -> When | None:
    """Return the day or the time that *text* spells; a time with an offset as it is in *zone*."""
    text = text.strip()
    if not text:
        return None
    # `+0200`, and blanks in place of a T.
    iso = re.sub(
        r"([+-]\d\d)(\d\d)$",
        r"\1:\2",
        text.replace(" ", "T", 1) if re.match(r"\d{4}-\d\d-\d\d \d", text) else text,
    )
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", iso):
            return date.fromisoformat(iso)
        moment = datetime.fromisoformat(iso)
    except ValueError:
        spans = [span for span in find_dates(text) if span.precision is Precision.DAY]
        return spans[0].first if spans else None
    return moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo else moment


def _day_said(text: str, zone: ZoneInfo) -> date | None:
    """Return the day that *text* spells; midnight elsewhere is the day that it is there."""
    return _day(read_time(re.sub(r"[+-]\d\d:?\d\d$", "", text.strip()) if "T" in text else text, zone))


def _day(when: When | None) -> date | None:
    return when.date() if isinstance(when, datetime) else when
