"""What pytest has to be told for `make mutation`; loaded with `-p tests.mutation.plugin`."""

import pytest
from hypothesis import HealthCheck, Phase, settings

if not hasattr(pytest.Item, "_nodeid"):  # mutmut 3.7 asks for it, pytest 9.2 no longer has it
    pytest.Item._nodeid = property(lambda item: item.nodeid)  # type: ignore[attr-defined]

EXAMPLES = 20  # of each property: a mutant is tried thousands of times


def pytest_sessionstart() -> None:
    """After the conftests, before the tests: the same examples for each mutant, and few of them."""
    settings.register_profile(
        "mutation",
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],  # that it is red is enough, nobody reads the smallest example
        suppress_health_check=list(HealthCheck),  # mutmut runs a test several times in one process
    )
    settings.load_profile("mutation")
