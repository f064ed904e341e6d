"""Alerts and holds in a moderator's words."""

from typing import Final

from assay.demo_board import Board, News, seller_of, spoken
from schemas import Alert, Hold

_PLACED: Final = {"listing": "listing held", "payout": "PAYOUTS FROZEN", "seller": "ACCOUNT HELD"}
_RELEASED: Final = {"listing": "listing back", "payout": "payouts freed", "seller": "account freed"}


def line(news: News, board: Board) -> str:
    """One news as a line: "Mon 02 Mar 04:49  listing held    samsung direct sales store: ..."."""
    if isinstance(news, Alert):
        seller_id, what = seller_of(news), f"alert, {news.severity}"
        said = f"{sentence(news)}; score {news.score:.2f}" if news.evidence else sentence(news)
    else:
        seller_id = news.seller_id
        what = (_PLACED if news.action == "placed" else _RELEASED)[news.scope]
        said = _of_hold(news, board)
    return f"{news.event_time:%a %d %b %H:%M}  {what:<15}  {board.name(seller_id)}: {said}"


def sentence(alert: Alert) -> str:
    """The strongest evidence of the alert's own family."""
    if not alert.evidence:
        return "what was found does not stand any longer"
    more = len(alert.listing_ids) - 1
    others = f" (and {more} more listing{'s' if more > 1 else ''})" if more > 0 else ""
    return alert.evidence[0].sentence + others


def reasons(hold: Hold) -> list[str]:
    """The reasons in words, the one that speaks of the hold's subject first."""
    codes = hold.reason_codes if hold.scope == "listing" else hold.reason_codes[::-1]
    return [code.replace("_", " ") for code in codes]


def money(hold: Hold, board: Board) -> str:
    """What a listing asks; what is at stake with a seller."""
    if hold.scope != "listing":
        return board.stake(hold.seller_id)
    listed = board.listings.get(hold.subject_id)
    return spoken(listed.price, listed.currency) if listed else ""


def _of_hold(hold: Hold, board: Board) -> str:
    listed = board.listings.get(hold.subject_id) if hold.scope == "listing" else None
    about = [listed.title] if listed else []
    if hold.action == "placed":
        about += [f"{sum_} at stake" if not listed else f"asks {sum_}" for sum_ in [money(hold, board)] if sum_]
        return "; ".join([*about, ", ".join(reasons(hold))])
    ended = {"expiry": "no moderator confirmed the hold in time", "policy": "nothing speaks for the hold any longer"}
    return "; ".join([*about, ended.get(hold.decided_by, f"decided by {hold.decided_by}")])
