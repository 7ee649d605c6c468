"""Links as editors write them, and the addresses that readers get."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.content.addresses.links import LinkBase, Refusal, resolve_link, resolve_picture

BASE = LinkBase(
    site_url="https://example.org/network",
    page_url="https://example.org/network/news/2026/title/",
    path="content/news/2026-11-03-title.md",
    pages={
        "content/news/other.md": "https://example.org/network/news/other/",
        "content/events/fair/index.md": "https://example.org/network/events/fair/",
        "content/news/whole.md": None,
    },
)


@pytest.mark.parametrize(
    ("href", "address"),
    [
        ("https://example.eu/a?b=c&d=%20#e", "https://example.eu/a?b=c&d=%20#e"),
        ("HTTPS://Example.EU/Path", "https://example.eu/Path"),
        (
            "mailto:desk@example.org?subject=Grüße aus Köln",
            "mailto:desk@example.org?subject=Gr%C3%BC%C3%9Fe%20aus%20K%C3%B6ln",
        ),
        ("tel:+32 2 123 45 67", "tel:+3221234567"),
        ("//cdn.example.eu/x", "https://cdn.example.eu/x"),
        ("www.example.eu/x", "https://www.example.eu/x"),
        ("/contact/", "https://example.org/contact/"),
        ("annex/", "https://example.org/network/news/2026/title/annex/"),
        ("../fair/", "https://example.org/network/news/2026/fair/"),
        ("?page=2", "https://example.org/network/news/2026/title/?page=2"),
        ("#part", "https://example.org/network/news/2026/title/#part"),
        ("  /padded\n ", "https://example.org/padded"),
        ("files\\plan.pdf", "https://example.org/network/news/2026/title/files/plan.pdf"),
    ],
)
def test_a_link_becomes_a_whole_address(href: str, address: str) -> None:
    assert resolve_link(href, BASE) == address


@pytest.mark.parametrize(
    ("href", "address"),
    [
        (
            "https://müller.example/straße ä?q=ö",
            "https://xn--mller-kva.example/stra%C3%9Fe%20%C3%A4?q=%C3%B6",
        ),
        ("https://xn--mller-kva.example/stra%C3%9Fe", "https://xn--mller-kva.example/stra%C3%9Fe"),
        ("https://faß.example/", "https://xn--fa-hia.example/"),
        ("https://example.eu/100%", "https://example.eu/100%25"),
        ('https://example.eu/a|b"c<d>', "https://example.eu/a%7Cb%22c%3Cd%3E"),
        ("https://example.eu/%2525", "https://example.eu/%2525"),
    ],
)
def test_hosts_and_umlauts_are_encoded_once(href: str, address: str) -> None:
    assert resolve_link(href, BASE) == address


@pytest.mark.parametrize(
    ("href", "address"),
    [
        ("other.md", "https://example.org/network/news/other/"),
        ("./other.md#part", "https://example.org/network/news/other/#part"),
        ("../events/fair/index.md", "https://example.org/network/events/fair/"),
        ("/news/other.md", "https://example.org/network/news/other/"),
        ("@/news/other.md", "https://example.org/network/news/other/"),
        ("%6Fther.md", "https://example.org/network/news/other/"),
    ],
)
def test_a_link_to_a_content_file_leads_to_its_page(href: str, address: str) -> None:
    assert resolve_link(href, BASE) == address


@pytest.mark.parametrize(("href", "why"), [("gone.md", "is not there"), ("whole.md", "has no page")])
def test_a_link_to_a_file_without_a_page_is_broken(href: str, why: str) -> None:
    refusal = resolve_link(href, BASE)

    assert isinstance(refusal, Refusal)
    assert refusal.rule == "broken-internal-link"
    assert why in refusal.message


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JAVA\nSCRIPT:alert(1)",
        "\u00a0javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "C:\\plan.pdf",
        "https://user:secret@example.eu/",
        "https://",
        "https:///path",
        "https://exa mple.eu/",
        "https://example.eu:99999/",
        "https://[::1",
        "https://slot.invalid/unsubscribe/",
        "tel:call me",
    ],
)
def test_what_cannot_be_a_link_in_a_mail_is_refused(href: str) -> None:
    refusal = resolve_link(href, BASE)

    assert isinstance(refusal, Refusal)
    assert refusal.rule == "refused-link"


@pytest.mark.parametrize(
    "href", ["{{ url }}", "https://example.eu/?u={{u}}", "%recipient.link%", "*|ARCHIVE|*", "{% url %}"]
)
def test_a_placeholder_is_never_a_link(href: str) -> None:
    refusal = resolve_link(href, BASE)

    assert isinstance(refusal, Refusal)
    assert refusal.rule == "placeholder-in-link"


@pytest.mark.parametrize("href", ["", "   ", "#part"])
def test_a_place_in_a_file_without_a_page_is_just_text(href: str) -> None:
    assert resolve_link(href, LinkBase(site_url="https://example.org", path="content/news/x.md")) is None


def test_a_relative_link_needs_a_website() -> None:
    refusal = resolve_link("about/", LinkBase(path="content/news/x.md"))

    assert isinstance(refusal, Refusal)
    assert refusal.rule == "relative-link"
    assert "site_url" in refusal.help


def test_links_of_an_item_that_leads_elsewhere_stay_on_the_own_website() -> None:
    base = LinkBase(
        site_url="https://example.org", page_url="https://example.eu/their/page", path="content/news/x.md"
    )

    assert resolve_link("about/", base) == "https://example.org/about/"
    assert resolve_link("/about/", base) == "https://example.org/about/"


@settings(max_examples=300)
@given(
    st.text(max_size=30)
    | st.text("abcä%/?#&=:.@[]\\ {}|", max_size=30).map(lambda rest: f"https://example.eu/{rest}")
    | st.text("abcäß.-_@:[]0", max_size=20).map(lambda host: f"http://{host}/x")
)
def test_resolving_an_address_again_changes_nothing(href: str) -> None:
    address = resolve_link(href, BASE)

    if isinstance(address, str):
        assert resolve_link(address, BASE) == address
        assert address.isascii()
        assert address.startswith(("https://", "http://", "mailto:", "tel:"))


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("boat.jpg", "content/news/boat.jpg"),
        ("./a%20boat.jpg?v=2#x", "content/news/a boat.jpg"),
        ("../shared/boat.jpg", "content/shared/boat.jpg"),
        ("img\\boat.jpg", "content/news/img/boat.jpg"),
        ("/images/boat.jpg", "https://example.org/images/boat.jpg"),
        ("//cdn.example.eu/boat.jpg", "https://cdn.example.eu/boat.jpg"),
        ("https://example.eu/böat.jpg", "https://example.eu/b%C3%B6at.jpg"),
    ],
)
def test_a_picture_is_a_file_of_the_project_or_on_the_web(source: str, place: str) -> None:
    assert resolve_picture(source, BASE) == place


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("boat.jpg", "content/news/boat.jpg"),
        ("shared.jpg", "content/shared.jpg"),
        ("images/old.jpg", "static/images/old.jpg"),
        ("/images/old.jpg", "static/images/old.jpg"),
        ("/news/boat.jpg", "content/news/boat.jpg"),
        ("/images/gone.jpg", "https://example.org/images/gone.jpg"),
        ("gone.jpg", "content/news/gone.jpg"),
    ],
)
def test_a_picture_is_found_where_site_generators_keep_it(source: str, place: str) -> None:
    files = {"content/news/boat.jpg", "content/shared.jpg", "static/images/old.jpg"}
    base = LinkBase(site_url="https://example.org", path="content/news/x.md", is_file=files.__contains__)

    assert resolve_picture(source, base) == place


@pytest.mark.parametrize(
    "source",
    [
        "../../../etc/passwd",
        "..%2f..%2f..%2fetc/passwd",
        "%2e%2e/%2e%2e/%2e%2e/x.png",
        "..\\..\\..\\x.png",
        "file:///etc/passwd",
        "C:\\x.png",
        "boat.jpg:stream",
        "data:image/png;base64,AAAA",
        "javascript:alert(1)",
        "boat.jpg%00.png",
        "https://user:secret@example.eu/x.png",
        "",
    ],
)
def test_a_picture_from_anywhere_else_is_refused(source: str) -> None:
    assert isinstance(resolve_picture(source, BASE), Refusal)


@settings(max_examples=200)
@given(st.text(max_size=30) | st.text("./\\%2e:ab", max_size=20))
def test_no_picture_leaves_the_project(source: str) -> None:
    place = resolve_picture(source, BASE)

    if isinstance(place, str) and not place.startswith("http"):
        assert not place.startswith("/")
        assert ".." not in place.split("/")
