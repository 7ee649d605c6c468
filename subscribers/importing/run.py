"""Imports a file: reads rows, writes them batch by batch, in memory that does not grow with the file."""

import gc
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from itertools import islice, starmap
from pathlib import Path

from subscribers.errors import ImportFileError, ImportRulesError
from subscribers.importing.exports import Export
from subscribers.importing.files import Layout, read_layout, read_records
from subscribers.importing.findings import Finding, ImportReport, Reason
from subscribers.importing.merging import Change, Decision, Known, decide, join_duplicates
from subscribers.importing.rows import Entry, row_reader
from subscribers.importing.rules import ImportRules, TreatAs
from subscribers.importing.standings import Standing
from subscribers.states import State
from subscribers.storage.batches import ImportStorage
from subscribers.suppression import Suppression
from subscribers.tokens import REFERENCE_BYTES

#: Rows that are read and put in the order of their addresses: written in that order, they touch fewer pages of the
#: database's indexes.
READ_ROWS = 100_000
#: Rows that one transaction writes: as many as keep others waiting for less than a tenth of a second.
WRITE_ROWS = 2_000

OnFindings = Callable[[Iterable[Finding]], None]
OnProgress = Callable[[int], None]

#: A row that was understood (None: refused), and what is to be said about it.
_Row = tuple[Entry | None, Sequence[Finding]]
#: What a batch comes to, a transaction after the other: its decisions, in any order.
_Settle = Callable[[list[Entry]], Iterable[list[Decision]]]


def import_file(
    path: Path,
    *,
    rules: ImportRules,
    storage: ImportStorage,
    at: datetime,
    on_findings: OnFindings,
    on_progress: OnProgress = lambda rows: None,
) -> ImportReport:
    """Import the file *path* and return what came of it.

    Every batch is final as soon as it is written; a file whose import broke off is simply imported again.
    *on_findings* gets what is to be said of rows, in their order within a batch; *on_progress* the number of rows
    done. Raises what `check_file` raises, KeysError and StorageError.
    """
    layout = check_file(path, rules)
    storage.check_keys()
    run = storage.start(source=path.name, evidence=rules.evidence if rules.is_confirmed else "", at=at)

    def settle(entries: list[Entry]) -> Iterator[list[Decision]]:
        for part in _parts(len(entries)):
            written = entries[part]
            yield storage.write(written, decide, run, new_refs(len(written)))

    report = _import(_rows(path, layout, rules), settle, on_findings, on_progress)
    storage.finish(run, report.counts)
    return report


#: What a preview would have made of addresses: hash of the address → as the database would know it.
Remembered = dict[int, Known]


def preview_file(
    path: Path,
    *,
    rules: ImportRules,
    storage: ImportStorage,
    remembered: Remembered,
    on_findings: OnFindings,
    on_progress: OnProgress = lambda rows: None,
) -> ImportReport:
    """Return what `import_file` would, without writing anything.

    *remembered*: filled here, and handed to the preview of the next file. About 150 bytes for each address that would
    change, as there is no row that would remember it.
    """
    layout = check_file(path, rules)
    storage.check_keys()

    def settle(entries: list[Entry]) -> Iterator[list[Decision]]:
        def decide_again(entry: Entry, known: Known | None, is_erased: bool) -> Decision:
            place = hash(entry.address.key)
            known = remembered.get(place, known)
            decision = decide(entry, known, is_erased)
            if isinstance(decision, Change):
                remembered[place] = _after(decision, known)
            return decision

        for part in _parts(len(entries)):
            yield storage.look(entries[part], decide_again)

    return _import(_rows(path, layout, rules), settle, on_findings, on_progress)


def _after(change: Change, known: Known | None) -> Known:
    digests = frozenset(digest for digest, _ in change.wish.digests)
    if known is None:
        return _as_known(change.state or State.PENDING, change.suppressed, digests, is_from_here=True)
    return _as_known(
        change.state or known.state,
        change.suppressed or known.suppressed,
        known.digests | digests,
        is_from_here=known.is_from_here,
    )


@cache
def _as_known(
    state: State, suppressed: Suppression | None, digests: frozenset[str], *, is_from_here: bool
) -> Known:
    """Return one value for all who stand alike."""
    return Known(ref=b"", state=state, suppressed=suppressed, digests=digests, is_from_here=is_from_here)


