"""A file is handed to a machine once, and its two names tell afterwards whether it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from spool.handing_over import hand_over, lay_ready
from spool.job import SpoolError


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    """Where the machine looks."""
    folder = tmp_path / "in"
    folder.mkdir()
    return folder / "R000001-B01.dat"


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_what_is_laid_ready_has_no_name_yet_that_a_machine_looks_at(drop: Path) -> None:
    lay_ready(b"old", drop)
    lay_ready(b"new", drop)
    assert names(drop.parent) == [".R000001-B01.dat.part"]
    assert hand_over(drop)
    assert names(drop.parent) == [drop.name]
    assert drop.read_bytes() == b"new"


def test_what_was_handed_over_is_not_handed_over_again_though_the_machine_took_it(drop: Path) -> None:
    lay_ready(b"job", drop)
    hand_over(drop)
    assert not hand_over(drop)
    drop.unlink()
    assert not hand_over(drop)
    assert not names(drop.parent)


def test_a_job_that_stands_there_is_not_replaced(drop: Path) -> None:
    drop.write_bytes(b"another")
    with pytest.raises(SpoolError, match="E6309 Job R000001-B01 was handed over already"):
        lay_ready(b"job", drop)
    drop.rename(drop.with_suffix(".away"))
    lay_ready(b"job", drop)
    drop.write_bytes(b"another")
    with pytest.raises(SpoolError, match="E6309"):
        hand_over(drop)
    assert drop.read_bytes() == b"another"


def test_a_job_that_the_machine_took_is_found_where_it_moves_what_it_took(drop: Path, tmp_path: Path) -> None:
    done = tmp_path / "done"
    done.mkdir()
    (done / drop.name).write_bytes(b"job")
    with pytest.raises(SpoolError, match="E6309") as caught:
        lay_ready(b"job", drop, [done])
    assert caught.value.place == str(done / drop.name)
    assert not names(drop.parent)


def test_a_folder_that_is_gone_does_not_look_like_a_file_that_was_taken(drop: Path) -> None:
    lay_ready(b"job", drop)
    drop.parent.rename(drop.parent.with_name("unmounted"))
    with pytest.raises(SpoolError, match="E6003"):
        hand_over(drop)
    with pytest.raises(SpoolError, match="E6003"):
        lay_ready(b"job", drop)
