"""Rules on bodies and introductions: links that lead nowhere or say nothing, headings that skip."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache, partial
from urllib.parse import urlsplit

from newsletter.checks.origin import Origin
from newsletter.checks.passages import Passage
from newsletter.checks.proof import Proof
from newsletter.checks.rule import Finding, Rule
from newsletter.checks.webaddress import host_of, page_name
from newsletter.content.body.elements import Element, Node, text_of
from newsletter.content.shortcodes.code import code_ranges, is_within
from newsletter.errors import Level
from newsletter.nearest import nearest
from newsletter.rendering.words.typography import cut

#: Texts of links that say nothing without their surroundings (WCAG 2.2, 2.4.4), in small letters.
VAGUE_TEXTS = frozenset(
    {
        "click",
        "click here",
        "continue reading",
        "details",
        "find out more",
        "here",
        "learn more",
        "link",
        "more",
    }
    | {"more info", "more information", "read more", "read on", "see here", "this", "this link", "this page"}
    | {"hier", "hier klicken", "klicken sie hier", "link", "mehr", "mehr dazu", "mehr erfahren", "mehr lesen"}
    | {"weiter", "weiterlesen", "zum artikel", "cliquer ici", "cliquez ici", "en savoir plus", "ici", "lien"}
    | {
        "lire la suite",
        "lire plus",
        "plus",
        "plus d'informations",
        "plus d’informations",
        "suite",
        "voir ici",
    }
    | {"aquí", "haga clic aquí", "leer más", "más", "más información", "clicca qui", "leggi tutto", "qui"}
    | {"klik hier", "lees meer", "lees verder", "meer", "clique aqui", "aqui", "ler mais", "saiba mais"}
)
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]|[^\n]*?<h([1-6])\b", re.IGNORECASE)
_HOST = re.compile(r"^[a-z][a-z0-9+.-]*://[^/]*", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\\\{(year|month|day|slug|kind)\\\}")
_VALUES = {
    "year": r"\d{4}",
    "month": r"\d{1,2}",
    "day": r"\d{1,2}",
    "slug": r"[^/]+",
    "kind": "(?:news|event)",
}
_NUMBER = re.compile(r"\d+")
#: A slip of the finger in an address, and letters that one has more than the other.
_ALIKE = 0.9
_MOST_SLIPS = 2


def _broken_internal_link(proof: Proof) -> Iterator[Finding]:
    site = host_of(proof.circumstances.site_url).removeprefix("www.")
    links = (item.link for item in proof.collection.items if item.link)
    pages = {path: link for link in links for host, path, _ in [page_name(link)] if host == site}
    patterns = [_pattern(link, proof.circumstances.site_url) for link in proof.circumstances.links.values()]
    # The same few pages (about, contact) are linked again and again.
    nearest_page = cache(partial(_nearest, known=tuple(pages)))
    for passage in proof.passages:
        for link in _links(passage.body.document):
            address = link.attributes["href"]
            host, path, _ = page_name(address)
            if host != site or path in pages:
                continue
            near = nearest_page(path)
            if near or any(pattern.fullmatch(path) for pattern in patterns):
                yield Finding(
                    level=_level(passage),
                    message=f"The link “{cut(text_of((link,)), 60)}” leads to {address}, which is the page of no item.",
                    origin=_origin_of(passage, address),
                    help=f"Did you mean {pages[near]}?" if near else "Mend the address, or remove the link.",
                )


def _pattern(link: str, site_url: str) -> re.Pattern[str]:
    """Return what the paths of pages made from the pattern *link* of `[content.links]` look like."""
    path = _HOST.sub("", link)
    if not path.startswith("/"):
        path = f"{_HOST.sub('', site_url).rstrip('/')}/{path}"
    return re.compile(_PLACEHOLDER.sub(lambda found: _VALUES[found[1]], re.escape(path.rstrip("/"))))


def _nearest(path: str, known: Iterable[str]) -> str | None:
    """Return the known path that *path* is a misspelling of; another number is another page."""
    alike = [
        other
        for other in known
        if abs(len(other) - len(path)) <= _MOST_SLIPS and _NUMBER.findall(other) == _NUMBER.findall(path)
    ]
    return nearest(path, alike, likeness=_ALIKE)


def _vague_link(proof: Proof) -> Iterator[Finding]:
    for passage in proof.passages:
        for link in _links(passage.body.document) if passage.is_printed else ():
            if text := _vague(text_of((link,))):
                yield _vague_finding(text, passage.origin_of(f"[{text}]", f">{text}<", text))
    yield from _vague_link_of_templates(proof)


def _vague_link_of_templates(proof: Proof) -> Iterator[Finding]:
    """Yield links that say nothing and that no editor wrote: those of a template, or of a translation."""
    written = {
        link.attributes["href"]
        for passage in proof.passages
        for link in _links(passage.body.document)
        if passage.is_printed
    }
    for name, letter in proof.letters.items():
        for link in letter.page.iter("a"):
            text = _vague("".join(map(str, link.itertext())))
            if text and link.get("href") not in written:
                yield replace(_vague_finding(text, proof.template_of(text)), variant=name)


def _vague(text: str) -> str | None:
    """Return *text* of a link, its spaces made single, if it says nothing."""
    text = " ".join(text.split())
    return text if text.casefold().strip(" .:!…»›>→") in VAGUE_TEXTS else None


def _vague_finding(text: str, origin: Origin) -> Finding:
    return Finding(
        level=Level.WARNING,
        message=f"The text of a link is “{text}”: alone, as screen readers list it, it says nothing.",
        origin=origin,
        help="Let the words of the link say where it leads, such as “Read the report of the plenary”.",
    )


def _skipped_heading(proof: Proof) -> Iterator[Finding]:
    for passage in proof.passages:
        above = 0
        for line, level in _headings(passage):
            if above and level > above + 1:
                yield Finding(
                    level=Level.INFO,
                    message=f"A heading of level {level} follows one of level {above}; the mail puts that right.",
                    origin=Origin(path=passage.path, line=line),
                    help=f"Write it with level {above + 1}, so that the page on the website reads well too.",
                )
            above = level


def _headings(passage: Passage) -> Iterator[tuple[int, int]]:
    """Yield line and level of each heading as its writer wrote it."""
    code = [] if passage.is_html else code_ranges(passage.source)
    start = 0
    for number, line in enumerate(passage.source.split("\n"), start=passage.first_line):
        is_code = is_within(code, start)
        start += len(line) + 1
        if not is_code and (heading := _HEADING.match(line)):
            yield number, len(heading[1]) if heading[1] else int(heading[2])


def _links(nodes: Iterable[Node]) -> Iterator[Element]:
    for node in nodes:
        if isinstance(node, Element):
            if node.tag == "a":
                yield node
            yield from _links(node.children)


def _origin_of(passage: Passage, address: str) -> Origin:
    path = urlsplit(address).path
    return passage.origin_of(address, path, path.strip("/").rpartition("/")[2])


def _level(passage: Passage) -> Level:
    """Return how much it matters: what is not printed, readers meet on the website only."""
    return Level.WARNING if passage.is_printed else Level.INFO


RULES = (
    Rule(name="broken-internal-link", levels=(Level.WARNING, Level.INFO), find=_broken_internal_link),
    Rule(name="vague-link", levels=(Level.WARNING,), find=_vague_link),
    Rule(name="skipped-heading", levels=(Level.INFO,), find=_skipped_heading),
)
