"""Lines that stand on every page of a website, and lines that only look like them."""

import pytest

from newsletter.content.importing.furniture import Furniture, furniture, is_read_more, last_crumb


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Teilen: Facebook Twitter LinkedIn", Furniture.SHARE),
        ("Compartir en Facebook Compartir en X Imprimir", Furniture.SHARE),
        ("Click to share on Twitter (Opens in new window)", Furniture.SHARE),
        ("Deel via WhatsApp", Furniture.SHARE),
        ("Contact Imprint Declaration on accessibility", Furniture.MENU),
        ("Mentions légales – Plan du site – Contact", Furniture.MENU),
        ("Nordic Laboratories > Newsroom", Furniture.MENU),
        ("Back to the list of news", Furniture.MENU),
        ("Also on our agenda", Furniture.RELATED),
        ("Upcoming courses", Furniture.RELATED),
        ("Tell a colleague", Furniture.SHARE),
        ("Never miss a webinar! Leave your address.", Furniture.SIGN_UP),
        ("We use only necessary cookies. OK", Furniture.COOKIES),
        ("Secretariat: Institute for Testing - Webmaster: H. Moser", Furniture.LEGAL),
        ("Previous: MARWATCH at the exhibition", Furniture.RELATED),
        ("Article précédent", Furniture.RELATED),
        ("3 thoughts on “Listening first”", Furniture.COMMENTS),
        ("Was this page useful?", Furniture.FEEDBACK),
        ("Agenda (PDF, 120 KB)", Furniture.FILE),
        ("The network is funded by the Internal Security Fund of the European Union.", Furniture.FUNDING),
    ],
)
def test_what_stands_around_a_text_is_known(line: str, kind: Furniture) -> None:
    assert furniture(line) is kind


@pytest.mark.parametrize(
    "line",
    [
        "Share your results with us",
        "Next steps",
        "Upcoming meetings",
        "Blood alcohol > 0.5",
        "Never miss a chance to talk to your neighbours.",
        "What's new",
        "Contact points in all countries",
        "« L'objectif était de tester la communication », a expliqué la préfète.",
        "The platform cost 4.2 million euros and was funded in part by the EU.",
    ],
)
def test_what_only_begins_like_it_is_text(line: str) -> None:
    assert furniture(line) is None


def test_a_line_that_leads_to_a_page_which_says_more_is_no_text() -> None:
    assert is_read_more("Read more about the network")
    assert is_read_more("En savoir plus sur le projet")
    # A link got lost there, which an editor is told.
    assert not is_read_more("More about ARICA:")


@pytest.mark.parametrize(
    "line",
    [
        "Home › News › Tools put to the test",
        "You are here: Tools put to the test",
        "Sie sind hier: Start » Tools put to the test",
    ],
)
def test_a_path_through_the_website_ends_in_the_title(line: str) -> None:
    assert last_crumb(line) == "Tools put to the test"
