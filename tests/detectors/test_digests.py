"""Digests that are stored or published: the same in every version, and for any text whatever."""

from collections.abc import Callable

import pytest

from detectors.held import derived_id
from detectors.measures.linear_count import bit_of
from detectors.rulings import identity_of
from detectors.state import SellerState

HALF_A_CHARACTER = "\ud800"


def test_which_bit_stands_for_a_buyer_is_stored_and_so_never_another() -> None:
    assert (bit_of("B-1"), bit_of("买家")) == (709, 283)


def test_the_id_of_a_hold_or_an_alert_is_the_same_from_every_worker() -> None:
    assert derived_id("listing", "L1", "e1") == "9a27235dee04d3f61c1c9af3"
    assert derived_id("listing", "L1e", "1") != derived_id("listing", "L1", "e1")


def test_what_a_moderator_looked_at_is_known_again_after_an_upgrade() -> None:
    assert identity_of("Galaxy", None, "new") == identity_of("Galaxy", "", "new") == "329f22d55ec0d06f"


@pytest.mark.parametrize("digest", [bit_of, derived_id, identity_of])
def test_a_name_with_half_a_character_in_it_is_a_name(digest: Callable[[str], object]) -> None:
    assert digest(HALF_A_CHARACTER) != digest(HALF_A_CHARACTER + "B")


def test_an_event_with_half_a_character_in_its_id_is_known_again() -> None:
    state = SellerState("shop")
    assert [state.is_new(HALF_A_CHARACTER) for _ in range(2)] == [True, False]
