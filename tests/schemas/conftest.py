"""Property tests here judge behaviour, never speed: a busy machine must not turn one red."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "schemas", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("schemas")
