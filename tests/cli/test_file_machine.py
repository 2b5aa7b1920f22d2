"""Print windows with a machine that is driven by files: control files out, result files in, by commands alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mailroom.bootstrap import open_house
from mailroom.production.export_run import export_run
from mailroom.production.plant import no_progress
from mailroom.verify.journalfile import chain_hash
from mailroom.verify.verify import verify_run
from tests.cli.command import SETTINGS, Answer, call, make_house, take_in
from tests.file_machine import FileMachine, Lines

PIECES = 5
FIRST, SECOND, THIRD, FOURTH, FIFTH = (f"P{number:08}" for number in range(1, PIECES + 1))
JOB = "R000001-B01"
SUFFIX = {"fixed": ".txt", "csv": ".csv"}


def by_files(layout: str, settings: str = SETTINGS) -> str:
    """Settings of a house whose machine is driven by files of a shipped layout."""
    keys = f'control_template = "{layout}"\ncontrol_folder = "in"\n'
    keys += f'result_template = "results-{layout}"\nresult_folder = "out"\n'
    return settings.replace("[inserter]\n", f"[inserter]\n{keys}")


@dataclass
class Shop:
    """A house, the machine's folders and the machine."""

    folder: Path
    machine: FileMachine

    def call(self, *arguments: str | Path) -> Answer:
        return call(*arguments, "--dir", self.folder)

    def states(self) -> dict[str, int]:
        states: dict[str, int] = self.call("run", "show", "--json").json()["copy_states"]
        return states

    def quarantine(self) -> list[str]:
        return sorted(each.name for each in (self.folder / "quarantine").iterdir())

    @property
    def run(self) -> Path:
        return self.folder / "runs" / "R000001"

    @property
    def result(self) -> Path:
        return self.machine.results / f"{JOB}-done{SUFFIX[self.machine.layout]}"

    def journal(self) -> list[dict[str, Any]]:
        lines = (self.run / "journal.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]


def open_shop(folder: Path, layout: str, settings: str = SETTINGS) -> Shop:
    house = make_house(folder / "house", by_files(layout, settings))
    for name in ("in", "out"):
        (house / name).mkdir()
    take_in(house, PIECES)
    return Shop(house, FileMachine(house / "in", house / "out", layout))


@pytest.fixture(params=["fixed", "csv"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    return open_shop(tmp_path, request.param)


@pytest.fixture
def waiting(tmp_path: Path) -> Shop:
    """A shop whose machine has the first job, in CSV."""
    shop = open_shop(tmp_path, "csv")
    assert shop.call("run", "start").code == 5
    return shop


def test_a_whole_window_with_a_machine_driven_by_files(shop: Shop) -> None:
    shop.machine.words = {(SECOND, 1): "diverted", (THIRD, 1): "unread", (FOURTH, 1): ""}
    first = shop.call("run", "start")
    assert first.code == 5
    assert first.explains("E7070")
    assert f"waiting for the machine's results of {JOB}; the machine has not taken" in first.err
    assert f"at {shop.machine.results}/*{SUFFIX[shop.machine.layout]}" in first.err
    assert shop.states() == {"feeding": PIECES}
    assert shop.machine.work() == [JOB]
    second = shop.call("run", "start")
    assert second.code == 5
    assert second.explains("E7030")
    assert shop.states() == {"stacked": 2, "diverted": 1, "unknown": 2}
    reasons = {copy["piece"]: copy["why"] for copy in shop.call("run", "show", "--json").json()["waits"]}
    assert reasons == {
        SECOND: "diverted, E17",
        THIRD: "unread, E17",
        FOURTH: "No line says what became of it",
    }
    for piece in (SECOND, THIRD):
        assert shop.call("piece", "resolve", piece, "--as", "destroyed", "--who", "Kari").code == 0
    assert shop.call("piece", "resolve", FOURTH, "--as", "stacked", "--who", "Kari").code == 0
    assert shop.call("run", "start").code == 5
    assert shop.machine.work() == ["R000001-B02"]
    done = shop.call("run", "start", "--json")
    assert done.code == 0
    assert done.json()["copy_states"] == {"stacked": PIECES, "destroyed": 2}
    assert not list(shop.machine.results.iterdir())
    assert shop.call("run", "close", "--who", "Kari").code == 0
    verdict = shop.call("verify", "--json").json()
    assert verdict["findings"] == []
    assert verdict["stacked"] == {"result file": 4, "person": 1}
    assert not shop.quarantine()


def test_a_step_names_its_line_the_machines_own_word_and_time(waiting: Shop) -> None:
    waiting.machine.words = {(SECOND, 1): "diverted"}
    waiting.machine.work()
    data = waiting.result.read_bytes()
    waiting.call("run", "start")
    (copy,) = waiting.call("piece", "show", SECOND, "--json").json()["copies"]
    assert [event["event"] for event in copy["events"]][-2:] == ["copy.feed", "copy.report-diverted"]
    feed, divert = copy["events"][-2:]
    assert feed["detail"]["evidence"]["file"] == f"{JOB}.machine.csv"
    evidence = divert["detail"]["evidence"]
    assert divert["who"] == "machine:SIM-1"
    told = {name: evidence[name] for name in ("results", "line", "outcome", "said", "time", "reason")}
    assert told == {
        "results": f"{JOB}.results.csv",
        "line": 2,
        "outcome": "diverted",
        "said": "OUTSORTED",
        "time": "06:35:00",
        "reason": "E17",
    }
    assert (waiting.run / evidence["results"]).read_bytes() == data


def test_started_again_and_again_it_prints_and_hands_over_nothing_twice(waiting: Shop) -> None:
    stack = sorted((waiting.folder / "queue" / "stack").iterdir())
    for _ in range(2):
        assert waiting.call("run", "start").code == 5
    assert waiting.machine.work() == [JOB]
    taken = waiting.call("run", "start", "--json")
    assert taken.code == 0
    assert waiting.call("run", "start").code != 4
    assert sorted((waiting.folder / "queue" / "stack").iterdir()) == stack


def test_every_job_is_printed_and_handed_over_before_the_run_waits(tmp_path: Path) -> None:
    shop = open_shop(tmp_path, "fixed", f"batch_sheets = 2\n{SETTINGS}")
    answer = shop.call("run", "start")
    jobs = shop.machine.work()
    assert len(jobs) > 1
    assert ", ".join(jobs) in answer.err
    kept = {job: shop.machine.results / f"{job}-done.txt" for job in jobs}
    late = kept[jobs[0]].rename(tmp_path / "late.txt")
    answer = shop.call("run", "start")
    assert answer.code == 5
    assert f"results of {jobs[0]}\n" in answer.err
    late.rename(kept[jobs[0]])
    assert shop.call("run", "start").code == 0


def test_a_file_that_is_not_whole_waits_where_it_is(waiting: Shop) -> None:
    waiting.machine.work()
    whole = waiting.result.read_bytes()
    waiting.result.write_bytes(whole[: whole.index(b"END")])
    answer = waiting.call("run", "start")
    assert answer.code == 5
    assert answer.explains("E6310")
    assert answer.explains("E7070")
    assert waiting.states() == {"feeding": PIECES}
    waiting.result.write_bytes(whole)
    assert waiting.call("run", "start").code == 0


def test_what_is_no_result_file_yet_is_left_alone(waiting: Shop) -> None:
    waiting.machine.work()
    hidden = waiting.result.rename(waiting.machine.results / f".{JOB}.csv")
    other = hidden.with_name("log.txt")
    other.write_text("started")
    link = hidden.with_name("link.csv")
    link.symlink_to(hidden)
    assert waiting.call("run", "start").code == 5
    assert {each.name for each in waiting.machine.results.iterdir()} == {hidden.name, other.name, link.name}


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (f"{JOB};P00009999;1;INSERTED;;", "unknown-piece"),
        (f"R000009-B01;{FIRST};1;INSERTED;;", "other-job"),
        (f"{JOB};{FIRST};2;INSERTED;;", "other-copy"),
        (f"{JOB};{FIRST};1;INSERTED;;", "duplicate"),
    ],
)
def test_a_line_that_should_not_be_there_is_shown_set_aside_and_not_believed(
    waiting: Shop, line: str, kind: str
) -> None:
    def spoil(lines: Lines) -> Lines:
        return [*lines[:-1], line, f"END;{JOB};{PIECES + 1}"]

    waiting.machine.spoil = spoil
    waiting.machine.work()
    answer = waiting.call("run", "start")
    assert f"E7076 {kind}: " in answer.err
    copy, errors = waiting.quarantine()
    assert f"{kind}: " in (waiting.folder / "quarantine" / errors).read_text()
    assert (waiting.folder / "quarantine" / copy).read_bytes() == (waiting.run / f"{JOB}.results.csv").read_bytes()
    doubtful = kind == "duplicate"
    assert waiting.states() == ({"stacked": PIECES - 1, "unknown": 1} if doubtful else {"stacked": PIECES})
    assert answer.code == (5 if doubtful else 0)
    (told,) = waiting.call("run", "show", "--json").json()["results"]
    assert {finding["kind"] for finding in told["findings"]} == {kind}


def test_a_word_that_the_template_does_not_know_leaves_the_copy_unknown(waiting: Shop) -> None:
    waiting.machine.words = {(THIRD, 1): "TURBO"}
    waiting.machine.work()
    answer = waiting.call("run", "start")
    assert answer.code == 5
    assert "E7076 unknown-status: " in answer.err
    assert waiting.states() == {"stacked": PIECES - 1, "unknown": 1}


def test_a_file_of_a_foreign_job_is_set_aside_and_the_job_still_waits(waiting: Shop) -> None:
    waiting.machine.work()
    text = waiting.result.read_bytes()
    waiting.result.write_bytes(text.replace(JOB.encode(), b"X000009-B01"))
    answer = waiting.call("run", "start")
    assert answer.code == 5
    assert answer.explains("E7071")
    assert answer.explains("E7070")
    assert len(waiting.quarantine()) == 2
    assert not waiting.result.exists()
    assert waiting.states() == {"feeding": PIECES}


def test_a_file_that_is_no_result_file_is_set_aside(waiting: Shop) -> None:
    (waiting.machine.results / "readme.csv").write_bytes(f"hello;there\r\nEND;{JOB};1\r\n".encode())
    answer = waiting.call("run", "start")
    assert answer.explains("E6311")
    assert len(waiting.quarantine()) == 2


def test_a_result_file_given_by_hand_is_believed_once(waiting: Shop, tmp_path: Path) -> None:
    waiting.machine.words = {(SECOND, 1): "lost"}
    waiting.machine.work()
    file = waiting.result.rename(tmp_path / "from the stick.csv")
    give = ("run", "results", file, "--who", "Kari", "--json")
    taken = waiting.call(*give).json()
    assert taken | {"kept": ""} == {
        **{"file": file.name, "job": JOB, "run": "R000001", "fresh": True, "kept": "", "quarantined": None},
        **{"stacked": PIECES - 1, "diverted": 0, "unknown": 1, "findings": []},
    }
    again = waiting.call(*give)
    assert (again.code, again.json()["fresh"]) == (0, False)
    same = file.read_bytes().replace(b"06:35:00", b"06:36:00")
    file.write_bytes(same)
    assert waiting.call(*give).json()["fresh"] is False
    assert waiting.states() == {"stacked": PIECES - 1, "unknown": 1}
    file.write_bytes(same.replace(b"JAM", b"INSERTED"))
    contradiction = waiting.call(*give)
    assert contradiction.code == 3
    assert contradiction.explains("E7072")
    assert waiting.states() == {"stacked": PIECES - 1, "unknown": 1}
    assert len(waiting.quarantine()) == 2


def test_no_results_are_taken_of_a_job_that_was_not_handed_over(tmp_path: Path) -> None:
    shop = open_shop(tmp_path, "csv")
    (shop.machine.control / f"{JOB}.csv").write_text("from another day")
    answer = shop.call("run", "start")
    assert answer.explains("E6309")
    assert shop.states() == {"printed": PIECES}
    file = tmp_path / "early.csv"
    file.write_bytes(f"{JOB};{FIRST};1;INSERTED;;\r\nEND;{JOB};1\r\n".encode())
    early = shop.call("run", "results", file)
    assert early.code == 3
    assert early.explains("E7073")
    assert shop.states() == {"printed": PIECES}


def test_a_job_without_results_is_given_up_by_a_person_alone(waiting: Shop) -> None:
    assert "E7002" in waiting.call("run", "results", "--none", JOB).err
    assert waiting.states() == {"feeding": PIECES}
    assert waiting.call("run", "results", "--none", "R000001-B09", "--who", "Kari").explains("E7073")
    given_up = waiting.call("run", "results", "--none", JOB, "--who", "Kari", "--json")
    assert given_up.json() == {"job": JOB, "unknown": PIECES}
    assert waiting.call("run", "start").explains("E7030")
    waiting.machine.work()
    assert waiting.call("run", "results", waiting.result).explains("E7072")
    assert waiting.states() == {"unknown": PIECES}


def test_a_template_without_a_trailer_is_believed_when_every_piece_is_told_or_a_person_vouches(waiting: Shop) -> None:
    shipped = Path("spool/control_templates/results-csv.toml").read_text()
    at = shipped.index('[[records]]\nper = "trailer"')
    (waiting.folder / "own.toml").write_text(shipped[:at] + shipped[shipped.index("# The machine's word") :])
    settings = waiting.folder / "mailroom.toml"
    settings.write_text(settings.read_text().replace('"results-csv"', '"own.toml"'))
    waiting.machine.words = {(FOURTH, 1): ""}
    waiting.machine.spoil = lambda lines: lines[:-1]
    waiting.machine.work()
    answer = waiting.call("run", "start")
    assert answer.code == 5
    assert answer.explains("E7075")
    assert waiting.states() == {"feeding": PIECES}
    assert waiting.call("run", "results", waiting.result, "--who", "Kari").code == 0
    assert waiting.states() == {"stacked": PIECES - 1, "unknown": 1}


def test_a_job_that_was_begun_by_files_is_not_finished_over_a_line(waiting: Shop) -> None:
    answer = waiting.call("run", "start", "--inserter", "socket://localhost:1")
    assert answer.code == 4
    assert answer.explains("E2061")
    assert waiting.states() == {"feeding": PIECES}


def test_results_need_a_file_or_a_job_and_a_layout(tmp_path: Path) -> None:
    house = make_house(tmp_path / "house")
    assert call("run", "results", "--dir", house).code == 2
    assert call("run", "results", "x", "--none", JOB, "--dir", house).code == 2
    assert call("run", "results", house / "mailroom.toml", "--dir", house).explains("E7074")


@pytest.mark.parametrize("spoil", ["altered", "absent", "control"])
def test_verify_finds_a_result_file_that_does_not_say_what_the_journal_made_of_it(waiting: Shop, spoil: str) -> None:
    waiting.machine.work()
    waiting.call("run", "start")
    waiting.call("run", "close", "--who", "Kari")
    assert verify_run(waiting.run).ok
    file = waiting.run / f"{JOB}.results.csv"
    match spoil:
        case "altered":
            file.write_bytes(file.read_bytes().replace(b"06:35:00", b"06:35:01", 1))
        case "absent":
            file.unlink()
        case "control":
            (waiting.run / f"{JOB}.machine.csv").write_text("another")
    assert {finding.invariant for finding in verify_run(waiting.run).findings} >= {"4"}


@pytest.mark.parametrize(
    ("piece", "evidence", "fault"),
    [
        (FIRST, {"line": 2}, "line 2 of its result file does not name it"),
        (FIRST, {"line": 99}, "has no line 99"),
        (FIRST, {"said": "STACKED"}, "does not say 'STACKED'"),
        (SECOND, {}, "the machine's word 'OUTSORTED' does not mean stacked"),
        (FIRST, {"sha256": "0" * 64}, "no result file of its batch proves it"),
    ],
)
def test_verify_finds_a_step_that_its_line_does_not_prove(
    waiting: Shop, piece: str, evidence: dict[str, Any], fault: str
) -> None:
    waiting.machine.words = {(SECOND, 1): "diverted"}
    waiting.machine.work()
    waiting.call("run", "start")
    with open_house(waiting.folder, no_progress) as house:
        export_run(house.plant, "R000001", "SIM-1", None)
    assert verify_run(waiting.run).ok
    forge(waiting, piece, evidence)
    told = [finding for finding in verify_run(waiting.run).findings if finding.invariant == "3"]
    assert any(fault in finding.detail and finding.piece == piece for finding in told)


def forge(shop: Shop, piece: str, evidence: dict[str, Any]) -> None:
    """Let a piece be stacked on other evidence, and bind the chain anew, as somebody would who wants no trace."""
    lines = shop.journal()
    previous = lines[0]["previous"]
    for line in lines:
        if line["event"].startswith("copy.report-") and line["piece"] == piece:
            line |= {"event": "copy.report-stacked", "state_to": "stacked"}
            line["detail"]["evidence"] |= evidence
        content = {name: value for name, value in line.items() if name not in ("previous", "hash")}
        line |= {"previous": previous, "hash": chain_hash(previous, content)}
        previous = line["hash"]
    text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
    (shop.run / "journal.jsonl").write_text(text)
    summary = json.loads((shop.run / "run.json").read_text())
    summary["journal"]["head"] = previous
    (shop.run / "run.json").write_text(json.dumps(summary))
