"""The catalogues: complete in every language, replaceable text by text."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from newsletter.errors import TemplateError
from newsletter.rendering.pipeline.environment import built_in_templates
from newsletter.rendering.words.texts import load_texts

TEMPLATES = built_in_templates()
CODE = Path(__file__).parents[2] / "newsletter" / "rendering"
CATALOGUES = sorted((TEMPLATES / "locale").glob("*.po"))


def used_messages() -> Iterator[str]:
    """Every message that a template or the rendering code asks for."""
    for file in sorted(TEMPLATES.rglob("*")):
        if file.suffix in {".mjml", ".txt", ".html"} and "project" not in file.parts:
            with file.open("rb") as stream:
                for _, _, message, _ in babel_extract(stream, ["gettext", "ngettext", "say"], [], {}):
                    # Nothing where a page is told what to say.
                    if text := _singular(message):
                        yield text
    for file in sorted(CODE.glob("*.py")):
        for _, found, _, _ in extract_from_file(
            "python", file, keywords={"gettext": None, "ngettext": (1, 2)}
        ):
            yield _singular(found)


def _singular(message: str | tuple[str | None, ...] | None) -> str:
    return message if isinstance(message, str) else str((message or ("",))[0] or "")


def messages_of(catalogue: Path) -> dict[str, Message]:
    """What *catalogue* translates."""
    with catalogue.open("rb") as stream:
        found = [message for message in read_po(stream, abort_invalid=True) if message.id]
    return {message.id if isinstance(message.id, str) else message.id[0]: message for message in found}


def forms_of(message: Message) -> list[str]:
    """The texts of *message*, one for each number it tells apart."""
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def test_there_are_catalogues_for_three_languages() -> None:
    assert {catalogue.stem for catalogue in CATALOGUES} >= {"en", "fr", "de"}


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda catalogue: catalogue.stem)
def test_every_text_in_use_is_translated(catalogue: Path) -> None:
    messages = messages_of(catalogue)

    missing = [text for text in used_messages() if not (text in messages and all(forms_of(messages[text])))]

    assert missing == []


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda catalogue: catalogue.stem)
def test_a_translation_fills_the_same_placeholders(catalogue: Path) -> None:
    for text, message in messages_of(catalogue).items():
        wanted = set(re.findall(r"\{(\w*)\}", text))
        for form in forms_of(message):
            assert set(re.findall(r"\{(\w*)\}", form)) == wanted, text


def test_a_text_is_filled_with_values() -> None:
    texts = load_texts([TEMPLATES], "fr")

    assert (
        texts.gettext("Read the article: {headline}", headline="{x}")
        == "Lire l’article\N{NO-BREAK SPACE}: {x}"
    )


@pytest.mark.parametrize(
    ("lang", "number", "words"),
    [
        ("en", 2, "and 2 more"),
        ("fr", 1, "et 1 autre"),
        ("fr", 2, "et 2 autres"),
        ("de", 1, "und 1 weiterer Beitrag"),
        ("de", 2, "und 2 weitere Beiträge"),
    ],
)
def test_numbers_choose_their_form(lang: str, number: int, words: str) -> None:
    assert load_texts([TEMPLATES], lang).ngettext("and {number} more", "and {number} more", number) == words


def test_a_region_falls_back_to_its_language_and_an_unknown_language_to_english() -> None:
    assert load_texts([TEMPLATES], "fr-CA").gettext("Unsubscribe") == "Se désabonner"
    assert load_texts([TEMPLATES], "tlh").gettext("Unsubscribe") == "Unsubscribe"


def test_a_text_in_no_catalogue_stands_as_it_is() -> None:
    texts = load_texts([TEMPLATES], "de")

    assert texts.gettext("Not {what}", what="there") == "Not there"
    assert texts.ngettext("{number} thing", "{number} things", 3) == "3 things"


def test_a_usual_title_is_translated_and_any_other_stands_as_it_is() -> None:
    french = load_texts([built_in_templates()], "fr")

    assert french.known("Monthly digest") == "Lettre mensuelle"
    assert french.known("{braces} and 100 %") == "{braces} and 100 %"


def test_a_project_replaces_single_texts(tmp_path: Path) -> None:
    (tmp_path / "locale").mkdir()
    (tmp_path / "locale" / "fr.po").write_text('msgid "News"\nmsgstr "Du nouveau"\n', "utf-8")

    texts = load_texts([tmp_path, TEMPLATES], "fr")

    assert texts.gettext("News") == "Du nouveau"
    assert texts.gettext("Unsubscribe") == "Se désabonner"


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ('msgid "News"\nmessage "Du nouveau"\n', r"fr\.po:2: Unknown or misformatted keyword\."),
        (
            'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=(n+;"\n',
            r"fr\.po:1: is not a gettext catalogue",
        ),
    ],
)
def test_a_mistake_in_a_catalogue_is_told_with_its_line(tmp_path: Path, text: str, mistake: str) -> None:
    (tmp_path / "locale").mkdir()
    (tmp_path / "locale" / "fr.po").write_text(text, "utf-8")

    with pytest.raises(TemplateError, match=mistake):
        load_texts([tmp_path, TEMPLATES], "fr")


def test_french_signs_that_stand_apart_never_begin_a_line() -> None:
    texts = [
        text for message in messages_of(TEMPLATES / "locale" / "fr.po").values() for text in forms_of(message)
    ]

    assert [text for text in texts if re.search(r" [?!:;»]|« ", text)] == []
