"""`/healthz`: whether we are well, for who watches machines. Nobody is told more than yes or no."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PATH = "/healthz"
#: After which a scheduler that was seen once is missed; it tells of itself each minute.
SILENCE = timedelta(minutes=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What the route needs; the functions ask the database, and raise when it does not answer."""

    #: When the scheduler was last seen; None: never.
    scheduler_seen: Callable[[], datetime | None]
    #: The jobs that are past their limit at a moment.
    overdue_jobs: Callable[[datetime], list[str]]
    now: Callable[[], datetime]

    def is_well(self) -> bool:
        """Whether the database answers and who was ever at work still is; where no scheduler ever was, none is missed."""
        now = self.now()
        seen = self.scheduler_seen()
        return not (seen and is_silent(seen, now)) and not self.overdue_jobs(now)


def is_silent(seen: datetime, now: datetime) -> bool:
    """Whether a scheduler that was last seen then is missed. In the future it was seen by a clock that was wrong."""
    return abs(now - seen) > SILENCE


def health_route(health: Health) -> Route:
    """Return the route."""

    async def answer(_request: Request) -> Response:
        try:
            is_well = await run_sync(health.is_well)
        except Exception:  # whatever it is, the answer is that we are not well
            is_well = False
        return JSONResponse(
            {"status": "ok" if is_well else "unwell"},
            status_code=200 if is_well else 503,
            media_type="application/json; charset=utf-8",
        )

    return Route(PATH, answer)
