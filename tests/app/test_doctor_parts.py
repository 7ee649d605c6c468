"""What the doctor reads of the machine, and how it puts amounts."""

from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.app.doctor.amounts import in_bytes, in_time
from newsletter.app.doctor.filesystems import is_remote, kind_of
from newsletter.app.doctor.finding import Health
from newsletter.app.doctor.transfers import look_at_transfer
from newsletter.settings.model import Provider

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:35 / /srv/news\\040letters rw,relatime shared:2 master:1 - nfs4 nas:/export rw
41 22 0:36 / /srv rw - tmpfs tmpfs rw
42 22 0:37 / /mnt rw - xfs /dev/sdb1 rw
43 22 0:38 / /mnt rw - fuse.sshfs host:/ rw

a line of another form
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/news/var/newsletter.db", "ext4"),
        ("/srv/news letters/var/newsletter.db", "nfs4"),
        ("/srv/newsletter.db", "tmpfs"),
        ("/srv2/newsletter.db", "ext4"),
        ("/mnt/newsletter.db", "fuse.sshfs"),
    ],
)
def test_a_file_is_on_the_last_of_the_nearest_mounts_above_it(path: str, kind: str) -> None:
    assert kind_of(Path(path), MOUNTS) == kind


def test_where_nothing_is_known_of_mounts_nothing_is_said() -> None:
    assert kind_of(Path("/srv/newsletter.db"), "") == ""


@pytest.mark.parametrize(("kind", "expected"), [("nfs4", True), ("cifs", True), ("ext4", False), ("", False)])
def test_another_machines_files_are_told_from_our_own(kind: str, *, expected: bool) -> None:
    assert is_remote(kind) is expected


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (1_000, "1 kB"), (25_000_000, "25 MB"), (1_260_000_000, "1.3 GB")],
)
def test_bytes_come_in_the_largest_unit(count: int, words: str) -> None:
    assert in_bytes(count) == words


@pytest.mark.parametrize(
    ("span", "words"), [(timedelta(minutes=30), "30 minutes"), (timedelta(hours=24), "24 hours")]
)
def test_a_span_comes_in_minutes_or_hours(span: timedelta, words: str) -> None:
    assert in_time(span) == words


@pytest.mark.parametrize(
    ("provider", "region", "is_outside"),
    [
        ("mailgun", "", False),
        ("mailgun", "us", True),
        ("sendgrid", "", True),
        ("sendgrid", "eu", False),
        ("ses", "eu-central-1", False),
        ("ses", "eu-west-2", True),
        ("ses", "us-east-1", True),
        ("postmark", "", True),
        ("resend", "", True),
        ("brevo", "", False),
        ("smtp", "", False),
        ("outbox", "", False),
    ],
)
def test_p_16_a_service_outside_the_european_economic_area_is_told(
    provider: str, region: str, *, is_outside: bool
) -> None:
    found = list(look_at_transfer(Provider(name=provider, region=region), "provider"))

    assert [each.level for each in found] == [Health.WARNING] * is_outside
    assert all("leave the European Economic Area" in each.message for each in found)


def test_p_16_of_an_address_of_ones_own_nothing_is_said() -> None:
    settings = Provider(name="postmark", base_url="https://mail.example.org")

    assert list(look_at_transfer(settings, "provider")) == []
