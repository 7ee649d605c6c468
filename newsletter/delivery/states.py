"""States of batches and deliveries, and which may follow which."""

from collections.abc import Mapping
from enum import StrEnum


class BatchState(StrEnum):
    """Where one request to the provider stands."""

    #: Waits to be claimed, perhaps until `retry_at`.
    QUEUED = "queued"
    #: Claimed and committed; the request may be under way.
    SENDING = "sending"
    #: Every delivery in it has ended; some may have been refused, skipped, or left in doubt by a person.
    DONE = "done"
    #: A request went out and its answer is not known: some of its deliveries are in doubt.
    UNKNOWN = "unknown"


class DeliveryState(StrEnum):
    """Where one issue to one reader stands. While `queued`, a delivery is as its batch is."""

    QUEUED = "queued"
    #: Marked before its own request leaves, where the provider takes one reader a request.
    SENDING = "sending"
    ACCEPTED = "accepted"
    #: The provider refused this reader for good.
    REJECTED = "rejected"
    #: The reader had left when the batch was claimed, and nothing had been accepted before.
    SKIPPED = "skipped"
    #: The request may have been accepted; only evidence or a person ends this.
    UNKNOWN = "unknown"


#: (from, to) → when. What is not here must not happen.
BATCH_TRANSITIONS: Mapping[tuple[BatchState, BatchState], str] = {
    (BatchState.QUEUED, BatchState.SENDING): "a sender claims it",
    (BatchState.QUEUED, BatchState.DONE): "every reader in it had left when it was claimed",
    (BatchState.SENDING, BatchState.DONE): "the provider answered for every reader",
    (BatchState.SENDING, BatchState.QUEUED): "nothing was accepted for those still open: later again",
    (
        BatchState.SENDING,
        BatchState.UNKNOWN,
    ): "the answer never came, the sender died, or who was in doubt has left",
    # Odd: out of doubt into another request, which is the same one: the provider knows its key and mails nobody twice.
    (BatchState.UNKNOWN, BatchState.SENDING): "the same request goes again under its key",
    # Odd: a doubt never goes back to the queue by itself, only when a look-up or a person proves absence.
    (BatchState.UNKNOWN, BatchState.QUEUED): "evidence or a person says that nothing was accepted",
    (BatchState.UNKNOWN, BatchState.DONE): "evidence or a person says that it was accepted, or is to be left",
    # Odd: its readers were queued again, and the late answer of a sender that was taken for dead names them accepted.
    (BatchState.QUEUED, BatchState.UNKNOWN): "a late answer ends all that was open of it, and doubts remain",
    # Odd: done, and yet again queued: a person who had left its doubts as they were thinks better of it.
    (BatchState.DONE, BatchState.QUEUED): "newsletter resolve --unknown resend after --unknown leave",
}

DELIVERY_TRANSITIONS: Mapping[tuple[DeliveryState, DeliveryState], str] = {
    (DeliveryState.QUEUED, DeliveryState.SENDING): "its own request is about to leave",
    (DeliveryState.QUEUED, DeliveryState.ACCEPTED): "the provider accepted its batch",
    (DeliveryState.QUEUED, DeliveryState.REJECTED): "the provider refused this reader",
    (DeliveryState.QUEUED, DeliveryState.SKIPPED): "the reader had left",
    (
        DeliveryState.QUEUED,
        DeliveryState.UNKNOWN,
    ): "the answer for its batch never came, or the reader left, in doubt before",
    (DeliveryState.SENDING, DeliveryState.ACCEPTED): "the provider accepted it",
    (DeliveryState.SENDING, DeliveryState.REJECTED): "the provider refused it",
    (DeliveryState.SENDING, DeliveryState.QUEUED): "nothing was accepted: later again",
    (DeliveryState.SENDING, DeliveryState.UNKNOWN): "the answer never came, or the sender died",
    # Odd: out of doubt both ways, but only by evidence or a person. A doubt that a person leaves stays `unknown`.
    (DeliveryState.UNKNOWN, DeliveryState.ACCEPTED): "evidence says so",
    (DeliveryState.UNKNOWN, DeliveryState.REJECTED): "the answer to the same request says so",
    (DeliveryState.UNKNOWN, DeliveryState.QUEUED): "evidence or a person says that nothing was accepted",
    # Odd: likewise, of a reader to whom nothing can be sent again.
    (DeliveryState.UNKNOWN, DeliveryState.SKIPPED): "a person says resend, and the reader was erased",
}
