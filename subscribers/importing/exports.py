"""What other systems export: by which columns a file of theirs is known, and what it says of the people in it.

Only what the systems' own code or many of their exports show; docs/moving-in.md says how each was looked up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from subscribers.exporting import COLUMNS
from subscribers.importing.standings import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A form of file."""

    system: str
    #: Its header has all of these columns; in lower case, like every column here.
    columns: frozenset[str]
    #: The column that says how each person stands; "": the whole file says it.
    status: str = ""
    #: What that column says, in lower case.
    words: Mapping[str, Standing] = field(default_factory=dict)
    #: Columns that only a file of such people has.
    telling_columns: Mapping[str, Standing] = field(default_factory=dict)
    #: Likewise how the file's name begins, in lower case.
    telling_names: Mapping[str, Standing] = field(default_factory=dict)
    #: Columns with times that go into the record of consents, as written. Never one with an IP address.
    times: tuple[str, ...] = ()
    #: What parts the tags in a cell.
    tag_mark: str = ";"

    def standing_of_file(self, name: str, header: Iterable[str]) -> Standing | None:
        """Return how everybody in the file *name* stands; None when it does not say."""
        for column, standing in self.telling_columns.items():
            if column in header:
                return standing
        beginnings = self.telling_names.items()
        return next(
            (standing for beginning, standing in beginnings if name.casefold().startswith(beginning)), None
        )


EXPORTS = (
    Export(
        system="this program",
        columns=frozenset(COLUMNS),
        status="status",
        words={
            "pending": Standing.PENDING,
            "active": Standing.ACTIVE,
            # The file does not say until when.
            "paused": Standing.ACTIVE,
            "unsubscribed": Standing.UNSUBSCRIBED,
            "bounce": Standing.BOUNCED,
            "block": Standing.BLOCKED,
            "complaint": Standing.COMPLAINED,
        },
        times=("created_at", "confirmed_at", "unsubscribed_at"),
    ),
    Export(
        system="listmonk",
        columns=frozenset({"uuid", "email", "name", "attributes", "status", "created_at", "updated_at"}),
        status="status",
        words={
            # Of the person; who left a list is enabled all the same, and in no column.
            "enabled": Standing.ACTIVE,
            "disabled": Standing.UNSUBSCRIBED,
            "blocklisted": Standing.BLOCKED,
            # Of the subscription to a list, for exports that have it.
            "confirmed": Standing.ACTIVE,
            "unconfirmed": Standing.PENDING,
            "unsubscribed": Standing.UNSUBSCRIBED,
        },
        times=("created_at",),
    ),
    Export(
        system="Mailchimp",
        # Not the address's, which is called otherwise in accounts of other languages.
        columns=frozenset({"member_rating", "optin_time", "confirm_time"}),
        telling_columns={"clean_time": Standing.BOUNCED, "unsub_time": Standing.UNSUBSCRIBED},
        telling_names={
            "subscribed_": Standing.ACTIVE,
            "unsubscribed_": Standing.UNSUBSCRIBED,
            "cleaned_": Standing.BOUNCED,
            "nonsubscribed_": Standing.OUTSIDER,
        },
        times=("optin_time", "confirm_time", "unsub_time", "clean_time"),
        tag_mark=",",
    ),
    Export(
        system="Ghost",
        columns=frozenset({"email", "subscribed_to_emails", "complimentary_plan", "created_at"}),
        status="subscribed_to_emails",
        words={"true": Standing.ACTIVE, "false": Standing.UNSUBSCRIBED},
        times=("created_at",),
        tag_mark=",",
    ),
)


def recognise(header: Iterable[str]) -> Export | None:
    """Return what has such a *header*; None: a list of one's own."""
    folded = {name.casefold() for name in header}
    return next((export for export in EXPORTS if export.columns <= folded), None)
