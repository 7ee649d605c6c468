"""The figures for Prometheus: of the site since its start, and of the database as it stands."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime

from newsletter.app.project import Project
from newsletter.app.readers import stats
from newsletter.web.metrics import Metric, Tally, exposition
from subscribers.storage import heartbeats
from subscribers.storage.audit import count_by_action
from subscribers.storage.requests import count_by_state


def metrics_text(project: Project, answers: Tally, events: Tally) -> str:
    """Return all figures, as Prometheus reads them."""
    now = datetime.now(UTC)
    seen = {who: (now - at).total_seconds() for who, at in heartbeats.last_beats(project.engine).items()}
    return exposition(
        [
            _counter("answers", "Answers of the site since its start.", "status", answers.counts()),
            _counter(
                "events",
                "Since the start: links that are not ours, networks that asked too much, filled baits, webhooks refused.",
                "event",
                events.counts(),
            ),
            _gauge("subscribers", "Readers.", "state", asdict(stats(project))),
            _gauge(
                "requests",
                "What people asked for on the site in the last 30 days, by what became of its mail.",
                "state",
                count_by_state(project.engine),
            ),
            _gauge(
                "audit_records",
                "What operators and readers did with personal data, by the record that is kept of it.",
                "action",
                count_by_action(project.engine),
            ),
            _gauge("silence_seconds", "Since somebody was last seen at work.", "who", seen),
        ]
    )


def _counter(name: str, help_: str, label: str, figures: Mapping[str, float]) -> Metric:
    return Metric(name=f"newsletter_{name}_total", help=help_, kind="counter", label=label, figures=figures)


def _gauge(name: str, help_: str, label: str, figures: Mapping[str, float]) -> Metric:
    return Metric(name=f"newsletter_{name}", help=help_, kind="gauge", label=label, figures=figures)
