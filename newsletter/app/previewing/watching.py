"""What is saved in a project folder, told within a few hundredths of a second; folders may come and go meanwhile."""

import logging
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Thread

from newsletter.app.project import Project
from newsletter.content.files.shelf import Stamp, stamp_of
from newsletter.content.images.places import static_folder
from newsletter.settings.mistakes import FILE_NAME

_log = logging.getLogger(__name__)

#: After a change it is waited as long for the next one: an editor's program writes a file in several steps.
_STEP_MS = 10
_MOST_MS = 200
#: After which a watch that has begun is sure to watch.
_FIRST_MS = 500
#: How often it is looked whether the folders are still those that are watched.
_LOOK_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """Where changes count."""

    #: Everything in these folders.
    trees: frozenset[Path]
    #: These files.
    files: frozenset[Path]
    #: Nothing in this folder: the program's own.
    var: Path

    @classmethod
    def of(cls, root: Path, project: Project | None) -> "Grounds":
        """Return the grounds of the project in *root*; *project*: as far as its settings could be read."""
        content = project.settings.content.folder if project else "content"
        logos = project.logo_paths if project else ()
        return cls(
            trees=frozenset(root / each for each in (content, static_folder(content), "templates")),
            files=frozenset(root / each for each in (FILE_NAME, ".env", *logos)),
            var=project.settings.var if project else root / "var",
        )

    @property
    def places(self) -> frozenset[Path]:
        """Folders whose own entries tell that a tree or a file came, went or changed."""
        return frozenset(path.parent for path in (*self.trees, *self.files))

    def counts(self, path: Path) -> bool:
        """Whether a change of *path* may change what is shown."""
        if path in self.files:
            return True
        if path == self.var or path.is_relative_to(self.var):
            return False
        for tree in self.trees:
            if path.is_relative_to(tree):
                return not any(part.startswith(".") for part in path.relative_to(tree).parts)
        return False

    def stamps(self) -> dict[str, Stamp]:
        """Return the files there are that count, and what tells each from what it was before."""
        paths = [str(path) for path in self.files]
        for tree in self.trees:
            for folder, folders, names in os.walk(tree):
                folders[:] = [name for name in folders if self.counts(Path(folder, name))]
                paths += [os.path.join(folder, name) for name in names if not name.startswith(".")]  # noqa: PTH118 - thousands
        return {path: stamp for path in paths if (stamp := stamp_of(path))}

    def identity(self) -> dict[Path, tuple[int, int]]:
        """Return the folders there are, and which they are: one that was replaced is another."""
        found = {}
        for path in (*self.trees, *self.places):
            try:
                status = path.stat()
            except OSError:
                continue
            if path.is_dir():
                found[path] = (status.st_dev, status.st_ino)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """What is watched until the folders are others."""

    grounds: Grounds
    #: The files as they were when it began.
    stamps: Mapping[str, Stamp]
    over: Event = field(default_factory=Event)


@dataclass(slots=True, kw_only=True)
class Watch:
    """Watches the *grounds*, which may change with each look."""

    grounds: Callable[[], Grounds]
    stop: Event = field(default_factory=Event)
    _changes: "Queue[frozenset[Path]]" = field(default_factory=Queue)
    _armed: dict[Path, tuple[int, int]] = field(default_factory=dict)
    _round: _Round | None = None

    def end(self) -> None:
        """Have nothing more yielded, and nobody watching."""
        self.stop.set()
        self._rest()
        self._changes.put(frozenset())

    @property
    def has_news(self) -> bool:
        """Whether something was saved that was not yielded yet."""
        return not self._changes.empty()

    def changes(self, silence_s: float) -> "Iterable[frozenset[Path]]":
        """Yield what was saved, and nothing after *silence_s* without news, until the stop."""
        silent_s = 0.0
        try:
            while not self.stop.is_set():
                # Folders that came or went are a change, even if nobody told.
                changed = frozenset(self.arm()) or self._told()
                if not changed and silent_s < silence_s:
                    silent_s += _LOOK_S
                    continue
                silent_s = 0.0
                while self.has_news:
                    changed |= self._changes.get()
                if not self.stop.is_set():
                    yield changed
        finally:
            self._rest()

    def _rest(self) -> None:
        if self._round:
            self._round.over.set()

    def _told(self) -> frozenset[Path]:
        """Return what was saved next, nothing when that takes long."""
        try:
            return self._changes.get(timeout=_LOOK_S)
        except Empty:
            return frozenset()

    def arm(self) -> list[Path]:
        """Watch the folders there are now, if they are others; return those that are, and what was saved in them unheard."""
        grounds = self.grounds()
        found = grounds.identity()
        if found == self._armed:
            return []
        news = [path for path in {*found, *self._armed} if found.get(path) != self._armed.get(path)]
        before, self._round = self._round, _Round(grounds=grounds, stamps=grounds.stamps())
        if before:
            before.over.set()
            # Its threads may have heard of something and not told it yet.
            news += _changed(before.stamps, self._round.stamps)
        self._armed = found
        trees = [path for path in grounds.trees if path in found]
        places = [path for path in grounds.places if path in found]
        for paths, is_deep in ((trees, True), (places, False)):
            if paths:
                Thread(
                    target=self._watch, args=(paths, is_deep, self._round), name="watch", daemon=True
                ).start()
        return news

    def _watch(self, paths: list[Path], is_deep: bool, now: _Round) -> None:
        for polls in (None, True):
            try:
                self._pass_on(paths, is_deep, now, polls)
            except FileNotFoundError:
                return  # gone since: the next look finds out
            except (OSError, RuntimeError) as error:
                # The system watches no more files for us: they are looked at one by one.
                _log.warning("Files are watched by looking at them again and again: %s", error)
            else:
                return

    def _pass_on(self, paths: list[Path], is_deep: bool, now: _Round, polls: bool | None) -> None:
        from watchfiles import watch

        is_new = True

        def counts(_change: object, path: str) -> bool:
            return now.grounds.counts(Path(path))

        for changed in watch(
            *paths,
            watch_filter=counts,
            debounce=_MOST_MS,
            step=_STEP_MS,
            stop_event=now.over,
            recursive=is_deep,
            raise_interrupt=False,
            force_polling=polls,
            ignore_permission_denied=True,
            rust_timeout=_FIRST_MS,
            yield_on_timeout=True,
        ):
            if changed:
                self._changes.put(frozenset(Path(path) for _, path in changed))
            if is_new and (missed := _changed(now.stamps, now.grounds.stamps())):
                # It was saved before the system had begun to watch.
                self._changes.put(frozenset(missed))
            is_new = False


def _changed(before: Mapping[str, Stamp], after: Mapping[str, Stamp]) -> list[Path]:
    """Return the files that came, went or changed."""
    return [Path(path) for path in {*before, *after} if before.get(path) != after.get(path)]
