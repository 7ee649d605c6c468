"""The mails that answer one person: what they say in each language, what stands in them, and what never does."""

import os
import re
from collections import Counter
from pathlib import Path

import pytest

from newsletter.errors import RenderingError, TemplateError
from newsletter.rendering.occasions import MailKind
from newsletter.rendering.pipeline.slots import SLOT_HOST
from newsletter.rendering.transactional import render_mail
from newsletter.rendering.words.headlines import LONGEST_PREHEADER, SHORTEST_PREHEADER
from tests.rendering.mails import LINKS, finished, links_of, occasion, rendered, strings
from tests.rendering.sample import LANGUAGES, sample_look

APPROVED = Path(__file__).parent / "approved" / "mails"
REWRITE = "REWRITE_APPROVED"

#: The button's.
MAIN_LINKS = {
    MailKind.SIGN_UP: "confirm",
    MailKind.INVITATION: "confirm",
    MailKind.MANAGE: "manage",
    MailKind.NEW_ADDRESS: "confirm",
}

every_kind = pytest.mark.parametrize("kind", MailKind)
every_language = pytest.mark.parametrize("lang", LANGUAGES)


@every_kind
@every_language
def test_c_11_a_mail_says_its_language_and_has_one_title(kind: MailKind, lang: str) -> None:
    html, _ = finished(kind, lang)

    assert strings(html, "/html/@lang") == [lang]
    assert strings(html, "/html/@dir") == ["ltr"]
    assert strings(html, "//title/text()") == [rendered(kind, lang).subject]
    assert len(strings(html, "//h1")) == 1
    assert len(strings(html, "//h2")) == 1
    assert strings(html, "//h3") == []
    assert strings(html, "//table[not(@role='presentation')]") == []


@every_kind
@every_language
def test_the_text_of_every_link_tells_where_it_leads(kind: MailKind, lang: str) -> None:
    html, _ = finished(kind, lang)

    places = Counter(
        zip(
            strings(html, "//a[normalize-space()]"),
            strings(html, "//a[normalize-space()]/@href"),
            strict=True,
        )
    )

    assert strings(html, "//a[not(normalize-space())]") == []
    assert len({text for text, _ in places}) == len(places)
    assert not {text for text, _ in places} & {"here", "click here", "hier", "ici"}


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "en"])
@every_kind
def test_c_11_nothing_in_a_mail_is_in_another_language(kind: MailKind, lang: str) -> None:
    (html, text), (in_english, _) = finished(kind, lang), finished(kind)

    same = set(strings(html, "//body//*[self::p or self::h1 or self::h2 or self::a or self::li]")) & set(
        strings(in_english, "//body//*[self::p or self::h1 or self::h2 or self::a or self::li]")
    )

    # Names, addresses, and a title that is in no catalogue.
    ours = {
        line
        for line in same - {""}
        if not re.search(r"https?:|example\.org|Civic Technology|Vierteljährlich", line)
    }
    assert ours == set()
    assert rendered(kind, lang).subject != rendered(kind).subject
    assert rendered(kind, lang).preheader != rendered(kind).preheader
    assert "hopefully" not in text


@every_kind
@every_language
def test_what_an_inbox_shows_has_a_fitting_length(kind: MailKind, lang: str) -> None:
    mail = rendered(kind, lang)

    assert SHORTEST_PREHEADER <= len(mail.preheader) <= LONGEST_PREHEADER
    assert len(mail.subject) <= 80
    assert len(mail.html.encode()) < 20_000


@every_kind
@every_language
def test_each_link_stands_in_both_parts_and_no_slot_is_left(kind: MailKind, lang: str) -> None:
    html, text = finished(kind, lang)

    for link in links_of(kind).values():
        assert strings(html, f"//a[@href='{link}']") != []
        assert f"\n{link}\n" in text
    assert SLOT_HOST not in html + text
    assert not re.search(r"\{\w*\}", text)


@pytest.mark.parametrize(("kind", "name"), MAIN_LINKS.items())
@every_language
def test_the_buttons_link_can_also_be_copied(kind: MailKind, name: str, lang: str) -> None:
    html, _ = finished(kind, lang)
    link = links_of(kind)[name]

    assert strings(html, "//td[@bgcolor]/a/@href") == [link]
    assert link in strings(html, "//p")
    assert strings(html, f"//a[contains(., '{link}')]") == []


@pytest.mark.parametrize("kind", [MailKind.SIGN_UP, MailKind.INVITATION, MailKind.NEW_ADDRESS])
def test_o_22_a_confirmation_says_how_long_it_works_what_happens_without_it_and_how_to_be_left_alone(
    kind: MailKind,
) -> None:
    html, text = finished(kind)

    for words in ("72 hours", "unless you confirm, nothing else is sent", "Never mail this address again"):
        assert words in " ".join(text.split())
        assert words in html


@every_kind
@every_language
def test_o_22_a_mail_holds_nothing_but_our_words_names_of_the_settings_and_links(
    kind: MailKind, lang: str
) -> None:
    look = sample_look(Path("there is no such project"))

    again = render_mail(occasion(kind, lang), look)

    assert (again.html, again.text) == (rendered(kind, lang).html, rendered(kind, lang).text)
    links = set(strings(again.html, "//a/@href"))
    allowed = {look.site_url, look.privacy_url, "mailto:editors@example.org"}
    allowed |= {f"https://news.example.org/issues/monthly-2026-11?lang={lang}"}
    assert {link for link in links if not link.startswith(SLOT_HOST)} <= allowed
    assert strings(again.html, "//img") == []


