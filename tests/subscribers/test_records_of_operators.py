"""What operators do with readers leaves a record; what is refused leaves none."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from subscribers.addresses import normalise
from subscribers.administering import Wanted
from subscribers.audit import Errand
from subscribers.errors import AdministrationError
from subscribers.storage import (
    AdministrationStorage,
    AuditStorage,
)
from subscribers.suppression import Suppression
from tests.subscribers.browser import NOW, AddReader
from tests.subscribers.operators import (
    ERRAND,
    add,
    consents,
    suppress,
)


def test_p_18_every_look_and_every_change_is_on_record_without_an_address(
    administration: AdministrationStorage, engine: Engine, add_reader: AddReader
) -> None:
    ref = add_reader("r@example.org")
    administration.find("r@example.org", ERRAND)
    administration.find("nobody@example.org", ERRAND)
    administration.change("r@example.org", Wanted(lang="fr"), ERRAND)
    administration.move("r@example.org", normalise("s@example.org"), ERRAND)
    suppress(administration, "s@example.org", Suppression.BLOCK)
    administration.unsuppress("s@example.org", ERRAND)
    administration.unsubscribe("s@example.org", None, ERRAND)
    add(administration, "s@example.org", evidence="form 7")

    records = AuditStorage(engine).records(limit=100)

    assert [(each.action, each.people, each.ref) for each in records] == [
        ("show", 1, ref),
        ("show", 0, None),
        ("set", 1, ref),
        ("move", 1, ref),
        ("suppress", 1, ref),
        ("unsuppress", 1, ref),
        ("unsubscribe", 1, ref),
        ("add", 1, ref),
    ]
    assert {(each.actor, each.channel, each.note) for each in records} == {
        ("operator", "phone", "asked for it on Friday")
    }
    assert "@" not in json.dumps([dict(each.details) for each in records])


def test_what_is_refused_leaves_nothing_behind(
    administration: AdministrationStorage, engine: Engine, add_reader: AddReader
) -> None:
    add_reader("no@example.org", suppressed="block", suppressed_at=NOW)

    with pytest.raises(AdministrationError):
        add(administration, "no@example.org", evidence="form 7")

    assert AuditStorage(engine).records(limit=100) == []
    assert consents(engine) == []


def test_the_record_is_narrowed_by_time_action_and_reader(
    administration: AdministrationStorage, engine: Engine, add_reader: AddReader
) -> None:
    add_reader("r@example.org")
    ref = add_reader("s@example.org")
    administration.find("r@example.org", Errand(actor="operator", at=NOW - timedelta(days=2)))
    administration.find("s@example.org", ERRAND)
    administration.unsubscribe("s@example.org", None, ERRAND)
    audit = AuditStorage(engine)

    assert [each.action for each in audit.records(limit=1)] == ["unsubscribe"]
    assert len(audit.records(since=NOW - timedelta(days=1), limit=100)) == 2
    assert {each.ref for each in audit.records(key="s@example.org", limit=100)} == {ref}
    assert [each.action for each in audit.records(action="show", limit=100)] == ["show", "show"]
    assert audit.records(key="nobody@example.org", limit=100) == []
