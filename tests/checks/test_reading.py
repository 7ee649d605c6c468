"""Rules on how a mail can be read, and what they stand on."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from newsletter.checks.appearance import Shown, shown_texts
from newsletter.checks.checking import RULES
from newsletter.checks.rules import reading
from newsletter.checks.selectors import Elements
from newsletter.errors import Level, Problem
from newsletter.rendering.colours import READABLE, contrast
from newsletter.rendering.theme import Theme
from newsletter.rendering.values import Slot
from tests.checks.everything import problems_with
from tests.checks.making import ADDRESS, find, mail
from tests.issues.making import news

ITEM = news("news/a")
COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)
DARK = "@media (prefers-color-scheme: dark)"


def shown(body: str, *, style: str = "", dark: bool = False) -> list[Shown]:
    page = etree.fromstring(
        f"<html><head><style>{style}</style></head><body>{body}</body></html>", etree.HTMLParser()
    )
    return list(shown_texts(page, Elements(page), dark=dark))


def seen(body: str, *, style: str = "", dark: bool = False) -> tuple[str | None, str | None, float | None]:
    """Colour, ground and size of the only text in *body*."""
    (text,) = shown(body, style=style, dark=dark)
    return text.look.colour, text.look.ground, text.look.size_px


@pytest.mark.parametrize(
    ("body", "style", "colours"),
    [
        ("<p>A</p>", "", ("#000000", "#ffffff")),
        ("<p style='color: #ABC'>A</p>", "", ("#aabbcc", "#ffffff")),
        ("<table bgcolor='#111111'><tr><td style='color:white'>A</td></tr></table>", "", ("#ffffff", "#111111")),
        ("<div bgcolor='#111111' style='background:#222222 none'>A</div>", "", ("#000000", "#222222")),
        ("<div style='background:url(a.png) #222222'>A</div>", "", ("#000000", None)),
        ("<div style='background:#222222'><p style='background:transparent'>A</p></div>", "", ("#000000", "#222222")),
        ("<p style='color:rgba(0,0,0,.5)'>A</p>", "", (None, "#ffffff")),
        ("<div style='color:#222222'><p style='color:inherit'>A</p></div>", "", ("#222222", "#ffffff")),
        ("<a href='https://network.eu'>A</a>", "", ("#0000ee", "#ffffff")),
        ("<p class='a b'>A</p>", ".a { color: #111111 } .b { color: #222222 } p { color: #333333 }", ("#222222", "#ffffff")),
        ("<p class='a' style='color:#111111'>A</p>", ".a { color: #222222 }", ("#111111", "#ffffff")),
        ("<p class='a' style='color:#111111'>A</p>", ".a { color: #222222 !important }", ("#222222", "#ffffff")),
        ("<p class='a' style='color:#111111'>A</p>", f"{DARK} {{ .a {{ color: #222222 !important }} }}", ("#111111", "#ffffff")),
    ],
)  # fmt: skip
def test_a_text_has_the_colours_that_a_browser_gives_it(
    body: str, style: str, colours: tuple[str | None, str | None]
) -> None:
    assert seen(body, style=style)[:2] == colours


@pytest.mark.parametrize(
    ("selector", "is_found"),
    [
        (".paper p", True),
        (".paper > div > p", True),
        (".paper > p", False),
        ("div.paper > div p.text.more", True),
        ("td p", False),
        ("#letter  .text", True),
        ("* p", True),
        ("p, td", True),
        ("p:hover", False),
        ("[data-ogsc] p", False),
        ("p + p", False),
        (".paper >", False),
    ],
)
def test_a_selector_finds_what_it_means(selector: str, is_found: bool) -> None:
    body = "<div class='paper' id='letter'><div><p class='more text'>A</p></div></div>"

    colour, _, _ = seen(body, style=f"{selector} {{ color: #123456 }}")

    assert (colour == "#123456") == is_found


def test_the_dark_has_colours_of_its_own() -> None:
    style = f"{DARK} {{ body {{ background: #0f1216 !important }} p {{ color: #e8ebef !important }} }} @media print {{ p {{ color: #111111 }} }}"
    body = "<div style='background-color:#ffffff' class='paper'><p style='color:#111111'>A</p></div>"

    assert seen(body, style=style, dark=True)[:2] == ("#e8ebef", "#ffffff")
    assert seen("<p>A</p>", style=style, dark=True)[:2] == ("#e8ebef", "#0f1216")
    assert seen("<p>A</p>", dark=True)[:2] == ("#ffffff", "#121212")


@pytest.mark.parametrize(
    ("body", "size_px"),
    [
        ("<p>A</p>", 16),
        ("<h1>A</h1>", 32),
        ("<h1 style='font-size:20px'>A</h1>", 20),
        ("<div style='font-size:20px'><p style='font-size:.5em'>A</p></div>", 10),
        ("<div style='font-size:20px'><p style='font-size:80%'>A</p></div>", 16),
        ("<p style='font-size:9pt'>A</p>", 12),
        ("<p style='font-size:smaller'>A</p>", None),
    ],
)
def test_a_text_has_the_size_that_a_browser_gives_it(body: str, size_px: float | None) -> None:
    assert seen(body)[2] == (None if size_px is None else pytest.approx(size_px))


@pytest.mark.parametrize(
    "body",
    [
        "<p style='display:none'>A</p>",
        "<div style='display:none'><p style='display:block'>A</p></div>",
        "<p style='visibility:hidden'>A</p>",
        "<p style='opacity:0'>A</p>",
        "<p>&#847;&zwnj;&nbsp; </p>",
        "<!-- A --><img src='a.png' alt=''>",
    ],
)
def test_what_is_hidden_is_not_seen(body: str) -> None:
    assert shown(body) == []


def test_what_stands_between_elements_and_in_place_of_pictures_is_seen() -> None:
    found = shown("A<br>B <b>C</b> <a href='https://network.eu'>D <img src='a.png' alt='E'></a> F")

    assert [(each.text, each.look.is_bold, bool(each.look.link)) for each in found] == [
        ("A", False, False),
        ("B", False, False),
        ("C", True, False),
        ("D", False, True),
        ("E", False, True),
        ("F", False, False),
    ]


def test_pale_letters_are_told_with_a_shade_that_can_be_read() -> None:
    problems = find("low-contrast", ITEM, mails=[mail('<p style="color:#aaaaaa">Small print</p>')])

    assert [(problem.level, problem.message) for problem in problems] == [
        (
            Level.WARNING,
            "On light paper, “Small print” is #aaaaaa on #ffffff: a contrast of 2.3 : 1, and 4.5 : 1 is needed.",
        )
    ]
    assert "#747474" in str(problems[0].help)


@given(colour=COLOURS, ground=COLOURS)
def test_the_shade_that_is_named_can_be_read(colour: str, ground: str) -> None:
    body = f'<div style="background:{ground}"><p style="color:{colour}">Small print</p></div>'

    for problem in find("low-contrast", ITEM, mails=[mail(body)]):
        shade = re.findall("#[0-9a-f]{6}", str(problem.help))[0]
        assert contrast(shade, ground) >= READABLE


def test_in_the_dark_as_well() -> None:
    style = f"{DARK} {{ p {{ color: #333333 !important }} }}"

    problems = find(
        "low-contrast", ITEM, mails=[mail("<p>A</p>", style=style), mail("<p>B</p>", style=style, name="fr")]
    )

    assert len(problems) == 1
    assert problems[0].message.startswith("On dark paper, ")
    assert "email/dark.css" in str(problems[0].help)


@pytest.mark.parametrize(
    ("style", "count"),
    [
        ("font-size:24px;color:#949494", 0),
        ("font-size:19px;font-weight:bold;color:#949494", 0),
        ("font-size:19px;color:#949494", 1),
        ("font-size:24px;color:#a0a0a0", 1),
    ],
)
def test_large_letters_need_less(style: str, count: int) -> None:
    problems = find("low-contrast", ITEM, mails=[mail(f'<p style="{style}">A</p>')])

    assert len([problem for problem in problems if "light" in problem.message]) == count


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("<p style='font-size:13px'>A</p>", 1),
        ("<p style='font-size:14px'>A</p>", 0),
        ("<p style='font-size:13px'><b>A</b></p>", 0),
        ("<div class='more footer'><p style='font-size:12px'>A</p></div>", 0),
        ("<div class='footer'><p style='font-size:11px'>A</p></div>", 1),
        ("<p style='font-size:16px'>A<sup style='font-size:11px'>2</sup></p>", 0),
        ("<div style='font-size:0px'><p style='font-size:16px'>A</p></div>", 0),
    ],
)
def test_small_text_is_told(body: str, count: int) -> None:
    assert len(find("small-text", ITEM, mails=[mail(body)])) == count


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("<table><tr><td>A</td></tr></table>", 'no role="presentation"'),
        ("<table role='presentation'><tr><td>A</td></tr></table>", ""),
        ("<table role='presentation'><tr><th scope='col'>A</th></tr></table>", "data has role"),
        ("<table><tr><th>A</th></tr></table>", "no `scope`"),
        ("<table><tr><th scope='col'>A</th></tr><tr><td>B</td></tr></table>", ""),
        ("<table role='none'><tr><td><table><tr><th scope='row'>A</th></tr></table></td></tr></table>", ""),
    ],
)
def test_tables_say_what_they_are(table: str, words: str) -> None:
    problems = find("table-roles", ITEM, mails=[mail(table)])

    assert len(problems) == bool(words)
    assert all(words in problem.message for problem in problems)


def test_an_at_rule_within_another_is_told() -> None:
    nested = "@media print { @font-face { font-family: X } }"

    assert len(find("nested-at-rule", ITEM, mails=[mail(style=nested)])) == 1
    assert (
        find("nested-at-rule", ITEM, mails=[mail(style="@media print { a { top: 0 } } @font-face {}")]) == []
    )


@pytest.mark.parametrize(
    ("css", "written"),
    [
        ("a { top: 0!important }", "0!important"),
        ("a { top: 0 ! important }", "! important"),
        ("a { top: 0 !IMPORTANT }", "!IMPORTANT"),
        (".a[data-ogsc] { top: 0 }", ".a[data-ogsc]"),
        ("[data-ogsb].a { top: 0 }", "[data-ogsb].a"),
        ("a { top: 0 !important } [data-ogsc] .a { top: 0 }", None),
    ],
)
def test_what_is_right_in_css_and_not_read_everywhere_is_told(css: str, written: str | None) -> None:
    problems = find("style-form", ITEM, mails=[mail(style=css)])

    assert [problem.message.split("`")[1] for problem in problems] == ([written] if written else [])


def test_a_hidden_way_out_is_none() -> None:
    html = f'<h1>A</h1>{ADDRESS}<div style="display:none"><a href="{Slot.UNSUBSCRIBE}">Unsubscribe</a></div>'

    assert len(find("missing-unsubscribe", ITEM, mails=[mail(html=html)])) == 1


def test_a_hidden_address_is_none() -> None:
    html = f'<h1>A</h1><a href="{Slot.UNSUBSCRIBE}">B</a><p style="display:none">{ADDRESS}</p>'

    assert len(find("missing-address", ITEM, mails=[mail(html=html)])) == 1


FOOTER = """<mj-section css-class="footer">
  <mj-column>
    <mj-text>
      <p><a href="{{ slots.UNSUBSCRIBE }}">{{ gettext("Unsubscribe") }}</a></p>
      <p><a href="https://example.org/about/">Read more</a></p>
      <p style="color: #AAA; font-size: 10px">Small print</p>
      <table><tr><td><img src="https://example.org/a.webp" alt="A" width="100" /></td></tr></table>
      {% include "email/imprint.mjml" %}
    </mj-text>
  </mj-column>
