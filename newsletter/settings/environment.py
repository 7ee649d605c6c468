"""What the environment and `.env` say: secrets, and overrides of the settings file.

`NEWSLETTER_PROVIDER__API_KEY` is `[provider] api_key`; the same name with `_FILE` names a file that holds the
value. The environment wins over `.env`.
"""

from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from newsletter.errors import Level, Problem

PREFIX = "NEWSLETTER_"


def read_variables(root: Path, environ: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """Return our variables (name → value, `_FILE` resolved) and what is wrong with them."""
    problems: list[Problem] = []
    env_file = root / ".env"
    variables: dict[str, str] = {}
    if env_file.is_file():
        try:
            # No interpolation: a secret may hold a dollar sign.
            stored = dotenv_values(env_file, interpolate=False, encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            problems.append(_problem(".env", f"cannot be read: {error}.", "Save it as UTF-8 text."))
        else:
            variables |= {name: value or "" for name, value in stored.items() if name.startswith(PREFIX)}
    from_environment = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
    for name in from_environment:
        # A variable given as a file in the environment replaces one spelled out in .env, and the other way round.
        variables.pop(name.removesuffix("_FILE"), None)
        variables.pop(f"{name}_FILE", None)
    variables |= from_environment
    return _resolve_files(root, variables, problems), problems


def _resolve_files(root: Path, variables: Mapping[str, str], problems: list[Problem]) -> dict[str, str]:
    resolved: dict[str, str] = {}
    for name, value in variables.items():
        if not name.endswith("_FILE"):
            resolved.setdefault(name, value)
            continue
        path = root / value
        try:
            resolved[name.removesuffix("_FILE")] = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            problems.append(
                _problem("environment", f"{name} names {value}: {reason}.", "Name a readable file.")
            )
    return resolved


def overlay(table: dict[str, object], variables: Mapping[str, str]) -> dict[str, str]:
    """Write the overrides among *variables* into *table*; return dotted key → the variable that set it."""
    placed: dict[str, str] = {}
    for name, value in variables.items():
        parts = name.removeprefix(PREFIX).lower().split("__")
        if len(parts) < 2 or not all(parts):
            continue
        target: object = table
        for part in parts[:-1]:
            if not isinstance(target, dict):
                break
            target = target.setdefault(part, {})
        if isinstance(target, dict):
            target[parts[-1]] = value
            placed[".".join(parts)] = name
    return placed


def _problem(path: str, message: str, help_: str) -> Problem:
    return Problem(level=Level.ERROR, rule="settings", path=path, message=message, help=help_)
