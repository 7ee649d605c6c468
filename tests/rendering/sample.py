"""A realistic issue: twelve items on public-sector technology in English, French and German, with drawn pictures."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from newsletter.content.items import EventReport, Item, NewsItem, Picture
from newsletter.content.topics import Topic
from newsletter.issues.digests import Digest, PeriodLength
from newsletter.issues.values import Issue, Story, Variant
from newsletter.rendering.look import Look
from newsletter.rendering.theme import Theme

BRUSSELS = ZoneInfo("Europe/Brussels")
LANGUAGES = ("en", "fr", "de")

TOPICS = {
    "identity": Topic(
        key="identity",
        labels={"en": "Digital identity", "fr": "Identité numérique", "de": "Digitale Identität"},
    ),
    "open": Topic(key="open", labels={"en": "Open source", "fr": "Logiciel libre", "de": "Freie Software"}),
}

_WHOLE = """The expert group **adopted its work programme** for next year. It has three strands:

- exchange formats for evidence, with a test suite;
- a shared catalogue of tools, [kept in the open](https://example.org/catalogue?from=news&year=2026);
- two exercises a year.

> A tool that only one country can use is a prototype.

Comments are welcome until the end of December.
"""


def news(key: str, titles: dict[str, str], summaries: dict[str, str], **fields: object) -> Story:
    """A story of one news item in the languages of *titles*."""
    return Story(key=key, versions=_versions(NewsItem, key, titles, summaries, fields))


def event(
    key: str, titles: dict[str, str], summaries: dict[str, str], *, is_counted: bool = True, **fields: object
) -> Story:
    """A story of one event in the languages of *titles*; not counted: announced."""
    return Story(
        key=key, versions=_versions(EventReport, key, titles, summaries, fields), is_counted=is_counted
    )


def _versions(
    kind: type[Item], key: str, titles: dict[str, str], summaries: dict[str, str], fields: dict[str, object]
) -> dict[str, Item]:
    versions = {}
    for lang, title in titles.items():
        values: dict[str, object] = {
            "key": key,
            "path": f"content/{key}.md" if lang == "en" else f"content/{key}.{lang}.md",
            "lang": lang,
            "title": title,
            "summary": summaries.get(lang, ""),
            "link": f"https://example.org/{lang}/{key}/",
            "source_hash": hashlib.sha256(title.encode()).hexdigest(),
            "body_hash": hashlib.sha256(title.encode()).hexdigest(),
            **fields,
        }
        versions[lang] = kind(**values)  # type: ignore[arg-type]  # fields of every type
    return versions


STORIES: tuple[Story, ...] = (
    event(
        "events/2026-10-07-identity-exercise",
        {
            "en": "Eleven countries open each other’s digital identity wallets in a joint exercise",
            "fr": "Onze pays ouvrent mutuellement leurs portefeuilles d’identité numérique lors d’un exercice commun",
            "de": "Elf Länder öffnen in einer gemeinsamen Übung gegenseitig ihre digitalen Identitätsbrieftaschen",
        },
        {
            "en": "For three days, teams checked wallets issued abroad against their own registers. Nine of eleven "
            "combinations worked at the first attempt; the two that failed led to a correction of the exchange "
            "format, which all participants have since adopted. The test cases are public and may be reused.",
            "fr": "Pendant trois jours, les équipes ont vérifié des portefeuilles émis à l’étranger dans leurs propres "
            "registres. Neuf combinaisons sur onze ont fonctionné du premier coup ; les deux échecs ont conduit à "
            "corriger le format d’échange. Les cas de test sont publics et réutilisables.",
            "de": "Drei Tage lang prüften die Teams im Ausland ausgestellte Brieftaschen gegen ihre eigenen Register. "
            "Neun von elf Kombinationen gelangen auf Anhieb; die beiden übrigen führten zu einer Berichtigung des "
            "Austauschformats. Die Testfälle sind öffentlich und dürfen weiterverwendet werden.",
        },
        start=date(2026, 10, 7),
        end=date(2026, 10, 9),
        date=date(2026, 10, 14),
        location="Copenhagen",
        topics=("identity",),
        picture=Picture(
            source="content/events/exercise.png", alt="Rows of desks with screens in a sunlit hall"
        ),
    ),
    news(
        "news/2026-10-28-maps",
        {
            "en": "Base maps of nine capitals may now be used offline by control rooms",
            "fr": "Les fonds de carte de neuf capitales sont utilisables hors ligne dans les salles de commandement",
            "de": "Grundkarten von neun Hauptstädten stehen Leitstellen jetzt auch ohne Netz zur Verfügung",
        },
        {
            "en": "Map offices have agreed on one licence. Control rooms can load a capital in eleven minutes.",
            "fr": "Les offices cartographiques ont convenu d’une licence unique.",
            "de": "Die Kartenämter haben sich auf eine Lizenz geeinigt.",
        },
        date=date(2026, 10, 28),
        topics=("open",),
        picture=Picture(source="content/news/map.png", alt="A street map on a wall display"),
    ),
    news(
        "news/2026-10-22-work-programme",
        {
            "en": "Work programme 2027: three strands, two exercises, one catalogue",
            "fr": "Programme de travail 2027 : trois volets, deux exercices, un catalogue",
            "de": "Arbeitsprogramm 2027: drei Stränge, zwei Übungen, ein Verzeichnis",
        },
        {},
        date=date(2026, 10, 22),
        link=None,
        body=_WHOLE,
    ),
    news(
        "news/2026-10-20-radio",
        {
            "en": "Radio gateway <bridge> passes its tests & costs less than €400",
            "de": "Funkbrücke besteht ihre Prüfung & kostet weniger als 400 €",
        },
        {
            "en": "The box connects three incompatible radio systems. Drawings, firmware and a list of parts are free.",
            "de": "Das Gerät verbindet drei unverträgliche Funksysteme. Pläne und Firmware sind frei.",
        },
        date=date(2026, 10, 20),
        topics=("open",),
    ),
    news(
        "news/2026-10-16-formats",
        {"fr": "Un format ouvert pour les journaux d’appels : la consultation dure jusqu’au 15 décembre"},
        {"fr": "Le projet tient en douze pages. Les contributions sont publiées au fur et à mesure."},
        date=date(2026, 10, 16),
    ),
    news(
        "news/2026-10-13-cables",
        {
            "en": "Sensor cable finds leaks to within two metres",
            "de": "Sensorkabel findet Rohrbrüche auf zwei Meter genau",
        },
        {
            "en": "A water utility has laid 40 km of fibre beside its mains; the first winter found 31 leaks.",
            "de": "Ein Wasserversorger hat 40 km Glasfaser neben seine Leitungen gelegt.",
        },
        date=date(2026, 10, 13),
        picture=Picture(source="content/news/cable.png", alt=""),
    ),
    event(
        "events/2026-09-23-drones",
        {
            "en": "Drones over harbours: what three nights at the quay showed",
            "fr": "Drones au-dessus des ports : ce que trois nuits à quai ont montré",
            "de": "Drohnen über Häfen: was drei Nächte am Kai gezeigt haben",
        },
        {
            "en": "Cheap microphones heard what radar missed. The comparison of eleven sensors is in the annex.",
            "fr": "Des microphones bon marché ont entendu ce que le radar n’a pas vu.",
            "de": "Günstige Mikrofone hörten, was das Radar übersah.",
        },
        start=date(2026, 9, 23),
        end=date(2026, 9, 25),
        date=date(2026, 10, 2),
        location="Rotterdam",
        picture=Picture(source="content/events/harbour.png", alt="A quay at night with cranes"),
    ),
    event(
        "events/2026-09-30-accessibility",
        {
            "en": "Accessible by default: forms that everybody can finish",
            "de": "Barrierefreiheitsanforderungen für Behördenformulare: Workshop mit Selbsthilfeverbänden",
        },
        {
            "en": "Testers with screen readers finished one form in four. After two days of repair: all of them.",
            "de": "Vor dem Workshop ließ sich jedes vierte Formular abschließen, danach jedes.",
        },
        start=date(2026, 9, 30),
        end=date(2026, 10, 1),
        date=date(2026, 10, 6),
        location="Vienna",
    ),
    event(
        "events/2026-10-15-registers",
        {"en": "Registers that talk: a hands-on day on event streams"},
        {"en": "Twenty people built a working bridge between two registers, and took it home."},
        start=date(2026, 10, 15),
        date=date(2026, 10, 19),
        location="Tallinn",
    ),
    event(
        "events/2026-11-18-procurement",
        {
            "en": "Buying software together: clinic for procurement officers",
            "fr": "Acheter des logiciels ensemble : permanence pour les acheteurs publics",
            "de": "Gemeinsam Software beschaffen: Sprechstunde für Beschaffungsstellen",
        },
        {},
        is_counted=False,
        start=datetime(2026, 11, 18, 9, 0, tzinfo=UTC),
        end=datetime(2026, 11, 18, 11, 30, tzinfo=UTC),
        location="Online",
        register="https://example.org/register?event=clinic&via=newsletter",
        register_by=date(2026, 11, 16),
    ),
    event(
        "events/2026-11-30-plenary",
        {
            "en": "Winter plenary of the technology network",
            "fr": "Plénière d’hiver du réseau technologique",
            "de": "Winterplenum des Technologienetzwerks",
        },
        {},
        is_counted=False,
        start=date(2026, 11, 30),
        end=date(2026, 12, 2),
        location="Lisbon",
    ),
    event(
        "events/2027-01-14-radio-day",
        {"en": "Radio day: bring your own gateway"},
        {"en": "An afternoon at the bench. Soldering irons are provided, coffee too."},
        is_counted=False,
        start=datetime(2027, 1, 14, 13, 30, tzinfo=UTC),
        timezone="Europe/Lisbon",
        location="Porto",
        link=None,
        register="https://example.org/radio-day",
    ),
)

DIGEST = Digest(
    key="monthly", title="Technology digest", period=PeriodLength.MONTH, schedule={"day": "1st tue"}
)


def sample_issue(stories: Sequence[Story] = STORIES, **fields: object) -> Issue:
    """The issue of November 2026 with *stories*, its first item leading."""
    values: dict[str, object] = {
        "id": "monthly-2026-11",
        "digest": DIGEST,
        "period": "2026-11",
        "due_at": datetime(2026, 11, 3, 8, 0, tzinfo=UTC),
        "cut_off": datetime(2026, 11, 3, 8, 0, tzinfo=UTC),
        "stories": tuple(stories),
        "leads": tuple(story.key for story in stories[:1] if story.is_counted),
        "introductions": {
            "en": "Eleven countries, three days, one hall: this month’s issue begins in Copenhagen. Below that, maps "
            "without a network, and a box that makes old radios talk.",
            "fr": "Onze pays, trois jours, une salle : ce numéro commence à Copenhague.",
        },
        "languages": LANGUAGES,
        **fields,
    }
    return Issue(**values)  # type: ignore[arg-type]  # fields of every type


def variant_of(issue: Issue, lang: str) -> Variant:
    """Every story of *issue* in *lang*."""
    return Variant(name=lang, lang=lang, stories=issue.stories)


def sample_look(root: Path, **fields: object) -> Look:
    """The look of a newsletter whose project folder is *root*."""
    values: dict[str, object] = {
        "newsletter": "Civic Technology Network",
        "site_url": "https://example.org",
        "public_url": "https://news.example.org",
        "postal_address": "Rue de l’Exemple 1, 1000 Brussels",
        "privacy_url": "https://example.org/privacy",
        "timezone": BRUSSELS,
        "topics": TOPICS,
        "theme": Theme(),
        "root": root,
        "media": root / "var" / "media",
        **fields,
    }
    return Look(**values)  # type: ignore[arg-type]  # fields of every type


def draw_pictures(root: Path) -> None:
    """Draw every picture that the sample names, always the same."""
    for index, story in enumerate(STORIES):
        for item in story.versions.values():
            if item.picture is None:
                continue
            file = root / item.picture.source
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(_drawn(index))


@cache
def _drawn(index: int) -> bytes:
    from PIL import Image, ImageDraw

    hue = 40 * index % 256
    canvas = Image.new("HSV", (1600, 900), (hue, 90, 190))
    draw = ImageDraw.Draw(canvas)
    for step in range(12):
        left = step * 140 - 60
        top = 520 - 37 * ((step * 7 + index) % 9)
        draw.rectangle((left, top, left + 110, 900), fill=((hue + 12) % 256, 120, 90 + 9 * step))
    draw.ellipse((1180, 110, 1330, 260), fill=(hue, 20, 250))
    file = BytesIO()
    canvas.convert("RGB").save(file, "PNG")
    return file.getvalue()
