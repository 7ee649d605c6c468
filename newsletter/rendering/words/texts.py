"""The fixed texts of templates, in each language: gettext catalogues that are read as they stand, without compiling.

`templates/locale/LANGUAGE.po`; a message is its English text. A catalogue in an overriding folder replaces single
messages, the built-in one supplies the rest, and English what both lack.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from newsletter.errors import TemplateError
from newsletter.files import changed_ns

#: The language of the messages themselves.
SOURCE_LANGUAGE = "en"

Plural = Callable[[int], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The translations of one language."""

    #: By message; several forms where a number decides.
    messages: Mapping[str, tuple[str, ...]]
    #: From a number to the index of its form.
    plural: Plural


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The fixed texts in one language."""

    lang: str
    #: The first that has a message supplies it.
    catalogues: tuple[Catalogue, ...]

    def gettext(self, message: str, **values: object) -> str:
        """Return *message* in this language, its `{placeholders}` filled with *values*."""
        for catalogue in self.catalogues:
            if message in catalogue.messages:
                return catalogue.messages[message][0].format(**values)
        return message.format(**values)

    def known(self, text: str) -> str:
        """Return *text*, which is data, in this language if the catalogues happen to have it, else as it is."""
        for catalogue in self.catalogues:
            if text in catalogue.messages:
                return catalogue.messages[text][0]
        return text

    def ngettext(self, singular: str, plural: str, number: int, **values: object) -> str:
        """Return the form for *number*, which also fills `{number}`."""
        for catalogue in self.catalogues:
            if singular in catalogue.messages:
                form = catalogue.messages[singular][catalogue.plural(number)]
                return form.format(number=number, **values)
        return (singular if number == 1 else plural).format(number=number, **values)


def load_texts(folders: Sequence[Path], lang: str) -> Texts:
    """Read the catalogues of *lang* in the template *folders*, the overriding one first.

    `pt-BR` is looked for as `pt-BR` and as `pt`; a language without a catalogue gets the English texts.
    Raises `TemplateError` for a catalogue that cannot be read.
    """
    changes = [(file, changed_ns(file)) for file in _files(tuple(folders), lang)]
    return Texts(lang=lang, catalogues=tuple(_read(file, at) for file, at in changes if at is not None))


@lru_cache(maxsize=64)
def _files(folders: tuple[Path, ...], lang: str) -> tuple[Path, ...]:
    languages = dict.fromkeys((lang, lang.partition("-")[0], SOURCE_LANGUAGE))
    return tuple(folder / "locale" / f"{language}.po" for language in languages for folder in folders)


@lru_cache(maxsize=64)
def _read(file: Path, _changed_ns: int) -> Catalogue:
    from gettext import c2py

    from babel.messages.pofile import PoFileError, read_po

    try:
        with file.open("rb") as stream:
            catalog = read_po(stream, abort_invalid=True)
        plural = c2py(catalog.plural_expr)
    except PoFileError as error:
        reason = error.args[0].rpartition(" on ")[0]
        raise TemplateError(f"templates/locale/{file.name}:{error.lineno + 1}: {reason}.") from error
    except ValueError as error:
        raise TemplateError(
            f"templates/locale/{file.name}:1: is not a gettext catalogue: {error}."
        ) from error
    messages: dict[str, tuple[str, ...]] = {}
    for message in catalog:
        key = message.id if isinstance(message.id, str) else message.id[0]
        forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        if key and forms and all(forms) and not message.fuzzy:
            messages[key] = forms
    return Catalogue(messages=messages, plural=plural)
