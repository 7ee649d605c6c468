"""A newsletter's autumn, lived by the whole scheduler; `benchmarks/lifetime.py` has twenty years."""

from datetime import date
from pathlib import Path

from newsletter.issues.digests import PeriodLength
from tests.app.living import live


def test_each_month_s_item_goes_out_once_to_everybody_over_a_change_of_the_clocks(tmp_path: Path) -> None:
    life = live(
        tmp_path / "project",
        "Europe/Brussels",
        PeriodLength.MONTH,
        first=date(2026, 10, 1),
        until=date(2026, 12, 1),
    )

    assert life.periods == 2
    assert life.mistakes == ()
