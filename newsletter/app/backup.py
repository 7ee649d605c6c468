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
from newsletter.app.restoring import ahead, forget_ticks, note_restored
from newsletter.app.server_backups import to_back_up, to_bring_back
from newsletter.app.workshops import workshop
from newsletter.database import Engine, name_of_database, open_beside, open_database, writing
from newsletter.errors import NewsletterError, StorageError, UsageError
from newsletter.storage import backups, schema
from subscribers.errors import StorageError as ReadersStorageError
from subscribers.storage import sealing
from subscribers.storage.audit import note
from subscribers.storage.carrying import carry_deeds, carry_withdrawals

_DATABASE = "newsletter.db"
_JOURNALS = ("sent.journal", "erased.journal", "consent.seals")
#: What an archive may hold; anything else in it is not ours.
_MEMBER = re.compile(r"newsletter\.db|media/[A-Za-z0-9_-]{8,128}\.(png|jpg|gif)|journals/[a-z]+\.[a-z]+")


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
    database = project.database_file
    if database is None:
        raise UsageError(to_back_up(project, file))
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
    live = project.database_file
    if live is None:
        raise UsageError(to_bring_back(project, file))
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
        forget_ticks(project)
        was_there = backups.replace_database(new, live, aside)
        seals(project).note_restored(newest, now)
    return Restored(
        aside=aside if was_there else None,
        erased_again=erased_again,
        carried=carried,
        held=tuple(ahead(project)),
    )


def replay_erasures(project: Project, now: datetime, *, replaced: str = "") -> Restored:
    """After a database was brought back by other means: erase again who was erased since, and let the seals go on from its own.

    *replaced*: what the server calls the database that was in use until now: who left since is brought along from it.
    Raises UsageError when there is no server, StorageError when that database cannot be read.
    """
    was_in_use = _beside(project, replaced) if replaced else None
    erased_again = replay(project.engine, journal(project), suppression_keys(project), now)
    carried = None
    if was_in_use is not None:
        carried = _bring_along(project, was_in_use, project.engine, now)
        was_in_use.dispose()
    newest = sealing.newest_seal(project.engine)
    seals(project).note_restored(newest.seal if newest else None, now)
    note_restored(project, project.engine, now)
    forget_ticks(project)
    _note(project, now, "restore", erased_again)
    return Restored(aside=None, erased_again=erased_again, carried=carried, held=tuple(ahead(project)))


def _beside(project: Project, name: str) -> Engine:
    url = project.settings.database.url
    if project.database_file is not None:
        raise UsageError(
            "--replaced is for a database on a server: `newsletter restore FILE` sees to a file by itself."
        )
    if name == name_of_database(url):
        raise UsageError(f"{name} is the database in use. Name the one that was in use before it.")
    engine = open_beside(url, name)
    if schema.current(engine) != schema.HEAD:
        raise UsageError(
            f"{name} has tables of another version. Bring it to this one's first: newsletter migrate"
        )
    return engine


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
        note_restored(project, engine, now)
        with writing(engine) as connection:
            note(connection, at=now, actor=_actor(), action="restore", people=erased_again)
    finally:
        engine.dispose()
    return erased_again, carried, newest.seal if newest else None


def _carry(project: Project, live: Path, older: Engine, now: datetime) -> int | None:
    """Bring withdrawals, and what operators did, from the database that is there; None when it cannot be read, or is of another version."""
    if not live.exists():
        return None
    replaced = open_database(f"sqlite:///{live}")
    try:
        if schema.current(replaced) != schema.HEAD:
            return None
        return _bring_along(project, replaced, older, now)
    except (StorageError, ReadersStorageError):
        return None
    finally:
        replaced.dispose()


def _bring_along(project: Project, replaced: Engine, older: Engine, now: datetime) -> int:
    """Bring along what operators did since, and who left; return how many did."""
    carry_deeds(replaced, older)
    return carry_withdrawals(
        replaced,
        older,
        suppression_keys(project),
        now,
        journal=journal(project).append,
    )


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
