"""What every detector owes its readers, its policy and its tests; and no valid event makes the judge raise."""

import ast
import dataclasses
import importlib
import inspect
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detectors import rules
from detectors.catalogue import CATALOGUE, FAMILIES, Entry
from detectors.judged import Tombstone
from detectors.records import Complaint, Listing, Order, Return, decode, encode
from detectors.surge import Series
from schemas import Event, ListingChanged, ListingPublished, ReturnDelivered, ReturnRequested, wire
from schemas.fields import DAY_US, to_us
from tests.detectors.aftersales import POLICY, SELLER, Desk
from tests.detectors.prices import NOW, USUAL, sellers, world
from tests.schemas.strategies import EVENT_TYPES, valid

FOLDER = Path(rules.__file__ or "").parent
SECTIONS = ("Fires when:", "Stays quiet when:", "Known gaps:", "Moderator:")
every_detector = pytest.mark.parametrize("entry", CATALOGUE, ids=[entry.reason_code for entry in CATALOGUE])


def module_of(entry: Entry) -> ModuleType:
    return sys.modules[type(entry.detector).__module__]


def test_every_file_among_the_rules_is_a_detector_of_the_catalogue() -> None:
    files = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    assert files == {entry.reason_code for entry in CATALOGUE}
    assert len(CATALOGUE) == len(files)


@every_detector
def test_a_detector_stands_in_the_file_of_its_reason_code_and_says_what_a_moderator_asks(entry: Entry) -> None:
    module = module_of(entry)
    assert module.__name__ == f"{rules.__name__}.{entry.reason_code}"
    text = inspect.getdoc(module) or ""
    places = [text.find(section) for section in SECTIONS]
    assert -1 not in places, f"the docstring lacks {SECTIONS[places.index(-1)]}"
    assert places == sorted(places)
    assert all(text[place:].split(":", 1)[1].strip() for place in places)


@every_detector
def test_a_detector_is_thresholds_and_has_no_memory(entry: Entry) -> None:
    detector: Any = entry.detector
    assert type(detector).__dataclass_params__.frozen
    assert not hasattr(detector, "__dict__"), "slots leave no room for a memory"
    fields = dataclasses.fields(detector)
    assert fields
    for field in fields:
        assert field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(detector, fields[0].name, getattr(detector, fields[0].name))
    for name, value in vars(module_of(entry)).items():
        assert name.startswith("__") or not isinstance(value, dict | list | set), f"{name} could remember something"


def grades_of(module: ModuleType) -> set[str]:
    """The grades that a rule can give: what stands at `grade=`, in a call of `finding`, or in a function `_grade`."""
    found: list[ast.AST] = []
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.keyword) and node.arg == "grade":
            found.append(node.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "finding":
            found += node.args[2:3]
        elif isinstance(node, ast.FunctionDef) and node.name == "_grade":
            found += [inner.value for inner in ast.walk(node) if isinstance(inner, ast.Return) and inner.value]
    values = [inner.value for part in found for inner in ast.walk(part) if isinstance(inner, ast.Constant)]
    return {value for value in values if isinstance(value, str)}


@every_detector
def test_every_grade_has_a_weight_in_the_packaged_policy_and_every_weight_a_grade(entry: Entry) -> None:
    assert entry.family in FAMILIES
    assert set(POLICY.weights[entry.reason_code]) == grades_of(module_of(entry))


@every_detector
def test_a_detector_is_asked_at_something(entry: Entry) -> None:
    assert entry.asked_at
    assert len(set(entry.asked_at)) == len(entry.asked_at)
    for asked in entry.asked_at:
        assert isinstance(asked, str) or issubclass(asked, Event)


@every_detector
def test_a_detector_has_tests_of_its_own(entry: Entry) -> None:
    tests = importlib.import_module(f"tests.detectors.test_{entry.reason_code}")
    names = [name for name in vars(tests) if name.startswith("test_")]
    assert len(names) >= 3, "one that fires, a near miss, a hostile input"


# ---- any valid events, in any order

_OFTEN = (ListingPublished, ListingChanged, ReturnRequested, ReturnRequested, ReturnDelivered, ReturnDelivered)
_POOLS = {
    name: st.sampled_from(values)
    for name, values in {
        "listing_id": ["L1", "L2", "L-3"],
        "order_id": ["O1", "O2", "O\u2028:3"],
        "order_ids": [(), ("O1",), ("O1", "O2", "none")],
        "return_id": ["R1", "R2", "R:3"],
        "complaint_id": ["C1", "C2"],
        "buyer_id": ["B1", "B2", "B3"],
        "refund_id": ["F1", "F2", "F3"],
        "compensation_id": ["K1", "K2"],
        "product_id": ["i9100", "i9100", "another"],
        "title": ["Samsung i9100", "Samsung Galaxy S II i9100 new", "case for i9100"],
        "price": [Decimal(1400), Decimal(1900), Decimal(2900), Decimal(200)],
        "price_kind": ["fixed", "fixed", "fixed", "deposit"],
        "condition": ["new", "new", "used"],
        "amount": [Decimal(1000), Decimal(900), Decimal("0.5"), Decimal("1E-300")],
        "currency": ["CNY", "CNY", "CNY", "EUR"],
        "subject_id": ["L1", "L2", SELLER],
    }.items()
}


@st.composite
def happenings(draw: st.DrawFn) -> list[Any]:
    """Events of one seller that meet each other: few ids, forty days, some of them late."""
    told, hours = [], 0.0
    for number in range(draw(st.integers(1, 30))):
        one = draw(valid(draw(st.sampled_from((*EVENT_TYPES, *_OFTEN, *_OFTEN)))))
        hours += draw(st.sampled_from([0.0, 0.0, 1.0, 24.0, 100.0]))
        late = draw(st.sampled_from([0.0, 0.0, 0.0, 30.0, 400.0]))
        fields = {name: draw(pool) for name, pool in _POOLS.items() if getattr(one, name, None) not in (None, ())}
        fields |= {"seller_id": SELLER, "event_id": f"e{number}", "event_time": NOW + timedelta(hours=hours - late)}
        told.append(msgspec.structs.replace(one, **fields))
    return told


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(happenings())
def test_no_valid_event_makes_anything_raise(told: list[Any]) -> None:
    desk = Desk(around=world(sellers(USUAL)))
    reached_us = 0
    for one in told:
        reached_us = max(reached_us, to_us(one.event_time))
        desk.fire(reached_us - 1).take(one)
    desk.fire(reached_us + 900 * DAY_US)
    for word in (word for judged in desk.judged for word in judged.words):
        assert isinstance(word, Tombstone) or wire.encode(word)
    state = desk.state
    for kind, kept in ((Order, state.orders), (Return, state.returns), (Listing, state.listings)):
        assert all(decode(kind, encode(record)) == record for record in kept.values())  # type: ignore[attr-defined]
    assert all(decode(Complaint, encode(record)) == record for record in state.complaints.values())
    assert all(decode(Series, encode(record)) == record for record in state.surges.values())