def check_file(path: Path, rules: ImportRules) -> Layout:
    """Return how *path* is to be read.

    Raises ImportFileError when it cannot be imported, ImportRulesError when *rules* do not fit it.
    """
    layout = read_layout(path, rules.columns)
    if layout.telling_columns and rules.treat_as is None:
        column = layout.telling_columns[0]
        raise ImportFileError(
            f"{path}: its column {column} may say who must not be mailed, and is not read."
            f' If it holds words such as subscribed, unsubscribed or bounced, name it: --map "{column}=status".'
            " Else split the file by it, and import each part as what its rows are: --as active, unsubscribed,"
            " bounced or complained."
        )
    if layout.export:
        _check_export(path, layout, layout.export, rules)
    return layout


def _check_export(path: Path, layout: Layout, export: Export, rules: ImportRules) -> None:
    is_told = export.status or layout.standing or rules.treat_as
    if not is_told:
        names = ", ".join(f"{name}…" for name in export.telling_names)
        raise ImportFileError(
            f"{path}: is an export of {export.system}, and does not say of whom. Give it the name that it came"
            f" with ({names}), or say what its rows are: --as active, unsubscribed, bounced or complained."
        )
    if rules.treat_as is TreatAs.ACTIVE and layout.standing not in {None, Standing.ACTIVE}:
        raise ImportRulesError(
            f"{path} holds {export.system}'s {layout.standing} people: it cannot be imported --as active."
        )


def _rows(path: Path, layout: Layout, rules: ImportRules) -> Iterator[_Row]:
    return starmap(row_reader(rules, layout), read_records(path, layout))


def _import(
    rows: Iterator[_Row], settle: _Settle, on_findings: OnFindings, on_progress: OnProgress
) -> ImportReport:
    figures = _Figures()
    done = 0
    with _without_cycles():
        # Handed over at once: with a name here the last batch would lie in memory while the next one is read.
        while count := _import_batch(list(islice(rows, READ_ROWS)), settle, figures, on_findings):
            done += count
            on_progress(done)
    return figures.report()


def _import_batch(batch: list[_Row], settle: _Settle, figures: "_Figures", on_findings: OnFindings) -> int:
    """Import rows that were read; return how many they are."""
    findings = [finding for _, remarks in batch for finding in remarks]
    entries, superfluous = join_duplicates([entry for entry, _ in batch if entry is not None])
    entries.sort(key=lambda entry: entry.address.key)
    decisions = [decision for part in settle(entries) for decision in part]
    findings += superfluous
    findings += [each for each in decisions if isinstance(each, Finding)]
    figures.count(decisions, findings)
    on_findings(sorted(findings, key=lambda finding: finding.line))
    return len(batch)


@contextmanager
def _without_cycles() -> Iterator[None]:
    """Do not look for objects that hold each other: rows never do, there are a hundred thousand, and it takes a tenth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _parts(count: int) -> list[slice]:
    return [slice(start, start + WRITE_ROWS) for start in range(0, count, WRITE_ROWS)]


def new_refs(count: int) -> list[bytes]:
    """Return references that begin alike, for neighbours in the indexes over them; 80 random bits tell each from the others."""
    start = secrets.token_bytes(2)
    size = REFERENCE_BYTES - len(start)
    data = secrets.token_bytes(count * size)
    return [start + data[place : place + size] for place in range(0, len(data), size)]


class _Figures:
    """Counts while an import goes on."""

    def __init__(self) -> None:
        self._outcomes: Counter[str] = Counter()
        self._refused: Counter[Reason] = Counter()
        self._notes: Counter[Reason] = Counter()

    def count(self, decisions: list[Decision], findings: list[Finding]) -> None:
        """Take in a batch."""
        changes = [decision for decision in decisions if isinstance(decision, Change)]
        added = sum(change.ref is None for change in changes)
        refused = sum(isinstance(each, Finding) and each.is_refusal for each in decisions)
        self._outcomes["added"] += added
        self._outcomes["updated"] += len(changes) - added
        self._outcomes["unchanged"] += len(decisions) - len(changes) - refused
        for finding in findings:
            (self._refused if finding.is_refusal else self._notes)[finding.reason] += 1

    def report(self) -> ImportReport:
        """Return the figures."""
        return ImportReport(**self._outcomes, refused=dict(self._refused), notes=dict(self._notes))
