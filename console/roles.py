"""Who may what: one table, route by route. A route that is not in it does not start."""

from typing import Final, Literal

Role = Literal["viewer", "moderator", "lead", "admin"]

ROLES: Final[tuple[Role, ...]] = ("viewer", "moderator", "lead", "admin")  # each may what those before it may

#: The least role of every route by its name; None: no sign-in is asked for.
ROUTES: Final[dict[str, Role | None]] = {
    # pages
    "sign_in_page": None,
    "sign_in": None,
    "oidc_begin": None,
    "oidc_callback": None,
    "sign_out": "viewer",
    "preferences": None,
    "static": None,
    "healthy": None,
    "feed_page": "viewer",
    "feed_stream": "viewer",
    "alert_page": "viewer",
    "alert_stream": "viewer",
    "seller_page": "viewer",
    "holds_page": "viewer",
    "policy_page": "viewer",
    "rule_on_alert": "moderator",
    "assign_alert": "moderator",
    "snooze_alert": "moderator",
    "note_alert": "moderator",
    "rule_on_hold": "moderator",
    "override": "lead",
    "letters_page": "lead",
    "letter_page": "lead",
    "audit_page": "lead",
    "replay_letter": "admin",
    # API
    "openapi": "viewer",
    "api_me": "viewer",
    "api_alerts": "viewer",
    "api_alert": "viewer",
    "api_holds": "viewer",
    "api_hold": "viewer",
    "api_listing_hold": "viewer",
    "api_seller": "viewer",
    "api_policy": "viewer",
    "api_rule_on_alert": "moderator",
    "api_assign": "moderator",
    "api_snooze": "moderator",
    "api_note": "moderator",
    "api_rule_on_hold": "moderator",
    "api_override": "lead",
    "api_letters": "lead",
    "api_letter": "lead",
    "api_audit": "lead",
    "api_replay": "admin",
    "metrics": None,
    "options_handler": None,  # the framework's own: says which methods an address takes
}


def may(role: Role, route: str) -> bool:
    """Whether a role may use a route; KeyError for one that is not in the table."""
    least = ROUTES[route]
    return least is None or ROLES.index(role) >= ROLES.index(least)


def at_least(role: Role, least: Role) -> bool:
    """Whether a role is `least` or above."""
    return ROLES.index(role) >= ROLES.index(least)
