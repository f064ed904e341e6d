"""Addresses, files of secrets and lists of rights, without any server."""

from pathlib import Path

import pytest

from schemas import topics
from streams import rights
from streams.kafka_access import kafka_access
from streams.redis_access import access_to, redis_access
from streams.settings import Settings, SettingsError, load, shown


def test_a_cluster_is_named_by_some_of_its_nodes() -> None:
    access = access_to("rediss+cluster://worker:s3cret@redis-1:7000,redis-2,[::1]:7001/0?timeout=4")
    assert access.nodes == (("redis-1", 7000), ("redis-2", 6379), ("::1", 7001))
    assert (access.options["username"], access.options["password"]) == ("worker", "s3cret")
    assert access.at(("redis-9", 1)).options["host"] == "redis-9"
    assert "s3cret" not in repr(access)
    assert access_to("redis://redis-1:7000/3").nodes == ()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("redis+cluster:///0", "names no node"),
        ("redis+cluster://redis-1/3", "only number 0"),
        ("rediss+cluster://redis-1:7000?db=2", "only number 0"),
    ],
)
def test_an_address_that_no_cluster_has_is_refused(url: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        redis_access(Settings(redis_url=url))


def test_a_secret_comes_from_the_environment_or_a_file_and_a_later_one_takes_its_place(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from the file\n")
    (tmp_path / "assay.toml").write_text('redis_password_file = "secret"\nkafka_password = "given"\n')
    settings = load(environment={}, folder=tmp_path).settings
    assert redis_access(settings).options["password"] == "from the file"
    environment = {"ASSAY_KAFKA_PASSWORD_FILE": str(tmp_path / "secret"), "ASSAY_REDIS_PASSWORD": "from outside"}
    later = load(environment=environment, folder=tmp_path).settings
    assert (later.kafka_password, later.redis_password_file) == (None, None)
    assert redis_access(later).options["password"] == "from outside"
    with pytest.raises(SettingsError, match="gives both redis_password and redis_password_file"):
        load(environment=environment | {"ASSAY_REDIS_PASSWORD_FILE": "secret"}, folder=tmp_path)


def test_no_secret_shows_itself_where_it_is_printed_with_what_is_around_it() -> None:
    settings = Settings(
        kafka_security="sasl_plaintext",
        kafka_user="u",
        kafka_password="s3cret-k",
        redis_password="s3cret-r",
        redis_url="redis+cluster://u:s3cret-u@a:1,b:2",
    )
    access, redis = kafka_access(settings), redis_access(settings)
    said = f"{settings!r} {shown(settings)} {access!r} {dict(access.options)} {redis!r}"
    assert "s3cret" not in said
    assert access.options["sasl_plain_password"].encode() == b"s3cret-k"
    assert "".join(["x", access.options["sasl_plain_password"]]) == "xs3cret-k"


def test_the_operators_page_lists_the_rights_of_now() -> None:
    page = (Path(__file__).parents[2] / "docs/operations.md").read_text(encoding="utf-8")
    assert rights.table() in page


def test_nobody_but_moderators_tools_may_write_verdicts() -> None:
    may = {right.role for right in rights.KAFKA if (right.operation, right.name) == ("Write", topics.VERDICTS.name)}
    assert may == {"console"}


def test_a_right_that_is_lacking_is_named_whatever_the_brokers_spelling() -> None:
    name = topics.ALERTS.name
    assert rights.missing("worker", "topic", name, ["DESCRIBE", "READ"]) == ["Write"]
    assert rights.missing("operator", "topic", name, ["DESCRIBE", "CREATE", "DESCRIBE_CONFIGS"]) == []
    assert rights.missing("worker", "topic", topics.AUDIT.name, []) == []
