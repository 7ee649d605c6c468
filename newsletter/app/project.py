"""A project folder, opened: its settings, and what is made of them when it is first needed."""

import weakref
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.content.items import Collection
from newsletter.content.rules import ContentRules
from newsletter.content.topics import TopicMatcher
from newsletter.errors import SettingsError, StorageError, UsageError
from newsletter.issues.digests import Digest
from newsletter.settings import Survey, find_project, survey_settings
from newsletter.settings.mistakes import FILE_NAME
from newsletter.settings.model import Settings

if TYPE_CHECKING:
    from newsletter.content.files.shelf import Shelf
    from newsletter.database import Engine
    from newsletter.issues.newsroom import Newsroom


@dataclass(frozen=True)
class Project:
    """What every command works on."""

    settings: Settings

    @property
    def root(self) -> Path:
        """The project folder."""
        return self.settings.root

    @property
    def settings_files(self) -> tuple[Path, ...]:
        """The files that the settings come from, whether they are there or not."""
        return (self.root / FILE_NAME, self.root / ".env")

    @property
    def is_rehearsal(self) -> bool:
        """Whether the provider keeps mail on this machine."""
        return self.settings.provider.is_rehearsal

    @property
    def has_database(self) -> bool:
        """Whether something may have been stored yet."""
        file = self.database_file
        return file is None or file.exists()

    def refuse_lost_database(self) -> None:
        """Raise StorageError when there was a database and is none: whoever finds nothing to do must not be taken for well."""
        file = self.database_file
        # The lock file beside it is there as soon as something was written.
        if file and not file.exists() and (lock := file.with_name(f"{file.name}-turn")).exists():
            raise StorageError(
                f"{file}: the database is gone. Put it back, or bring a backup: newsletter restore FILE. To begin anew, "
                f"delete {lock.name} beside it."
            )

    @property
    def database_file(self) -> Path | None:
        """The file of a SQLite database; None for a server."""
        from newsletter.database import database_url

        url = database_url(self.settings.database.url, self.root)
        return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None

    @cached_property
    def engine(self) -> "Engine":
        """The database, with the tables that this version wants; made where there never was one.

        Raises StorageError.
        """
        from newsletter.database import open_database
        from newsletter.storage.schema import prepare

        self.refuse_lost_database()
        engine = open_database(self.settings.database.url, root=self.root)
        # At the end of the command at the latest, so that a server need not find out by itself.
        weakref.finalize(self, engine.dispose)
        prepare(engine)
        for digest in self.settings.digests.values():
            if digest.rename_from:
                _follow_rename(engine, digest.rename_from, digest.key)
        return engine

    @property
    def content_rules(self) -> ContentRules:
        """What the content stage needs of the settings."""
        settings = self.settings
        return ContentRules(
            root=self.root,
            folder=settings.content.folder,
            languages=settings.newsletter.languages,
            timezone=settings.newsletter.timezone,
            topics=TopicMatcher(tuple(settings.topics.values())),
            links=settings.content.links,
            site_url=settings.newsletter.site_url,
        )

    @property
    def newsroom(self) -> "Newsroom":
        """What the issues stage needs of the settings."""
        from newsletter.issues.newsroom import Newsroom

        settings = self.settings
        return Newsroom(
            digests=settings.digests,
            languages=settings.newsletter.languages,
            zone=settings.newsletter.timezone,
            since=settings.content.since,
            topics=tuple(settings.topics),
            content_folder=settings.content.folder,
        )

    @property
    def logo_paths(self) -> tuple[str, ...]:
        """The logos' files, relative to the project folder: they may lie there or in the content folder."""
        theme = self.settings.theme
        return tuple(self._logo_path(logo) for logo in (theme.logo, theme.logo_dark) if logo)

    def _logo_path(self, logo: str) -> str:
        in_content = f"{self.settings.content.folder}/{logo}"
        return in_content if (self.root / in_content).exists() else logo

    @property
    def public_url(self) -> str:
        """Where the public site is reached, without a slash at the end."""
        return self.settings.newsletter.public_url.rstrip("/")


def open_project(directory: Path) -> Project:
    """Return the project at or above *directory*.

    Raises UsageError when there is none, SettingsError with every mistake in its settings.
    """
    survey = survey_project(directory)
    if survey.settings is None or survey.problems:
        raise SettingsError(survey.problems)
    return Project(survey.settings)


def survey_project(directory: Path) -> Survey:
    """Return what can be read of the settings of the project at or above *directory*.

    Raises UsageError when there is none.
    """
    try:
        place = directory.resolve()
    except FileNotFoundError:
        raise UsageError(
            "The current folder was deleted. Go to your project folder, or name it with -C DIR."
        ) from None
    return survey_settings(find_project(place), digest_rule=_schedule_rule)


def migrate(project: Project) -> str:
    """Bring the database to this version's tables; return which version that is."""
    from newsletter.database import open_database
    from newsletter.storage import schema

    engine = open_database(project.settings.database.url, root=project.root)
    schema.migrate(engine)
    engine.dispose()
    return schema.HEAD


def collect(project: Project, shelf: "Shelf | None" = None) -> Collection:
    """Return what the content folder holds; unchanged files come from the cache in `var/`, or from the *shelf*."""
    from newsletter.content.files.folder import collect as collect_folder

    cache = project.settings.var / "cache" / "content.msgpack"
    return collect_folder(project.content_rules, cache, shelf)


def _follow_rename(engine: "Engine", old: str, new: str) -> None:
    """Bring readers and issues along when a digest has got another key."""
    from newsletter.storage import issues
    from subscribers.storage import rename_digest

    rename_digest(engine, old, new)
    issues.rename_digest(engine, old, new)


def _schedule_rule(digest: Digest) -> tuple[str, str, str] | None:
    """Say what is wrong with a schedule; one of our own does not cost the import of APScheduler (0.05 s)."""
    from newsletter.issues.calendar.schedule import check_schedule

    return check_schedule(digest)
