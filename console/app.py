"""What answers what: the map of the console.

topics -> Feed -> Office.take -> Projection, History -> pages (console.pages) and API (console.api)
                                                             |
                                            Desk -> Sink -> verdicts, audit
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Final

from litestar import Litestar
from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from console.answers import answer, secure
from console.api import alerts as api_alerts
from console.api import holds as api_holds
from console.api import keeping as api_keeping
from console.api.document import document_of
from console.exposition import count_answer
from console.gate import guard
from console.office import Office
from console.pages import alert, elsewhere, feed, holds, keeping, seller, signing
from console.roles import ROUTES

log = logging.getLogger(__name__)

MAX_BODY_BYTES: Final = 64 * 1024

API: Final = [*api_alerts.HANDLERS, *api_holds.HANDLERS, *api_keeping.HANDLERS]
HANDLERS: Final[list[ControllerRouterHandler]] = [
    signing.sign_in_page,
    signing.sign_in,
    elsewhere.oidc_begin,
    elsewhere.oidc_callback,
    signing.sign_out,
    signing.preferences,
    signing.static,
    signing.healthy,
    feed.feed_page,
    feed.feed_stream,
    alert.alert_page,
    alert.alert_stream,
    alert.rule_on_alert,
    alert.assign_alert,
    alert.snooze_alert,
    alert.note_alert,
    seller.seller_page,
    holds.holds_page,
    holds.rule_on_hold,
    keeping.letters_page,
    keeping.letter_page,
    keeping.replay_letter,
    keeping.policy_page,
    keeping.override,
    keeping.audit_page,
    *API,
]


def make_app(office: Office, extra: list[ControllerRouterHandler] | None = None) -> Litestar:
    """The application over an office; `extra` are further routes, such as one for metrics.

    Raises ValueError for a route that `console.roles` does not name: nobody would have said who may use it.
    """
    handlers = [*HANDLERS, *(extra or [])]
    if unnamed := [name for one in handlers if (name := getattr(one, "handler_name", "")) not in ROUTES]:
        raise ValueError(f"The routes {', '.join(unnamed)} are not in the table of console.roles: add them there.")

    @contextlib.asynccontextmanager
    async def following(_: Litestar) -> AsyncIterator[None]:
        task = asyncio.create_task(_follow(office))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def provide() -> Office:
        return office

    app = Litestar(
        handlers,
        guards=[guard],
        dependencies={"office": Provide(provide, sync_to_thread=False)},
        exception_handlers={Exception: answer},
        before_send=[secure, count_answer],
        lifespan=[following],
        openapi_config=None,
        request_max_body_size=MAX_BODY_BYTES,
        logging_config=None,
    )
    app.state.office = office
    app.state.document = document_of(tuple(API))
    return app


async def _follow(office: Office) -> None:
    try:
        await office.feed.follow(office.take)
    except asyncio.CancelledError:
        raise
    except Exception:  # whatever it was ends the task: from here on the console says that it is not up to date
        office.failed = True
        log.exception("The console no longer reads its topics.")
        raise
