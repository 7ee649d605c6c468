"""A mail as it is shown: in the light or in the dark, whatever this machine prefers."""

import pytest

from newsletter.preview.frames import as_shown
from newsletter.preview.view import Part, Scheme, View

MAIL = """<!doctype html><html><head><meta charset="utf-8"><style type="text/css">
@media (prefers-color-scheme: dark) { p { color: white } }
@media ( Prefers-Color-Scheme:LIGHT ) and (max-width: 600px) { p { color: black } }
</style></head><body>
<picture><source media="(prefers-color-scheme: dark)" srcset="dark.png"></picture>
<p>An article about (prefers-color-scheme: dark).</p></body></html>"""


def test_in_the_dark_what_is_for_the_dark_always_applies() -> None:
    shown = as_shown(MAIL, Scheme.DARK)

    assert "@media (min-width: 0px) { p { color: white } }" in shown
    assert "@media (max-width: 0px) and (max-width: 600px) { p { color: black } }" in shown
    assert '<source media="(min-width: 0px)"' in shown
    assert ":root { color-scheme: dark; }" in shown


def test_in_the_light_it_never_does() -> None:
    shown = as_shown(MAIL, Scheme.LIGHT)

    assert "@media (max-width: 0px) { p { color: white } }" in shown
    assert "@media (min-width: 0px) and (max-width: 600px) { p { color: black } }" in shown


def test_a_text_about_it_is_left_alone() -> None:
    assert "<p>An article about (prefers-color-scheme: dark).</p>" in as_shown(MAIL, Scheme.DARK)


def test_a_links_page_opens_beside_it() -> None:
    assert '<head><base target="_blank"><style>' in as_shown(MAIL, Scheme.LIGHT)


@pytest.mark.parametrize(
    "view",
    [View(), View(issue="monthly-2026-11", variant="en.ai", part=Part.WEB, scheme=Scheme.DARK)],
    ids=["usual", "another"],
)
def test_a_view_is_what_its_address_says(view: View) -> None:
    from urllib.parse import parse_qsl

    assert View.of(dict(parse_qsl(view.query()))) == view


def test_a_word_in_an_address_that_means_nothing_is_passed_over() -> None:
    assert View.of({"part": "nonsense", "width": "", "scheme": "DARK"}) == View()
