"""What the environment and `.env` say: secrets, and overrides of the settings file.

`NEWSLETTER_PROVIDER__API_KEY` is `[provider] api_key`; the same name with `_FILE` names a file that holds the
value. The environment wins over `.env`. No message repeats a value, nor the name of such a file: whoever mixes
the two up would read a secret in a log.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from newsletter.settings.mistakes import Mistakes, Place

PREFIX = "NEWSLETTER_"
_FILE = "_FILE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One of ours; it stands in the table of the settings until its text is given a type."""

    place: Place
    text: str = field(repr=False)
    #: False: the file that it names could not be read, and that was recorded.
    is_readable: bool = True


def variable_of(key: str) -> str:
    """Return the variable that sets *key* (dotted)."""
    return f"{PREFIX}{key.upper().replace('.', '__')}"


def by_variable(key: str) -> str:
    """Return the remedy for a secret in the file under *key* (dotted)."""
    variable = variable_of(key)
    return f"Remove it here and set {variable} in the environment or in .env (or {variable}_FILE)."


def read_variables(root: Path, environ: Mapping[str, str], mistakes: Mistakes) -> dict[str, Variable]:
    """Return our variables by their names without `NEWSLETTER_` and `_FILE`."""
    variables = {
        name: Variable(place=Place(path="environment", name=name), text=text)
        for name, text in environ.items()
        if name.startswith(PREFIX)
    }
    # A variable given as a file in the environment replaces one spelled out in .env, and the other way round.
    spoken_for = {_without_file(name) for name in variables}
    for variable in _stored(root / ".env", mistakes):
        if _without_file(variable.place.name) not in spoken_for:
            variables[variable.place.name] = variable
    resolved: dict[str, Variable] = {}
    for name, variable in variables.items():
        short = _without_file(name).removeprefix(PREFIX).upper()
        if not name.endswith(_FILE):
            resolved.setdefault(short, variable)
        else:
            resolved[short] = _from_file(root, variable, mistakes)
    return resolved


def _without_file(name: str) -> str:
    return name.removesuffix(_FILE)


def _stored(env_file: Path, mistakes: Mistakes) -> Iterator[Variable]:
    """Yield our variables of `.env`."""
    if not env_file.is_file():
        return
    from dotenv.parser import parse_stream

    try:
        text = env_file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        mistakes.add_at(Place(path=".env"), f"cannot be read: {error.strerror}.", "Give yourself the right.")
        return
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        mistakes.add_at(Place(path=".env", line=line), "is not UTF-8 text.", "Save it as UTF-8.")
        return
    # The parser itself: python-dotenv's own functions log a line they do not understand, and go on.
    for binding in parse_stream(StringIO(text)):
        written = binding.original.string
        blank = len(written) - len(written.lstrip())
        line = binding.original.line + written[:blank].count("\n")
        place = Place(path=".env", line=line, name=binding.key or "")
        is_ours = place.name.startswith(PREFIX)
        if binding.error:
            mistakes.add_at(
                place, "this line cannot be understood.", "Write NAME=value, in quotes that are closed again."
            )
        elif is_ours and binding.value is None:
            mistakes.add_at(place, "has no value.", f"Write {place.name}=value, or remove it.")
        elif is_ours:
            yield Variable(place=place, text=binding.value or "")


def _from_file(root: Path, variable: Variable, mistakes: Mistakes) -> Variable:
    try:
        text = (root / variable.text).read_text(encoding="utf-8-sig").strip()
    except (OSError, ValueError) as error:  # a ValueError: not UTF-8, or no path at all
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        mistakes.add_at(
            variable.place,
            f"the file that it names cannot be read: {reason}.",
            "Name a readable file, relative to the project folder. "
            f"The value itself belongs in {_without_file(variable.place.name)}.",
        )
        return Variable(place=variable.place, text="", is_readable=False)
    return Variable(place=variable.place, text=text)
