"""Settings: choices from `newsletter.toml`, secrets from the environment, one frozen object."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsletter.errors import Problem, SettingsError, UsageError
from newsletter.nearest import did_you_mean
from newsletter.settings.decoding import decode, keys_of
from newsletter.settings.environment import Variable, read_variables
from newsletter.settings.file import read_file
from newsletter.settings.mistakes import FILE_NAME, Mistakes
from newsletter.settings.model import SECTIONS, Secret, Settings
from newsletter.settings.overlay import overlay
from newsletter.settings.rules import DigestRule, complaints
from newsletter.settings.tables import TABLES, decode_digests, decode_topics, decode_webhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What came of reading the settings, mistakes or not."""

    #: With stand-ins in the place of what is wrong; None: the file cannot be read as TOML.
    settings: Settings | None
    problems: tuple[Problem, ...]
    #: Sections with a mistake.
    unsound: frozenset[str] = frozenset()


def find_project(start: Path) -> Path:
    """Return the folder at or above *start* that holds `newsletter.toml`.

    Raises UsageError when there is none.
    """
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return folder
    raise UsageError(
        f"{start}: there is no {FILE_NAME} here or above. Go to your project folder, name it with -C DIR, "
        "or make one: newsletter init DIR"
    )


def read_settings(
    root: Path, environ: Mapping[str, str] = os.environ, *, digest_rule: DigestRule | None = None
) -> Settings:
    """Return the settings of the project in *root*.

    *digest_rule* is what a later stage wants of a digest. Raises SettingsError with every mistake found.
    """
    survey = survey_settings(root, environ, digest_rule=digest_rule)
    if survey.settings is None or survey.problems:
        raise SettingsError(survey.problems)
    return survey.settings


def survey_settings(
    root: Path, environ: Mapping[str, str] = os.environ, *, digest_rule: DigestRule | None = None
) -> Survey:
    """Return the settings as far as they can be used, and every mistake; *digest_rule* as for `read_settings`."""
    mistakes = Mistakes()
    variables = read_variables(root, environ, mistakes)
    table = read_file(root, mistakes)
    if table is None:
        return Survey(settings=None, problems=_sorted(mistakes))
    overlay(table, variables, mistakes)
    settings = _decoded(root, table, variables, mistakes)
    for complaint in complaints(settings, mistakes.variables.keys(), digest_rule):
        if mistakes.replaced.isdisjoint((complaint.key, *complaint.because_of)):
            mistakes.add(complaint.key, complaint.message, complaint.help)
    unsound = frozenset(key.partition(".")[0] for key in mistakes.keys)
    return Survey(settings=settings, problems=_sorted(mistakes), unsound=unsound)


def _sorted(mistakes: Mistakes) -> tuple[Problem, ...]:
    return tuple(sorted(mistakes.found, key=lambda problem: (problem.path or "", problem.line or 0)))


def _decoded(
    root: Path, table: Mapping[str, Any], variables: Mapping[str, Variable], mistakes: Mistakes
) -> Settings:
    for name, value in table.items():
        if name not in SECTIONS and name not in TABLES:
            _add_stranger(name, value, mistakes)
    return Settings(
        root=root,
        digests=decode_digests(table, mistakes),
        topics=decode_topics(table, mistakes),
        webhooks=decode_webhooks(table, mistakes),
        secret_keys=_keys(variables.get("SECRET_KEYS")),
        suppression_keys=_keys(variables.get("SUPPRESSION_KEYS")),
        **{
            name: decode(cls, table.get(name, {}), name, mistakes)
            for name, cls in SECTIONS.items()
            if name in table or name == "newsletter"
        },
    )


def _add_stranger(name: str, value: object, mistakes: Mistakes) -> None:
    homes = [section for section, cls in SECTIONS.items() if name in keys_of(cls)]
    if homes and not isinstance(value, Mapping):
        mistakes.add(name, "stands in no section.", f"Move it below [{homes[0]}].")
    else:
        mistakes.add(name, f"there is no section `{name}`.", did_you_mean(name, [*SECTIONS, *TABLES]))


def _keys(variable: Variable | None) -> tuple[Secret, ...]:
    parts = variable.text.split(",") if variable else ()
    return tuple(Secret(part.strip()) for part in parts if part.strip())
