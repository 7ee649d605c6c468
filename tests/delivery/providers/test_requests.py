"""How many readers a request holds."""

from dataclasses import replace

from newsletter.delivery.letter import Letter
from newsletter.delivery.providers.base import Capabilities, readers_a_request
from tests.delivery.sample_letter import letter


def long_letter() -> Letter:
    """A letter of 200 kB."""
    return replace(letter(), html="é" * 100_000)


def test_where_the_provider_fills_slots_the_number_of_readers_counts() -> None:
    capabilities = Capabilities(max_batch=1000, max_bytes=2_000_000)

    assert readers_a_request(capabilities, [long_letter()]) == 1000


def test_where_each_reader_has_a_whole_mail_its_bytes_count() -> None:
    capabilities = Capabilities(max_batch=500, max_bytes=2_000_000, repeats_bodies=True)

    several = readers_a_request(capabilities, [letter(), long_letter()])

    assert 1 < several < 10


def test_a_request_holds_one_reader_at_least() -> None:
    capabilities = Capabilities(max_batch=500, max_bytes=1_000, repeats_bodies=True)

    assert readers_a_request(capabilities, [long_letter()]) == 1
