"""How much comes from a network: counted in spans of five minutes, under a keyed hash, shared by all processes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from subscribers.storage.tables import network_hits
from subscribers.storage.transactions import have_alone

SPAN_S = 300
#: An hour, and the span that has begun before it: nothing more than the limit comes within any hour.
_SPANS = 3600 // SPAN_S
#: When another try may fare better, at the latest.
RETRY_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Passage:
    """A network that a request came from, and how many may come from it in an hour."""

    network: bytes
    most: int


def admit(connection: Connection, arrivals: Sequence[Sequence[Passage]], at: datetime) -> list[bool]:
    """Return for each arrival whether all its networks had room, and count those that did.

    Who is refused is not counted: waiting helps, however often somebody tried in between.
    """
    networks = {passage.network for passages in arrivals for passage in passages}
    if not networks:
        return [True] * len(arrivals)
    # Else several processes would each see room for theirs.
    have_alone(connection, "admission")
    span = int(at.timestamp()) // SPAN_S
    hits: dict[bytes, int] = defaultdict(int)
    found = connection.execute(
        select(network_hits.c.network, func.sum(network_hits.c.hits).label("hits"))
        .where(network_hits.c.network.in_(networks), network_hits.c.span >= span - _SPANS)
        .group_by(network_hits.c.network)
    )
    hits.update({row.network: int(row.hits) for row in found})
    added: dict[bytes, int] = defaultdict(int)
    admitted = []
    for passages in arrivals:
        is_in = all(hits[passage.network] < passage.most for passage in passages)
        admitted.append(is_in)
        for passage in passages if is_in else ():
            hits[passage.network] += 1
            added[passage.network] += 1
    _count(connection, added, span)
    return admitted


def _count(connection: Connection, added: dict[bytes, int], span: int) -> None:
    if not added:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(network_hits)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["network", "span"],
            set_={"hits": network_hits.c.hits + statement.excluded.hits},
        ),
        [{"network": network, "span": span, "hits": count} for network, count in sorted(added.items())],
    )
