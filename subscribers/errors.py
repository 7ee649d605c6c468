"""Everything that can go wrong here, as one tree.

SubscribersError
├── AddressError          not an address that we mail; its `reason` says why
├── KeysError             a key for tokens or hashes is weak, missing or retired too early
├── TokenError            a link that opens nothing
│   ├── UnknownTokenError     forged, cut off, for another purpose, or its key is retired
│   └── ExpiredTokenError     it was ours, and is too old
├── ImportRulesError      an import was asked for in a way that fits neither itself nor the file
├── ImportFileError       a file cannot be imported
│   └── ColumnError           nobody can tell which column holds a field: its `field`
├── AdministrationError   an operator asks for what does not fit where the reader stands
│   └── UnknownReaderError    nobody has the address
├── SealsError            the record of consents is not what was sealed
└── StorageError          the database is missing, locked or damaged
"""

from enum import StrEnum


class SubscribersError(Exception):
    """A failure that a person can do something about; its text says what."""


class AddressReason(StrEnum):
    """Why an address is refused."""

    #: Nothing was entered.
    EMPTY = "empty"
    #: Not an address, or one of a kind that we do not mail (quoted, with a name, an IP literal, a reserved domain).
    SYNTAX = "syntax"
    #: More than 254 octets, or more than 64 before the @ (RFC 5321, 4.5.3.1).
    TOO_LONG = "too-long"
    #: `user%host@` and `host!user@` ask a server to pass mail on: a relay trick of old.
    RELAY = "relay"
    #: Letters outside ASCII before the @: no provider is asked to send to those (SMTPUTF8, RFC 6531).
    NOT_ASCII = "not-ascii"
    #: A mailbox that never reads newsletters, such as abuse@ or noreply@ (RFC 2142).
    ROLE = "role"
    #: Of a domain that may not subscribe here.
    NOT_ALLOWED = "not-allowed"


class AddressError(SubscribersError):
    """An address is refused."""

    def __init__(self, reason: AddressReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class KeysError(SubscribersError):
    """Keys cannot be used as they are."""


class TokenError(SubscribersError):
    """A token opens nothing."""


class UnknownTokenError(TokenError):
    """A token is not ours, not for this purpose, or made with a key that is retired."""


class ExpiredTokenError(TokenError):
    """A token is ours and too old."""


class ImportRulesError(SubscribersError):
    """What was asked of an import fits neither itself nor the file."""


class ImportFileError(SubscribersError):
    """A file cannot be imported."""


class ColumnError(ImportFileError):
    """Nobody can tell which column of a file holds *field*; once somebody does, it can be imported."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


class AdministrationError(SubscribersError):
    """What an operator asks for does not fit where the reader stands; nothing was changed."""


class UnknownReaderError(AdministrationError):
    """Nobody whom we know has the address."""


class SealsError(SubscribersError):
    """Seals of the record of consents do not fit together."""


class StorageError(SubscribersError):
    """The database cannot be used."""