</mj-section>
"""


def test_each_is_found_on_the_line_of_the_template(tmp_path: Path) -> None:
    base = "img { line-height: 20px; }\n@media print {\n  @page { margin: 0 }\n}\n"

    problems = problems_with(tmp_path, {"email/footer.mjml": FOOTER, "email/base.css": base})

    footer = "templates/email/footer.mjml"
    rules = {rule.name for rule in reading.RULES} | {"vague-link", "mail-image", "nested-at-rule"}
    assert [place_of(problem) for problem in problems if problem.rule in rules] == [
        ("nested-at-rule", "templates/email/base.css", 3),
        ("vague-link", footer, 5),
        ("low-contrast", footer, 6),
        ("small-text", footer, 6),
        ("mail-image", footer, 7),
        ("table-roles", footer, 7),
    ]


def place_of(problem: Problem) -> tuple[str, str | None, int | None]:
    return problem.rule, problem.path, problem.line


@pytest.mark.parametrize("accent", ["#0b5cad", "#7a1fa2", "#b3261e", "#2e7d32", "#000000"])
def test_the_built_in_templates_can_be_read_in_every_accent(tmp_path: Path, accent: str) -> None:
    problems = problems_with(tmp_path, {}, theme=Theme(accent=accent))

    of_the_mail = {rule.name for rule in (*reading.RULES, *RULES) if rule.name not in NOT_OF_THE_MAIL}
    assert [problem for problem in problems if problem.rule in of_the_mail] == []


#: What is wrong because the test's issue has no items, and its mail a made-up website.
NOT_OF_THE_MAIL = {
    "no-items",
    "missing-introduction",
    "missing-subject",
    "missing-preheader",
    "preheader-length",
    "unreachable-link",
}
