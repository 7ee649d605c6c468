"""`backup` and `restore`: one archive with the database, the pictures of issues and the journals. Never a key.

newsletter.db     the SQLite database
media/NAME        finished pictures, named by their content
journals/NAME     what left, who was erased, the seals: put in place only where a project has none
"""

import os
import re
import shutil
import tarfile
from contextlib import suppress
from dataclasses import astuple, dataclass
from datetime import datetime
from getpass import getuser
from pathlib import Path

from newsletter.app.consents import seals
from newsletter.app.erasing import journal
from newsletter.app.project import Project
from newsletter.app.readers import stats, suppression_keys
from newsletter.app.replaying import replay
from newsletter.app.restoring import ahead
from newsletter.app.workshops import workshop
from newsletter.database import Engine, open_database, writing
from newsletter.errors import NewsletterError, StorageError, UsageError
from newsletter.storage import backups, schema
from subscribers.errors import StorageError as ReadersStorageError
from subscribers.storage import sealing
from subscribers.storage.audit import note
from subscribers.storage.carrying import carry_withdrawals

_DATABASE = "newsletter.db"
_JOURNALS = ("sent.journal", "erased.journal", "consent.seals")
#: What an archive may hold; anything else in it is not ours.
_MEMBER = re.compile(r"newsletter\.db|media/[A-Za-z0-9_-]{8,128}\.(png|jpg|gif)|journals/[a-z]+\.[a-z]+")
_POSTGRESQL = (
    "The database is on a PostgreSQL server, whose own tools make consistent backups. {}\n"
    "Copy var/media, var/sent.journal, var/erased.journal and var/consent.seals as well."
)
_DUMP = "Back it up with: pg_dump --format=custom --file=newsletter.dump ADDRESS-OF-THE-DATABASE"
_BRING_BACK = (
    "Stop everything, then: pg_restore --clean --if-exists --single-transaction --dbname=ADDRESS-OF-THE-DATABASE newsletter.dump\n"
    "Afterwards erase again whom it brought back, with: newsletter restore --replay"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore came to."""

    #: The database that was there; None when there was none.
    aside: Path | None
    #: Readers whom the backup would have brought back.
    erased_again: int
    #: Readers who have left since, or must not be mailed; None: the database that was there could not be asked.
    carried: int | None
    #: Issues that had left and of which the database does not know everything: nothing is sent until a person decides.
    held: tuple[str, ...]


def back_up(project: Project, file: Path, now: datetime, *, overwrites: bool = False) -> int:
    """Write the archive *file*, whoever writes the database meanwhile; return its size in bytes.

    Whole or not at all. Raises UsageError when it is there already, NewsletterError when it cannot be written.
    """
    database = _database(project, _DUMP)
    if file.exists() and not overwrites:
        raise UsageError(f"{file} is there already and was left as it is. To write over it: --overwrite")
    if not database.exists():
        raise NewsletterError(f"{database}: there is no database yet, so there is nothing to back up.")
    file = file.absolute()
    # What is taken along is read by whoever has the file: it is in the audit before that.
    _note(project, now, "backup", sum(astuple(stats(project))))
    with workshop(file.parent, now) as folder:
        copy, archive = folder / _DATABASE, folder / "archive"
        backups.copy_database(database, copy)
        _pack(project, copy, archive)
        if overwrites:
            archive.replace(file)
        else:
            _name_new(archive, file)
    return file.stat().st_size


def restore(project: Project, file: Path, now: datetime) -> Restored:
    """Put the database and the pictures of the archive *file* in place; keep the database that was there aside.

    All is made ready beside it first: what is not in order changes nothing. Who was erased since the backup stays erased, and
    who left since has left, as far as the database that was there can be read.
    Raises NewsletterError, StorageError, KeysError.
    """
    live = _database(project, _BRING_BACK)
    live.parent.mkdir(parents=True, exist_ok=True)
    aside = _aside(live, now)
    with workshop(live.parent, now) as folder:
        _unpack(file, folder)
        new = folder / _DATABASE
        backups.check_database(new)
        if live.exists():
            backups.have_alone(live)
        _place(folder / "journals", project.settings.var)
        erased_again, carried, newest = _make_ready(project, new, live, now)
        _place(folder / "media", project.settings.var / "media")
        was_there = backups.replace_database(new, live, aside)
        seals(project).note_restored(newest, now)
    return Restored(
        aside=aside if was_there else None,
        erased_again=erased_again,
        carried=carried,
        held=tuple(ahead(project)),
    )


def replay_erasures(project: Project, now: datetime) -> Restored:
    """After a database was brought back by other means: erase again who was erased since, and let the seals go on from its own."""
    erased_again = replay(project.engine, journal(project), suppression_keys(project), now)
    newest = sealing.newest_seal(project.engine)
    seals(project).note_restored(newest.seal if newest else None, now)
    _note(project, now, "restore", erased_again)
    return Restored(aside=None, erased_again=erased_again, carried=None, held=tuple(ahead(project)))


def _aside(live: Path, now: datetime) -> Path:
    """Return a new name for the database that is replaced."""
    name = f"{live.name}.before-restore-{now:%Y%m%dT%H%M%SZ}"
    tries = (
        live.with_name(f"{name}{suffix}") for suffix in ("", *(f"-{number}" for number in range(2, 100)))
    )
    return next(path for path in tries if not path.exists())


def _make_ready(
    project: Project, database: Path, live: Path, now: datetime
) -> tuple[int, int | None, bytes | None]:
    """Migrate a database that is not in use yet, and bring to it what must not be lost of the one that is.

    Returns how many were erased again, how many had left since, and its newest seal.
    """
    engine = open_database(f"sqlite:///{database}")
    try:
        schema.prepare(engine)
        erased_again = replay(engine, journal(project), suppression_keys(project), now)
        carried = _carry(project, live, engine, now)
        newest = sealing.newest_seal(engine)
        with writing(engine) as connection:
            note(connection, at=now, actor=_actor(), action="restore", people=erased_again)
    finally:
        engine.dispose()
    return erased_again, carried, newest.seal if newest else None


def _carry(project: Project, live: Path, older: Engine, now: datetime) -> int | None:
    """Bring withdrawals from the database that is there; None when it cannot be read, or is of another version."""
    if not live.exists():
        return None
    replaced = open_database(f"sqlite:///{live}")
    try:
        if schema.current(replaced) != schema.HEAD:
            return None
        return carry_withdrawals(
            replaced,
            older,
            suppression_keys(project),
            now,
            journal=journal(project).append,
        )
    except (StorageError, ReadersStorageError):
        return None
    finally:
        replaced.dispose()


def _database(project: Project, on_server: str) -> Path:
    """Return the file of the database. Raises UsageError, which says *on_server*, when it is on a server."""
    file = project.database_file
    if file is None:
        raise UsageError(_POSTGRESQL.format(on_server))
    return file


def _pack(project: Project, database: Path, archive: Path) -> None:
    var = project.settings.var
    with (
        os.fdopen(os.open(archive, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
        tarfile.open(fileobj=file, mode="w") as tar,
    ):
        tar.add(database, _DATABASE, filter=_anonymous)
        # After the database: a picture that it knows of is there.
        for path in sorted((var / "media").glob("*")):
            if _MEMBER.fullmatch(f"media/{path.name}"):
                tar.add(path, f"media/{path.name}", filter=_anonymous)
        for name in _JOURNALS:
            if (var / name).exists():
                tar.add(var / name, f"journals/{name}", filter=_anonymous)
        tar.close()
        file.flush()
        os.fsync(file.fileno())


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Leave out whose file it was on this machine."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def _name_new(archive: Path, file: Path) -> None:
    try:
        os.link(archive, file)
    except FileExistsError:
        raise UsageError(f"{file} is there meanwhile and was left as it is.") from None
    except OSError:  # a file system without hard links, as on a memory stick
        archive.replace(file)


def _unpack(archive: Path, folder: Path) -> None:
    """Unpack what is ours of an archive. Raises NewsletterError when it is none of ours."""
    try:
        with tarfile.open(archive, "r:") as tar:
            for member in tar:
                if not member.isfile() or not _MEMBER.fullmatch(member.name):
                    raise NewsletterError(
                        f"{archive}: {member.name!r} does not belong into a backup. Nothing was changed."
                    )
                source = tar.extractfile(member)
                assert source is not None
                path = folder / member.name
                path.parent.mkdir(exist_ok=True)
                with source, path.open("xb") as target:
                    shutil.copyfileobj(source, target)
    except FileExistsError as error:
        raise NewsletterError(f"{archive}: a file stands in it twice. Nothing was changed.") from error
    except (tarfile.TarError, EOFError) as error:
        raise NewsletterError(
            f"{archive} is no backup of ours, or not whole: {error}. Nothing was changed."
        ) from error
    if not (folder / _DATABASE).exists():
        raise NewsletterError(f"{archive} holds no database. Nothing was changed.")
    (folder / _DATABASE).chmod(0o600)


def _place(source: Path, target: Path) -> None:
    """Move those files into *target* that are not there yet."""
    if not source.is_dir():
        return
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.iterdir()):
        if not (target / path.name).exists():
            shutil.move(path, target / path.name)


def _note(project: Project, now: datetime, action: str, people: int) -> None:
    with writing(project.engine) as connection:
        note(connection, at=now, actor=_actor(), action=action, people=people)


def _actor() -> str:
    """Return the account on this machine."""
    with suppress(OSError, KeyError):
        return getuser()
    return "unknown"
