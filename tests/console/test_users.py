"""The users' file: what cannot be used says why, and while a console runs it never ends who may sign in.

Turned red by: a file that is read once; users that are dropped with a file that cannot be used; each sentence left out.
"""

import logging
from pathlib import Path

import pytest

from console.users import UsersError, UsersFile, hash_password, read_users
from tests.console.served import HASHED

MIA = f'[users.mia]\nname = "Mia Lin"\nrole = "lead"\npassword = "{HASHED}"\n'


def test_a_change_of_the_file_counts_at_once(tmp_path: Path) -> None:
    file = tmp_path / "users.toml"
    file.write_text(MIA)
    users = UsersFile(file)
    assert [one.id for one in users().people()] == ["mia"]
    file.write_text(MIA + MIA.replace("users.mia", "users.lena").replace("Mia Lin", "Lena"))
    assert [one.id for one in users().people()] == ["lena", "mia"]


@pytest.mark.parametrize("wrong", ["[users", "", MIA.replace("lead", "queen"), None])
def test_a_file_that_cannot_be_used_any_more_leaves_the_users_of_before(
    wrong: str | None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "users.toml"
    file.write_text(MIA)
    users = UsersFile(file)
    if wrong is None:
        file.unlink()
    else:
        file.write_text(wrong)
    with caplog.at_level(logging.ERROR):
        assert [one.id for one in users().people()] == ["mia"]
        assert users().people() == users().people()
    (said,) = caplog.messages
    assert said.endswith("The users of before are still in force."), "said once, not at every request"
    file.write_text(MIA + MIA.replace("users.mia", "users.lena"))
    assert len(users().people()) == 2, "and mended it counts"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"\xff", "cannot be read: 'utf-8' codec"),
        (b"[users", "is not TOML"),
        (b'[users.mia]\nrole = "queen"\n', "does not fit"),
        (b"", r"names nobody: add \[users\.<id>\] with role and password"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_in_one_sentence(content: bytes | None, said: str, tmp_path: Path) -> None:
    file = tmp_path / "users.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsersError, match=rf"^The users' file {file} {said}.*\.$"):
        read_users(file)


def test_a_short_password_is_refused() -> None:
    with pytest.raises(UsersError, match="A password needs 12 characters or more"):
        hash_password("eleven char")
