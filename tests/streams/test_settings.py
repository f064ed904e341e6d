"""Settings: where they come from, which wins, and what is said about a wrong one."""

from pathlib import Path

import pytest

from streams.settings import (
    Settings,
    SettingsError,
    described,
    hash_key,
    load,
    read_policy,
    shown,
    unknown_in_environment,
)

KEY = "0123456789abcdef"


def test_without_any_source_the_defaults_hold(tmp_path: Path) -> None:
    loaded = load(environment={}, folder=tmp_path)
    assert loaded.settings == Settings()
    assert loaded.sources == {}


def test_each_source_wins_over_the_one_before(tmp_path: Path) -> None:
    (tmp_path / ".stack").mkdir()
    (tmp_path / ".stack/env").write_text("ASSAY_KAFKA_BOOTSTRAP=stack:1\nASSAY_REDIS_URL=redis://stack:2/0\n")
    (tmp_path / "assay.toml").write_text('redis_url = "redis://file:3/0"\npartitions = 3\nlinger_ms = 4\n')
    environment = {"ASSAY_PARTITIONS": "5", "ASSAY_LINGER_MS": "6"}
    loaded = load(options={"linger_ms": 7, "partitions": None}, environment=environment, folder=tmp_path)
    settings = loaded.settings
    assert settings.kafka_bootstrap == "stack:1"
    assert settings.redis_url == "redis://file:3/0"
    assert settings.partitions == 5
    assert settings.linger_ms == 7
    assert loaded.sources == {
        "kafka_bootstrap": ".stack/env",
        "redis_url": str(tmp_path / "assay.toml"),
        "partitions": "the environment",
        "linger_ms": "the options",
    }


def test_a_named_file_stands_in_for_assay_toml(tmp_path: Path) -> None:
    (tmp_path / "assay.toml").write_text("partitions = 3\n")
    (tmp_path / "other.toml").write_text("linger_ms = 9\n")
    settings = load(tmp_path / "other.toml", environment={}, folder=tmp_path).settings
    assert (settings.partitions, settings.linger_ms) == (12, 9)


def test_an_unknown_key_is_named_with_the_nearest_known_one(tmp_path: Path) -> None:
    (tmp_path / "assay.toml").write_text("partitons = 3\n")
    with pytest.raises(SettingsError, match=r"unknown setting partitons; the nearest known one is partitions\.$"):
        load(environment={}, folder=tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PARTITIONS", "0", "partitions in the environment does not fit: expected int >= 1."),
        ("PARTITIONS", "many", "partitions in the environment does not fit: expected int, got str."),
        ("CLOCK", "sun", "clock in the environment does not fit: expected wall or events."),
        ("ALLOWED_LATENESS_SECONDS", "nan", "expected float >= 0.0."),
        ("METRICS_PORT", "70000", "metrics_port in the environment does not fit: expected int <= 65535."),
        ("REDIS_URL", "http://x", "redis_url in the environment does not fit"),
    ],
)
def test_a_value_that_does_not_fit_is_said_in_one_sentence(tmp_path: Path, name: str, value: str, said: str) -> None:
    with pytest.raises(SettingsError) as error:
        load(environment={f"ASSAY_{name}": value}, folder=tmp_path)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("content", ["partitions = ", "\xff"])
def test_a_file_that_cannot_be_read_is_said_in_one_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "assay.toml").write_text(content, encoding="latin-1")
    with pytest.raises(SettingsError, match=r"^The configuration .*assay\.toml"):
        load(environment={}, folder=tmp_path)


def test_history_allows_no_lateness_unless_some_is_given(tmp_path: Path) -> None:
    def lateness(**options: object) -> float:
        return load(options=options, environment={}, folder=tmp_path).settings.allowed_lateness_seconds

    assert lateness() == 60
    assert lateness(clock="events") == 0
    assert lateness(clock="events", allowed_lateness_seconds=5) == 5


def test_a_path_in_the_file_is_meant_from_the_files_folder(tmp_path: Path) -> None:
    (tmp_path / "assay.toml").write_text('policy_file = "mine.toml"\n')
    assert load(environment={}, folder=tmp_path).settings.policy_file == tmp_path / "mine.toml"


def test_secrets_are_masked_wherever_settings_are_shown() -> None:
    settings = Settings(hash_key=KEY, redis_url="redis://user:s3c/r@t@host:1/0?password=s3cret")
    assert shown(settings)["hash_key"] == "***"
    assert shown(settings)["redis_url"] == "redis://user:***@host:1/0?password=***"
    assert KEY not in repr(settings)
    assert "s3c" not in repr(settings)


def test_the_key_of_hashes_comes_from_the_setting_or_its_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n")
    assert hash_key(Settings(hash_key=KEY)) == KEY.encode()
    assert hash_key(Settings(hash_key_file=tmp_path / "key")) == KEY.encode()
    with pytest.raises(SettingsError, match="No hash_key is set"):
        hash_key(Settings())
    with pytest.raises(SettingsError, match="cannot be read"):
        hash_key(Settings(hash_key_file=tmp_path / "none"))


def test_a_later_key_file_takes_the_place_of_an_earlier_key(tmp_path: Path) -> None:
    (tmp_path / "assay.toml").write_text(f'hash_key = "{KEY}"\n')
    settings = load(environment={"ASSAY_HASH_KEY_FILE": "key"}, folder=tmp_path).settings
    assert (settings.hash_key, settings.hash_key_file) == (None, Path("key"))


def test_both_forms_of_the_key_in_one_place_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="give one of them"):
        load(environment={"ASSAY_HASH_KEY": KEY, "ASSAY_HASH_KEY_FILE": "key"}, folder=tmp_path)


def test_a_misspelt_variable_is_found() -> None:
    said = unknown_in_environment({"ASSAY_KAFKA_BOOTSTAP": "x", "ASSAY_CLOCK": "wall", "PATH": "/bin"})
    assert said == [
        "the variable ASSAY_KAFKA_BOOTSTAP has the unknown setting kafka_bootstap; "
        "the nearest known one is kafka_bootstrap."
    ]


def test_every_setting_says_what_it_is_about() -> None:
    assert set(described()) == set(Settings.__struct_fields__)
    assert all(described().values())


def test_a_policy_is_read_or_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text("[hold]\nscore = 0.9\n")
    (tmp_path / "bad.toml").write_text("[hold\n")
    assert read_policy(tmp_path / "good.toml") == {"hold": {"score": 0.9}}
    with pytest.raises(SettingsError, match=r"bad\.toml is not TOML"):
        read_policy(tmp_path / "bad.toml")
    with pytest.raises(SettingsError, match=r"none\.toml cannot be read"):
        read_policy(tmp_path / "none.toml")
