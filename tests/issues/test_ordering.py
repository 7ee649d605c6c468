"""The order of an issue, and who leads."""

from newsletter.content.items import Item
from newsletter.issues.assembly import Plan, plan
from tests.issues.making import NOVEMBER, collection, event, issue_file, news, newsroom

OLD = news("news/old", "2026-10-01")
NEW = news("news/new", "2026-10-20")
REPORT = event("events/report", "2026-10-08", when="2026-10-25")
SOON = event("events/soon", "2026-11-10")
LATER = event("events/later", "2026-12-01")


def made(*items: Item, text: str = "") -> Plan:
    files = [issue_file("monthly-2026-11", f"---\n{text}\n---\n")] if text else []
    return plan("monthly-2026-11", newsroom(), collection(*items, files=files), now=NOVEMBER)


def order(plan: Plan) -> list[str]:
    return [story.key.partition("/")[2] for story in plan.issue.stories]


def test_news_newest_first_then_reports_then_what_is_soonest() -> None:
    result = made(LATER, OLD, REPORT, SOON, NEW)

    assert order(result) == ["new", "old", "report", "soon", "later"]
    assert result.issue.leads == ("news/new", "news/old", "events/report")


def test_weights_come_before_dates_and_the_lowest_first() -> None:
    heavy = news("news/heavy", "2026-10-01", weight=20)
    light = news("news/light", "2026-10-01", weight=-1)

    assert order(made(NEW, heavy, light)) == ["light", "heavy", "new"]


def test_featured_items_lead_be_they_news_or_reports() -> None:
    featured = event("events/featured", "2026-10-08", when="2026-10-09", featured=True)

    assert order(made(NEW, featured, OLD)) == ["featured", "new", "old"]


def test_what_the_issue_file_names_leads() -> None:
    result = made(NEW, OLD, REPORT, text="lead: [events/report, news/old]")

    assert order(result) == ["report", "old", "new"]
    assert result.issue.leads == ("events/report", "news/old", "news/new")


def test_listed_items_stay_in_their_order_whoever_leads() -> None:
    result = made(NEW, OLD, SOON, text="items: [events/soon, news/old, news/new]\nlead: news/new")

    assert order(result) == ["soon", "old", "new"]
    assert result.issue.leads == ("news/new", "news/old")


def test_a_lead_that_is_not_in_the_issue_is_warned_of() -> None:
    (problem,) = made(NEW, news("news/x", draft=True), text="lead: news/x").problems

    assert problem.line == 2
    assert "the lead `news/x` is not in this issue: a draft." in problem.message


def test_items_of_one_moment_are_in_the_order_of_their_keys() -> None:
    assert order(made(news("news/b"), news("news/a"), news("news/c"))) == ["a", "b", "c"]
