"""Which variant of an issue each reader gets, by what their row says they wish."""

from collections.abc import Iterable, Mapping

from newsletter.app.project import Project
from newsletter.issues.assembly import Plan
from newsletter.issues.values import Choice
from newsletter.issues.variants import make_variants
from subscribers.values import topics_from_text

#: Which readers, in the words of their rows: language and topics ("" for all).
Wish = tuple[str, str]


def choice_of(project: Project, wish: Wish) -> Choice:
    """Return the choice that a reader's row spells; a language that the newsletter has not is its default."""
    lang, topics = wish
    known = project.settings.newsletter.languages
    return Choice(
        lang=lang if lang in known else known[0], topics=topics_from_text(topics) if topics else None
    )


def variant_names(project: Project, plan: Plan, wishes: Iterable[Wish]) -> Mapping[Wish, str | None]:
    """Return which variant the readers of each wish get; None: nothing in it for them."""
    choices = {wish: choice_of(project, wish) for wish in wishes}
    variants = make_variants(plan.issue, choices.values())
    names = {choice: variant.name for variant in variants for choice in variant.choices}
    return {wish: names.get(choice) for wish, choice in choices.items()}


def whole_variants(project: Project, plan: Plan, wishes: Iterable[Wish]) -> Mapping[Wish, str]:
    """Return the variant that has everything, for each language that readers or the issue have.

    Who changes their language or topics while the audience is written gets the issue in full.
    """
    languages = {*(lang for lang, _ in wishes), *plan.issue.languages}
    return {(lang, ""): _whole(project, plan, lang) for lang in languages}


def _whole(project: Project, plan: Plan, lang: str) -> str:
    wanted = choice_of(project, (lang, "")).lang
    return wanted if wanted in plan.issue.languages else plan.issue.languages[0]
