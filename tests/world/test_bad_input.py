"""Days on which things go wrong around a run: bad input, a full disk, a machine without power, a cable pulled. Each
ends with a clear error, goes on when it is started again, and mails everything once."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailroom.locks import working_alone
from tests.cli.command import PROGRAM, call, make_house, take_in
from tests.shared_data import ROOT
from tests.world.hall import (
    SETTINGS,
    check_every_piece_mailed_once,
    close,
    impatient,
    judge_by_the_paper,
    machine_in,
    start,
    switched_off_after,
)

BAD = ROOT / "examples" / "bad"
EXPECTED = tomllib.loads((BAD / "expected.toml").read_text(encoding="utf-8"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    house = make_house(tmp_path / "house", SETTINGS)
    impatient(house)
    return house


def test_bad_documents_are_named_and_the_rest_is_mailed(folder: Path) -> None:
    take_in(folder, 2)
    files = [BAD / name for name in EXPECTED["intake"]]
    answer = call("intake", *files, "--dir", folder, "--json")
    assert answer.code == 3
    results = answer.json()
    for name, expected in EXPECTED["intake"].items():
        mine = [each for each in results if Path(each["file"]).name == name]
        assert [each["error"]["code"] if each["error"] else "accepted" for each in mine] == expected, name
    kept = {path.name for path in (folder / "quarantine").iterdir()}
    refused = {Path(each["file"]).name for each in results if each["error"]}
    assert len(kept) == 2 * len(refused)

    with machine_in(folder) as machine:
        report = start(folder, machine.url).json()
        aside = {each["document"]: each["problem"] for each in report["set_aside"]}
        assert len(aside) == len(EXPECTED["layout"])
        for code in EXPECTED["layout"].values():
            assert any(problem.startswith(code) for problem in aside.values())
        report = close(folder)
        check_every_piece_mailed_once(machine, folder, report)
    run = json.loads((folder / "runs" / "R000001" / "run.json").read_text(encoding="utf-8"))
    mailed = {number for piece in run["pieces"] for number in piece["documents"]}
    accepted = {each["number"] for each in results if not each["error"]}
    assert accepted - aside.keys() <= mailed
    assert not aside.keys() & mailed


def test_when_everything_is_set_aside_the_reason_is_told(folder: Path) -> None:
    assert call("intake", BAD / "seven-line-address.jsonl", "--dir", folder).code == 0
    answer = start(folder, "socket://127.0.0.1:1")
    assert answer.code == 2
    assert "E7011 no document waits for the post. Set aside are " in answer.err
    assert "E4038" in answer.err


class Disk:
    """A disk under `runs/` that is full, until room is made."""

    def __init__(self, make_room: Callable[[], None]) -> None:
        self.make_room = make_room


@pytest.fixture(params=["a small disk", "a disk that says so"])
def full_disk(request: pytest.FixtureRequest, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    runs = folder / "runs"
    if request.param == "a disk that says so":
        write = os.write
        full = True

        def refuse(handle: int, data: bytes) -> int:
            if full and "/runs/" in os.readlink(f"/proc/self/fd/{handle}"):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return write(handle, data)

        def make_room() -> None:
            nonlocal full
            full = False

        monkeypatch.setattr("spool.atomic.os.write", refuse)
        yield Disk(make_room)
        return
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(runs)]
    if mount is None or os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a disk of its own can't be mounted here; the other case stands for it")

    def remount() -> None:
        subprocess.run([mount, "-o", "remount,size=50m", str(runs)], check=True)

    try:
        yield Disk(remount)
    finally:
        subprocess.run(["umount", str(runs)], check=True)


def test_a_disk_that_is_full_while_the_print_file_is_written_stops_the_run_until_there_is_room(
    folder: Path, full_disk: Disk
) -> None:
    take_in(folder, 3)
    with machine_in(folder) as machine:
        for _ in range(2):
            answer = start(folder, machine.url)
            assert answer.code == 1
            assert answer.explains("E6001")
            assert "Free room" in answer.err
            assert "R000001-B01" in answer.err
            assert not list((folder / "runs").glob("*/*.pdf"))
            assert not list((folder / "queue" / "stack").iterdir())
        assert call("run", "show", "--dir", folder, "--json").json()["batches"][0]["state"] == "planned"
        full_disk.make_room()
        assert start(folder, machine.url).code == 0
        check_every_piece_mailed_once(machine, folder, close(folder))


def test_a_machine_without_power_in_mid_run_is_trouble_and_its_pieces_are_unknown_until_judged(folder: Path) -> None:
    take_in(folder, 8)
    with machine_in(folder, speed=40) as machine:
        with switched_off_after(machine, envelopes=2):
            answer = start(folder, machine.url)
        assert answer.code == 4
        assert answer.err.startswith("E2")
        assert "→" in answer.err
        before = call("run", "show", "--dir", folder, "--json").json()
        assert before["mailed"] == 0

        machine.speed = 10_000.0
        answer = start(folder, machine.switch_on())
        assert answer.code == 5
        assert answer.explains("E7030")
        report = call("run", "show", "--dir", folder, "--json").json()
        waits = report["waits"]
        assert {copy["state"] for copy in waits} == {"unknown"}
        assert {copy["why"] for copy in waits} == {"the machine was restarted"}
        assert report["copy_states"].get("stacked", 0) + len(waits) == report["planned"], "nothing was fed twice"
        assert report["reprinted"] == 0

        again = start(folder, machine.url)
        assert again.code == 5, "nobody has judged"
        assert call("run", "show", "--dir", folder, "--json").json() == report

        given = judge_by_the_paper(machine, folder)
        assert len(given) == len(waits)
        assert ("unknown", "destroyed") in given
        assert start(folder, machine.url).code == 0
        report = close(folder)
        assert report["reprinted"] == report["destroyed"] == given.count(("unknown", "destroyed"))
        check_every_piece_mailed_once(machine, folder, report)
    assert machine.boots == 2


def test_a_port_that_is_away_leaves_the_stack_printed_and_the_run_waiting(folder: Path) -> None:
    take_in(folder, 2)
    for url, code in (("socket://127.0.0.1:1", "E2002"), (str(folder / "ttyUSB9"), "E2002")):
        answer = start(folder, url)
        assert answer.code == 4
        assert answer.explains(code)
        assert not answer.out
    report = call("run", "show", "--dir", folder, "--json").json()
    assert report["copy_states"]["printed"] == report["batches"][0]["pieces"]
    with machine_in(folder) as machine:
        assert start(folder, machine.url).code == 0
        check_every_piece_mailed_once(machine, folder, close(folder))


def test_what_is_no_port_is_said_to_be_none(folder: Path) -> None:
    take_in(folder, 1)
    answer = start(folder, "carrier-pigeon://loft")
    assert answer.code == 4
    assert answer.err.startswith("E2")
    assert "Traceback" not in answer.err


def test_two_sided_printing_mails_everything_once(tmp_path: Path) -> None:
    folder = make_house(tmp_path / "house", f'sides = "two-sided-long-edge"\n{SETTINGS}')
    impatient(folder)
    take_in(folder, 8, seed=1)
    with machine_in(folder) as machine:
        answer = start(folder, machine.url)
        assert answer.code == 0, answer.err
        report = close(folder)
        check_every_piece_mailed_once(machine, folder, report)
    sheets = sum(batch["sheets"] for batch in report["batches"])
    readings = [
        reading
        for batch in report["batches"]
        for reading in call("marks", "read", batch["print_file"], "--sides", "two-sided-long-edge", "--json").json()
    ]
    assert len(readings) == sheets
    assert [reading["page"] for reading in readings if reading["problems"]] == []
    assert any(reading["sheet"]["of"] > 1 for reading in readings)
    run = json.loads((folder / "runs" / "R000001" / "run.json").read_text(encoding="utf-8"))
    assert {batch["sides"] for batch in run["batches"]} == {"two-sided-long-edge"}


def test_two_runs_at_once_are_one_too_many(folder: Path) -> None:
    take_in(folder, 1)
    with working_alone(folder):
        answer = start(folder, "socket://127.0.0.1:1")
    assert answer.code == 2
    assert answer.explains("E7014")
    assert call("run", "show", "--dir", folder).explains("E7041"), "nothing was begun"


def test_a_host_that_was_killed_goes_on_by_itself_when_it_is_started_again(folder: Path) -> None:
    """Nobody need be at the machine: it stopped because its host was away."""
    take_in(folder, 8)
    with machine_in(folder, speed=40) as machine:
        command: list[str | Path] = [PROGRAM, "run", "start", "--dir", folder, "--inserter", machine.url, "--json"]
        host = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while sum(put["place"] == "stacker" for put in machine.truth()) < 2:
                assert host.poll() is None
        finally:
            host.kill()
            host.wait()
        answer = start(folder, machine.url)
        assert answer.code == 0, answer.err
        report = close(folder)
        assert report["reprinted"] == 0
        check_every_piece_mailed_once(machine, folder, report)
