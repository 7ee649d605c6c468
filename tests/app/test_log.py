"""Log lines: fields that can be filtered by, and nothing of a reader."""

import logging
import re
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.app.log import log_batch, log_lines
from newsletter.delivery.post import BatchReport
from subscribers.tokens import Purpose, TokenKeys

TOKEN = TokenKeys.from_secrets(["MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY"]).make(
    Purpose.UNSUBSCRIBE, b"0123456789ab", "monthly-2026-11"
)


def report(words: str) -> BatchReport:
    return BatchReport(
        issue="monthly-2026-11",
        batch=7,
        variant="en",
        provider="postmark",
        attempt=2,
        readers=500,
        accepted=497,
        rejected=1,
        later=0,
        unknown=2,
        seconds=0.41256,
        words=words,
    )


def line_of(words: str, capfd: pytest.CaptureFixture[str]) -> str:
    capfd.readouterr()
    with log_lines():
        log_batch(report(words))
    return capfd.readouterr().err


def test_a_batch_is_one_line_of_fields(capfd: pytest.CaptureFixture[str]) -> None:
    line = line_of("full", capfd)

    assert re.fullmatch(
        r"time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=info event=batch issue=monthly-2026-11 batch=7 variant=en"
        r" provider=postmark attempt=2 readers=500 accepted=497 rejected=1 later=0 unknown=2 seconds=0\.413"
        r" words=full\n",
        line,
    )


@pytest.mark.parametrize(
    "words",
    [
        "550 <reader@example.org>: no such user",
        "to=reader@example.org",
        f"bad header List-Unsubscribe: <https://news.example.org/unsubscribe/{TOKEN}>",
    ],
)
def test_w_20_no_address_and_no_token_is_in_a_line(words: str, capfd: pytest.CaptureFixture[str]) -> None:
    line = line_of(words, capfd)

    assert "reader@" not in line
    assert TOKEN not in line
    assert "…" in line


def test_whatever_a_provider_says_it_is_one_value_on_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    @given(st.text())
    def check(words: str) -> None:
        line = line_of(words, capfd)

        assert len(line.splitlines()) == 1
        fields = dict(field.partition("=")[::2] for field in shlex.split(line.replace("'", "")))
        assert fields["seconds"] == "0.413"
        assert list(fields)[-1] == "words"

    check()


def test_a_fault_is_told_with_its_traceback_below(capfd: pytest.CaptureFixture[str]) -> None:
    with log_lines():
        try:
            int("something")
        except ValueError:
            logging.getLogger("newsletter.app").exception("it failed")

    first, *rest = capfd.readouterr().err.splitlines()
    assert first.endswith('level=error event="it failed"')
    assert "ValueError" in rest[-1]


def test_outside_of_the_block_nothing_is_written(capfd: pytest.CaptureFixture[str]) -> None:
    with log_lines():
        pass
    log_batch(report(""))

    assert capfd.readouterr().err == ""
