"""`docs/reference/detectors.md`: what every detector looks for, out of its own file, the catalogue and the policy."""

import dataclasses
import inspect
import math
import re
import sys
from typing import Final

from console.advice import parts_of
from deploy.site.tables import code, link, plain, table
from detectors import heard, ledger, marks, raised, silence, surging
from detectors.catalogue import FAMILIES, Asked, Entry
from detectors.policy import Policy, make_policy, shown
from streams.settings import read_policy

_NAMES: Final = {"price": "Prices", "aftersale": "After the sale", "words": "Words"}
_NOUNS: Final = ("Known gaps", "Moderator")  # the other parts go on as a sentence
_PARTS: Final = ("Fires when", "Stays quiet when", "Known gaps", "Moderator")
_PARAMETERS: Final = re.compile(r"^Parameters[^\n]*:\n", re.M)
_PARAMETER: Final = re.compile(r"^ {4}([a-z_]+(?:, [a-z_]+)*): (.*(?:\n {8}.*)*)", re.M)
#: What brings a detector to look, besides events: kinds of deadlines.
_DEADLINES: Final = {
    "refund": "when a refund is due",
    "return": "when a return is forgotten",
    "complaint": "when an upheld complaint has counted for long enough",
    marks.ANSWER: "when the answer to a return is due",
    marks.RATING: "once a day while several buyers doubt what they got",
    ledger.KIND: "once a day while the platform has paid several buyers",
    surging.KIND: "at the end of a day while complaints are counted",
    heard.KIND: "when what was said is forgotten",
    raised.KIND: "when a guard was raised too long ago",
    silence.KIND: "when the seller has said nothing for too long",
}


def page() -> str:
    """The whole page, under the packaged policy."""
    policy = make_policy(read_policy(None))
    parts = [_intro(policy), _overview(policy)]
    for family in FAMILIES:
        parts.append(f"## {_NAMES[family]}\n")
        parts += [_detector(entry, policy) for entry in policy.entries if entry.family == family]
    return "\n".join(parts)


def _intro(policy: Policy) -> str:
    return f"""# Detectors

What is looked for: from the text that each detector's own file begins with (`detectors/rules/`), the catalogue
(`detectors/catalogue.py`) and the packaged policy (`detectors/policy.toml`). A policy of your own changes modes,
weights and thresholds key by key; the setting `policy_file` names it, `assay policy check` says whether it fits, and
`assay policy show` prints what is in force:

```toml
[detectors.below_market_price]
mode = "alert"           # no holds by it
strong_ratio = 0.50

[weights.replica_wording]
seen = 3.0
```

A finding weighs as much as its *grade* says, in natural logarithms of odds. The score is the logistic of the prior,
{policy.prior:g}, and the weight of the strongest finding of each *family*. *Alone* below is the score where nothing
else is known against the seller; an alert takes {policy.bands.alert:g}, a hold {policy.bands.hold:g} and more than a
score: [concepts](../concepts.md) says what. How well each works is measured in [detection, measured](../detection.md).
"""


def _overview(policy: Policy) -> str:
    rows = [
        (
            link(entry.reason_code),
            _module_doc(entry).partition("\n")[0],
            _NAMES[entry.family].lower(),
            entry.mode,
            f"{max(policy.weights[entry.reason_code].values()):g}",
        )
        for family in FAMILIES
        for entry in policy.entries
        if entry.family == family
    ]
    return table(("detector", "what it sees", "family", "mode", "weight up to"), rows)


def _detector(entry: Entry, policy: Policy) -> str:
    said = parts_of(policy, entry.reason_code)
    grades = policy.weights[entry.reason_code]
    weights = [(code(grade), f"{nats:g}", f"{_alone(nats, policy):.2f}") for grade, nats in grades.items()]
    lines = [
        f"### {entry.reason_code}\n",
        f"{plain(_module_doc(entry).partition(chr(10))[0])}\n",
        f"Mode *{entry.mode}*, about a {entry.about}.\n",
        *(f"**{part}{':' if part in _NOUNS else ''}** {plain(said[part])}\n" for part in _PARTS),
        table(("grade", "weight", "alone"), weights),
    ]
    if rows := _thresholds(entry, policy):
        lines.append(table(("threshold", "default", "what it is"), rows))
    lines.append(f"Asked at {_asked(entry.asked_at)}.\n")
    return "\n".join(lines)


def _alone(nats: float, policy: Policy) -> float:
    return 1 / (1 + math.exp(-(policy.prior + nats)))


def _asked(causes: tuple[Asked, ...]) -> str:
    events = [link(one.__name__, "contracts.md") for one in causes if not isinstance(one, str)]
    times = [_DEADLINES[one] for one in causes if isinstance(one, str)]
    return "; ".join(filter(None, (", ".join(events), *times)))


def _thresholds(entry: Entry, policy: Policy) -> list[tuple[str, str, str]]:
    """What a policy may change, with what the file says of it."""
    held = shown(policy)["detectors"][entry.reason_code]
    about = _parameters(entry)
    return [
        (code(field.name), f"{held[field.name]:g}", about.get(field.name, ""))
        for field in dataclasses.fields(entry.detector)  # type: ignore[arg-type]  # every detector is a dataclass
        if field.name in held
    ]


def _parameters(entry: Entry) -> dict[str, str]:
    _, *rest = _PARAMETERS.split(_module_doc(entry), maxsplit=1)
    found = {}
    for names, text in _PARAMETER.findall("".join(rest)):
        found.update(dict.fromkeys(names.split(", "), plain(text.replace("[", "(").replace("]", ")"))))
    return found


def _module_doc(entry: Entry) -> str:
    module = sys.modules[type(entry.detector).__module__]
    return inspect.cleandoc(module.__doc__ or "")
