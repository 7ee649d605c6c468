"""Events of providers in one form: whose words are kept."""

from newsletter.delivery.events import MAX_DIAGNOSTIC, diagnostic


def test_b_01_a_diagnostic_is_one_short_line() -> None:
    words = diagnostic("550\r\nno\u2028such\x1b[31m user" + "x" * 1000)

    assert words.startswith("550 no such [31m user")
    assert len(words) == MAX_DIAGNOSTIC
    assert diagnostic(None) == diagnostic({"a": 1}) == ""
