"""Addresses: what is refused and why, what is one and the same, and that the quick way agrees with the sure one."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from subscribers.addresses import _checked, _plain, masked, normalise
from subscribers.errors import AddressError, AddressReason

PLAIN = st.text("abzAZ019.-_+=/{}|~!%@ ", max_size=80)
LABEL = st.text("abcXYZ019-", min_size=1, max_size=65)
LIKELY = st.builds(
    lambda local, labels: f"{local}@{'.'.join(labels)}",
    st.text("abcXYZ019.-_+=/{}|~!%'", min_size=1, max_size=66),
    st.lists(LABEL | st.sampled_from(["test", "LOCAL", "xn--bcher-kva", "ab--c", "eu", "org"]), max_size=5),
)


@given(PLAIN | LIKELY | st.text(max_size=40))
@example("a@xn--bcher-kva.eu")
@example("a@ab--c.eu")
@example("Info@Example.ORG")
@example("a@sub.LOCALHOST")
@example("x" * 64 + "@example.org")
@example("x" * 65 + "@example.org")
@example("a@" + "x" * 63 + ".org")
@example("a@" + "x" * 64 + ".org")
@example("a@" + ".".join(["x" * 60] * 4) + ".org")
@example("a\n@example.org")
@example("a@example.org\n")
@example("ｅ@example.org")
def test_the_quick_way_accepts_only_what_the_sure_way_does_and_makes_the_same_of_it(text: str) -> None:
    address = _plain(text)

    if address is not None:
        assert _checked(text, allow_international=False) == address


@given(
    st.from_regex(
        r"[a-z0-9]{1,10}([._+'-][a-z0-9]{1,10}){0,3}@[a-z]{2,12}\.(example\.)?(eu|org|com)", fullmatch=True
    )
)
def test_ordinary_addresses_take_the_quick_way(text: str) -> None:
    assert _plain(text) is not None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", AddressReason.EMPTY),
        (" \t", AddressReason.EMPTY),
        ("nobody", AddressReason.SYNTAX),
        ("a@b@example.org", AddressReason.SYNTAX),
        ("a@example.org, b@example.org", AddressReason.SYNTAX),
        ("A Person <a@example.org>", AddressReason.SYNTAX),
        ("<a@example.org>", AddressReason.SYNTAX),
        ('"a b"@example.org', AddressReason.SYNTAX),
        ("a(comment)@example.org", AddressReason.SYNTAX),
        ("a@[192.0.2.1]", AddressReason.SYNTAX),
        ("a@localhost", AddressReason.SYNTAX),
        ("a@host.test", AddressReason.SYNTAX),
        ("a@example.c0", AddressReason.SYNTAX),
        ("a.@example.org", AddressReason.SYNTAX),
        ("a..b@example.org", AddressReason.SYNTAX),
        ("a@-example.org", AddressReason.SYNTAX),
        ("a\x00@example.org", AddressReason.SYNTAX),
        ("a\u200b@example.org", AddressReason.SYNTAX),
        ("a\r\nBcc: b@example.org", AddressReason.SYNTAX),
        ("x" * 65 + "@example.org", AddressReason.TOO_LONG),
        ("ö" * 33 + "@example.org", AddressReason.TOO_LONG),
        ("a@" + "x." * 130 + "org", AddressReason.TOO_LONG),
        ("a%b@example.org", AddressReason.RELAY),
        ("a!b@example.org", AddressReason.RELAY),
        ("noreply@example.org", AddressReason.ROLE),
        ("Abuse@example.org", AddressReason.ROLE),
    ],
)
def test_what_cannot_be_mailed_is_refused_with_a_reason(text: str, reason: AddressReason) -> None:
    with pytest.raises(AddressError) as caught:
        normalise(text, allow_international=True)

    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "text",
    ["=a@example.org", "-a@example.org", "{{7*7}}@example.org", "a+tag@example.org", "info@example.org"],
)
def test_what_looks_odd_and_is_legal_is_accepted(text: str) -> None:
    assert normalise(text).email == text


@pytest.mark.parametrize(
    "forms",
    [
        ("A@EX.org", "a@ex.org", " a@ex.org\t", "a@ｅｘ.org"),
        ("a@bücher.example.eu", "a@BÜCHER.example.eu", "a@xn--bcher-kva.example.eu"),
        ("straße@example.org", "STRASSE@example.org"),
        ("é@example.org", "e\u0301@example.org", "É@example.org"),
    ],
)
def test_forms_of_one_address_are_one_subscriber(forms: tuple[str, ...]) -> None:
    assert len({normalise(form, allow_international=True).key for form in forms}) == 1


def test_a_plus_tag_is_another_address() -> None:
    assert normalise("a+x@example.org").key != normalise("a@example.org").key


@pytest.mark.parametrize("text", ["Info@Example.ORG", "Info@bücher.example.eu"])
def test_the_local_part_keeps_its_case_for_sending(text: str) -> None:
    address = normalise(f" {text} ")

    assert address.email.startswith("Info@")
    assert address.as_entered == text
    assert address.email.rpartition("@")[2].islower()


def test_letters_outside_ascii_before_the_at_need_a_provider_that_takes_them() -> None:
    with pytest.raises(AddressError) as caught:
        normalise("jörg@example.org")

    assert caught.value.reason == AddressReason.NOT_ASCII
    assert normalise("jörg@example.org", allow_international=True).email == "jörg@example.org"


@pytest.mark.parametrize(
    ("text", "is_mixed"),
    [
        ("аdmin@example.org", True),
        ("a@exаmple.org", True),
        ("jörg@bücher.example.eu", False),
        ("иван@example.org", False),
        ("a@example.org", False),
    ],
)
def test_mixed_alphabets_are_noticed(text: str, is_mixed: bool) -> None:
    assert normalise(text, allow_international=True).is_mixed_script is is_mixed


@given(st.text(max_size=300))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = normalise(text, allow_international=True)
    except AddressError:
        return

    assert normalise(address.email, allow_international=True).key == address.key
    assert len(address.email.encode()) <= 254


def test_a_masked_address_is_known_to_its_owner_only() -> None:
    assert masked("jane.doe@police.example.eu") == "j•••@p•••.eu"
