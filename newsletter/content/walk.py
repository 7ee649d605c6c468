"""Finds the files of a content folder; whatever else stands there is a problem, never a surprise."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from newsletter.content.names import FOREIGN_SUFFIXES, ISSUES_FOLDER, is_item_name
from newsletter.content.rules import ContentRules
from newsletter.errors import Level, Problem

#: Bytes of one file. A long article has 50,000.
MAX_FILE_BYTES = 2 * 1024 * 1024


@dataclass(slots=True)
class FoundFiles:
    """What stands in a content folder, by paths relative to the project folder."""

    #: Texts that are items.
    items: list[str] = field(default_factory=list)
    #: Texts in `issues/`.
    issues: list[str] = field(default_factory=list)
    #: Every file that may be read, pictures included.
    files: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