@pytest.mark.parametrize("kind", [kind for kind in MailKind if kind is not MailKind.WELCOME])
def test_o_23_only_the_welcome_leads_to_an_issue_and_only_it_has_a_link_to_unsubscribe(
    kind: MailKind,
) -> None:
    html, text = finished(kind)

    assert "/issues/" not in html + text
    assert "unsubscribe" not in html + text


def test_p_04_a_welcome_leads_to_the_latest_issue_and_to_every_way_out() -> None:
    html, text = finished(MailKind.WELCOME)

    for link in (*links_of(MailKind.WELCOME).values(), occasion(MailKind.WELCOME).latest_url):
        assert link in strings(html, "//a/@href")
        assert link in text


def test_a_welcome_before_the_first_issue_has_no_button() -> None:
    mail = render_mail(
        occasion(MailKind.WELCOME, latest_url=""), sample_look(Path("there is no such project"))
    )

    assert strings(mail.html, "//td[@bgcolor]/a") == []


def test_a_notice_to_the_old_address_says_whom_to_write_to() -> None:
    html, text = finished(MailKind.ADDRESS_CHANGED)

    assert "mailto:editors@example.org" in strings(html, "//a/@href")
    assert "editors@example.org" in text


def test_a_link_to_ones_data_says_its_minutes_and_asks_not_to_be_forwarded() -> None:
    _, text = finished(MailKind.MANAGE)

    assert "30 minutes" in text
    assert "do not forward" in " ".join(text.split())


@every_kind
@every_language
def test_the_plain_text_reads_like_a_letter(kind: MailKind, lang: str) -> None:
    _, text = finished(kind, lang)

    title, rule, *lines = text.splitlines()
    assert rule == "=" * len(title)
    assert "-- " in lines
    assert [line for line in lines if len(line) > 76 and "https://" not in line] == []
    assert "\n\n\n" not in text
    assert not re.search(r"<\w", text)


@pytest.mark.parametrize("odd", ['"><b>x</b>', "&copy", "'", "<script>"])
def test_a_link_is_escaped_in_html_and_as_it_is_in_the_text(odd: str) -> None:
    link = f"https://news.example.org/manage/{odd}"

    html, text = rendered(MailKind.MANAGE).filled({"manage": link})

    assert link in strings(html, "//a/@href")
    assert strings(html, "//b | //script") == []
    assert f"\n{link}\n" in text


def test_names_in_the_settings_are_escaped(tmp_path: Path) -> None:
    look = sample_look(tmp_path, newsletter="R&D <b>{x}</b>")

    mail = render_mail(occasion(MailKind.SIGN_UP, digests=("<i>One & only</i> {y}",)), look)

    assert strings(mail.html, "//td//b | //td//i") == []
    assert "R&D <b>{x}</b>" in mail.text
    assert "<i>One & only</i> {y}" in strings(mail.html, "//li")


def test_a_language_from_right_to_left_is_set_so(tmp_path: Path) -> None:
    mail = render_mail(occasion(MailKind.SIGN_UP, "ar"), sample_look(tmp_path))

    assert strings(mail.html, "/html/@dir") == ["rtl"]
    assert "direction:ltr" not in mail.html


@pytest.fixture
def overriding(tmp_path: Path) -> Path:
    """A project's folder for templates of its own."""
    folder = tmp_path / "templates" / "email"
    folder.mkdir(parents=True)
    return folder


def test_a_project_can_put_its_own_template_in_place(overriding: Path, tmp_path: Path) -> None:
    (overriding / "aside.mjml").write_text(
        '{% include "built-in/email/aside.mjml" %}'
        '<mj-section><mj-column><mj-text><p class="aside">With kind regards</p></mj-text></mj-column></mj-section>'
    )

    mail = render_mail(occasion(MailKind.SIGN_UP), sample_look(tmp_path, templates=overriding.parent))

    assert "With kind regards" in strings(mail.html, "//p")


@pytest.mark.parametrize(
    ("name", "place"), [("aside.mjml", "transactional.mjml"), ("transactional.txt", "transactional.txt")]
)
def test_a_template_that_leaves_a_link_out_is_refused(
    overriding: Path, tmp_path: Path, name: str, place: str
) -> None:
    (overriding / name).write_text("{# nothing #}")

    with pytest.raises(TemplateError, match=rf"{place}.*: the reader's link `block` is missing"):
        render_mail(occasion(MailKind.SIGN_UP), sample_look(tmp_path, templates=overriding.parent))


def test_a_mail_without_the_link_that_its_button_needs_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(RenderingError):
        render_mail(occasion(MailKind.SIGN_UP, links=frozenset({"block"})), sample_look(tmp_path))


def test_every_kind_has_its_links_here() -> None:
    assert set(LINKS) == set(MailKind)


@every_kind
@pytest.mark.parametrize("name", ["en.html", *(f"{lang}.txt" for lang in LANGUAGES)])
def test_o_23_a_mail_is_as_it_was_approved(kind: MailKind, name: str) -> None:
    lang, _, part = name.partition(".")
    html, text = finished(kind, lang)
    made = (html if part == "html" else text).encode()
    file = APPROVED / f"{kind}.{name}"

    if os.environ.get(REWRITE):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(made)

    assert made == file.read_bytes()
