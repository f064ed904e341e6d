"""The six steps of the hop by name, and where each has been done: the points between which a process may die.

Nothing listens in production. A test puts its own function in the place of `done`, and dies there.
"""

from typing import Final, Literal

Step = Literal["decode", "load", "judge", "commit", "publish", "acknowledge"]
STEPS: Final[tuple[Step, ...]] = ("decode", "load", "judge", "commit", "publish", "acknowledge")


def done(step: Step) -> None:
    """That step has been done, and nobody has taken note of it yet. Called as `steps.done`, once a batch or poll."""
