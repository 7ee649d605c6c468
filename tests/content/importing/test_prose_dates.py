"""Dates as people write them in prose."""

from datetime import date, time

import pytest

from newsletter.content.importing.dates import Precision, find_dates


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("met from 8–10 October 2025, hosted by", (2025, 10, 8), (2025, 10, 10)),
        ("8-10 October 2025", (2025, 10, 8), (2025, 10, 10)),
        ("8 October 2025", (2025, 10, 8), None),
        ("October 8–10, 2025", (2025, 10, 8), (2025, 10, 10)),
        ("Oct. 8 and 9, 2025", (2025, 10, 8), (2025, 10, 9)),
        ("the 25th and 26th of June 2024", (2024, 6, 25), (2024, 6, 26)),
        ("30 June – 2 July 2025", (2025, 6, 30), (2025, 7, 2)),
        ("June 30 to July 2, 2025", (2025, 6, 30), (2025, 7, 2)),
        ("28 December – 2 January 2026", (2025, 12, 28), (2026, 1, 2)),
        ("Wednesday 8 to Friday 10 October 2025", (2025, 10, 8), (2025, 10, 10)),
        ("8. bis 10. Oktober 2025", (2025, 10, 8), (2025, 10, 10)),
        ("8., 9. und 10. Oktober 2025", (2025, 10, 8), (2025, 10, 10)),
        ("du 8 au 10 octobre 2025", (2025, 10, 8), (2025, 10, 10)),
        ("le 1er et le 2 mars 2025", (2025, 3, 1), (2025, 3, 2)),
        ("del 8 al 10 de octubre de 2025", (2025, 10, 8), (2025, 10, 10)),
        ("dall'8 al 10 ottobre 2025", (2025, 10, 8), (2025, 10, 10)),
        ("van 8 tot en met 10 oktober 2025", (2025, 10, 8), (2025, 10, 10)),
        ("8. října 2025", (2025, 10, 8), None),
        ("5 maja 2025", (2025, 5, 5), None),
        ("2025. október 8–10.", (2025, 10, 8), (2025, 10, 10)),
        ("08.10.2025", (2025, 10, 8), None),
        ("8. 10. 2025", (2025, 10, 8), None),
        ("8.–10. 10. 2025", (2025, 10, 8), (2025, 10, 10)),
        ("24/11/2026 - 10:00 - Wed, 25/11/2026 - 16:00", (2026, 11, 24), (2026, 11, 25)),
        ("08.–10.10.2025", (2025, 10, 8), (2025, 10, 10)),
        ("28.12.2025 – 02.01.2026", (2025, 12, 28), (2026, 1, 2)),
        ("2025-10-08", (2025, 10, 8), None),
        ("2025-10-08/2025-10-10", (2025, 10, 8), (2025, 10, 10)),
        ("10/28/2025", (2025, 10, 28), None),
        ("8 March 2027 @ 9:00 - 10 March 2027 @ 13:00", (2027, 3, 8), (2027, 3, 10)),
    ],
)
def test_a_date_in_prose_is_read(
    text: str, first: tuple[int, int, int], last: tuple[int, int, int] | None
) -> None:
    (span,) = find_dates(text)

    assert (span.first, span.last) == (date(*first), date(*last) if last else None)
    assert span.precision is Precision.DAY
    assert not span.is_ambiguous


@pytest.mark.parametrize(
    ("text", "begins", "ends", "zone"),
    [
        ("8 October 2025, 09:30", time(9, 30), None, ""),
        ("8 October 2025, 09:30 – 17:00 CET", time(9, 30), time(17), "Europe/Brussels"),
        ("8. Oktober 2025, 9:30–17:00 Uhr", time(9, 30), time(17), ""),
        ("8. Oktober 2025, von 10 bis 18 Uhr", time(10), time(18), ""),
        ("mercredi 8 octobre 2025 à 14h30", time(14, 30), None, ""),
        ("8 October 2025, 9.30 am to 5 pm", time(9, 30), time(17), ""),
        ("October 8, 2025 at 2 p.m.", time(14), None, ""),
    ],
)
def test_a_time_beside_a_date_is_read(text: str, begins: time, ends: time | None, zone: str) -> None:
    (span,) = find_dates(text)

    assert span.clock is not None
    assert (span.clock.begins, span.clock.ends, span.clock.zone) == (begins, ends, zone)


@pytest.mark.parametrize(
    ("text", "precision"),
    [
        ("in Stockholm, May 2023", Precision.MONTH),
        ("im Mai 2023", Precision.MONTH),
        ("opened on 8 October with", Precision.NO_YEAR),
        ("los días 20, 21 y 22 de marzo", Precision.NO_YEAR),
    ],
)
def test_what_a_date_lacks_is_known(text: str, precision: Precision) -> None:
    (span,) = find_dates(text)

    assert span.precision is precision


@pytest.mark.parametrize("text", ["on 8/10/2025", "held 810 October 2025"])
def test_a_date_that_can_be_read_in_two_ways_says_so(text: str) -> None:
    (span,) = find_dates(text)

    assert span.is_ambiguous
    assert span.first == date(2025, 10, 8)


@pytest.mark.parametrize(
    "text",
    [
        "10,000 police officers",
        "Directive 2016/680",
        "you may 2 times march",
        "31 February 2025",
        "call 08.10.20",
    ],
)
def test_what_is_no_date_is_not_taken_for_one(text: str) -> None:
    assert find_dates(text) == ()


def test_a_name_of_two_months_is_that_of_the_pages_language() -> None:
    (croatian,) = find_dates("12. listopada 2025", "hr")
    (polish,) = find_dates("12 listopada 2025", "pl")

    assert (croatian.first.month, polish.first.month) == (10, 11)
