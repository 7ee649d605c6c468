"""Backups where the database is on a PostgreSQL server: its own tools make them, and here is what to type.

Brought back is a backup beside the database that is there, as with SQLite: who left since is then known.
"""

from pathlib import Path
from shlex import quote

from newsletter.app.project import Project
from newsletter.database import address_for_tools, name_of_database

#: What tells the database that is brought back from the one that was there.
_SUFFIX = "_restored"

_BACK_UP = """\
The database is on a PostgreSQL server, whose own tools (no older than it) make consistent backups; they ask for the password,
or find it in PGPASSWORD. Type:
  umask 077; pg_dump --format=custom --file={file} {address}
Copy var/media, var/sent.journal, var/erased.journal and var/consent.seals as well."""

_BRING_BACK = """\
The database is on a PostgreSQL server. Stop everything, then bring the backup back beside what is there. Type:
  createdb --maintenance-db={address} {restored}
  pg_restore --exit-on-error --no-owner --dbname={new_address} {file}
Then let [database] url, or NEWSLETTER_DATABASE__URL, name {restored}, and erase again and bring along who left since. Type:
  newsletter restore --replay --replaced {name}"""


def to_back_up(project: Project, file: Path) -> str:
    """Say how a backup is made."""
    address = address_for_tools(project.settings.database.url)
    return _BACK_UP.format(file=quote(str(file)), address=quote(address))


def to_bring_back(project: Project, file: Path) -> str:
    """Say how the backup *file* is brought back."""
    url = project.settings.database.url
    name = name_of_database(url)
    restored = f"{name}{_SUFFIX}"
    return _BRING_BACK.format(
        address=quote(address_for_tools(url)),
        new_address=quote(address_for_tools(url, name=restored)),
        restored=quote(restored),
        file=quote(str(file)),
        name=quote(name),
    )
