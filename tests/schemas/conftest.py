"""Property tests here judge behaviour, never speed: a busy machine must not turn one red."""

from hypothesis import HealthCheck, settings

settings.register_profile("schemas", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("schemas")
