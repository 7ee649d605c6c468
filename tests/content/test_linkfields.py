"""The page of an item."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.content.addresses.links import LinkBase, Refusal, resolve_link, web_address
from newsletter.content.items import Item
from tests.content.posts import NEWS, RULES, item_of, parsed, problem_of


def with_field(field: str) -> Item:
    return item_of(f"---\ntitle: A title\n{field}\n---\nBody.\n")


@pytest.mark.parametrize("name", ["link", "canonical_url", "external_url", "permalink", "url", "path"])
def test_the_link_under_its_names(name: str) -> None:
    assert with_field(f"{name}: /a/b/").link == "https://example.org/a/b/"


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ("https://example.eu/x?y=1#z", "https://example.eu/x?y=1#z"),
        ("a/b", "https://example.org/a/b"),
        ("//example.eu/x", "https://example.eu/x"),
        ("www.example.eu/x", "https://www.example.eu/x"),
        ("https://example.eu/ä ö", "https://example.eu/%C3%A4%20%C3%B6"),
        ("/:year/:title/", None),
        ("pretty", None),
        ('"/{{ page.slug }}/"', None),
    ],
)
def test_a_link_is_absolute_and_a_generators_pattern_is_none(written: str, link: str | None) -> None:
    assert with_field(f"link: {written}").link == link


@pytest.mark.parametrize(
    "written",
    [
        "javascript:alert(1)",
        "mailto:news@example.org",
        "data:text/html,x",
        "file:///etc",
    ],
)
def test_what_is_no_web_page_is_not_linked(written: str) -> None:
    text = f'---\ntitle: x\nlink: "{written}"\n---\n'

    assert item_of(text).link is None
    problem = problem_of(text, "refused-link")
    assert (problem.level, problem.line) == ("warning", 3)


@pytest.mark.parametrize(
    ("written", "rule"),
    [("https://example.eu/?name=*|FNAME|*", "placeholder-in-link"), ("other.md", "broken-internal-link")],
)
def test_what_leads_to_no_page_is_refused_as_in_a_text(written: str, rule: str) -> None:
    text = f'---\ntitle: x\nlink: "{written}"\n---\n'

    assert item_of(text).link is None
    assert problem_of(text, rule).line == 3


@given(
    st.text(max_size=30)
    | st.sampled_from(["https:", "http://", "//", "www.", "mailto:", "tel:"]).flatmap(
        lambda start: st.text("abcä%/?#&=:.@[]\\ 1", max_size=20).map(lambda rest: start + rest)
    )
)
def test_a_field_and_a_text_mean_the_same_page(written: str) -> None:
    in_text = resolve_link(written, LinkBase(site_url="https://example.org/network"))

    in_field = web_address(written, "https://example.org/network")

    if isinstance(in_text, str) and in_text.startswith(("https:", "http:")):
        assert in_field == in_text
    else:
        assert isinstance(in_field, Refusal)


def test_without_a_link_the_pattern_of_the_settings_makes_one() -> None:
    rules = replace(RULES, links={"news": "/{kind}/{year}/{month}/{day}/{slug}/"})

    item = item_of("---\ntitle: x\n---\n", "content/news/2026-01-02-some name.md", rules)
    slugged = item_of("---\ntitle: x\nslug: other\ndate: 2026-12-24\n---\n", NEWS, rules)
    undated = item_of("---\ntitle: x\n---\n", "content/news/x.md", rules)

    assert item.link == "https://example.org/news/2026/01/02/some%20name/"
    assert slugged.link == "https://example.org/news/2026/12/24/other/"
    assert undated.link is None


def test_permalink_false_says_that_there_is_no_page() -> None:
    rules = replace(RULES, links={"news": "/{slug}/"})

    assert item_of("---\ntitle: x\npermalink: false\n---\n", NEWS, rules).link is None


@pytest.mark.parametrize("written", ["[a, b]", "{to: a}", "true"])
def test_a_link_that_is_no_text_is_a_warning_with_its_line(written: str) -> None:
    text = f'+++\ntitle = "x"\nlink = {written.replace("to: a", "to = 1").replace("[a, b]", "[1, 2]")}\n+++\n'

    assert item_of(text).link is None
    problem = problem_of(text, "wrong-type")
    assert (problem.level, problem.line) == ("warning", 3)


@pytest.mark.parametrize("written", ["/:year/:title/", "/news/{year}/{slug}/"])
def test_a_pattern_as_a_link_is_a_warning_with_its_line(written: str) -> None:
    problem = problem_of(f"---\ntitle: x\nlink: {written}\n---\n", "placeholder-in-link")

    assert (problem.level, problem.line) == ("warning", 3)
    assert "[content.links]" in str(problem.help)


def test_a_site_generators_own_pattern_is_no_mistake() -> None:
    assert parsed("---\ntitle: x\npermalink: /:year/:title/\n---\n").problems == ()
