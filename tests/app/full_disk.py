"""A disk that becomes full for a SQLite database at a chosen statement: SQLite itself then refuses a page (SQLITE_FULL)."""

import sqlite3
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, ExceptionContext, event

from newsletter.app.timetable import Moment

#: What SQLite has when nothing else is said.
_NO_LIMIT = 0xFFFFFFFE


@dataclass
class FullDisk:
    """Full for all connections from a statement on that begins with *since*, until room is made."""

    since: str
    #: So many of these statements still have room.
    spared: int = 0
    #: So many more pages fit.
    pages: int = 0
    #: After so many statements for which there was no page somebody makes room; None: nobody does.
    mended_after: int | None = None
    #: Somebody stops the scheduler at the first of them.
    is_stopped_for: bool = False
    #: The statements for which there was no page.
    refused: list[str] = field(default_factory=list)
    #: Pages that the database may have.
    _most: int | None = None

    def __call__(self, moment: Moment) -> None:
        """Let the database have this disk."""

        def note(context: ExceptionContext) -> None:
            error = context.original_exception
            if isinstance(error, sqlite3.Error) and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL:
                self.refused.append(context.statement or "")
                if self.is_stopped_for:
                    moment.stop.set()

        engine = moment.project.engine
        event.listen(engine, "before_cursor_execute", self._limit)
        event.listen(engine, "handle_error", note)

    def _limit(self, connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
        driver: Any = connection.connection.driver_connection
        if self._most is None and statement.startswith(self.since):
            self.spared -= 1
            if self.spared < 0:
                self._most = driver.execute("PRAGMA page_count").fetchone()[0] + self.pages
        if self._most is not None:
            driver.execute(f"PRAGMA max_page_count={_NO_LIMIT if self._has_room_again else self._most}")

    @property
    def _has_room_again(self) -> bool:
        return self.mended_after is not None and len(self.refused) >= self.mended_after
