"""A print window by commands alone, as a person at the machine gives them: a misread sheet, a person's word, a reprint,
a withdrawal, the hand-over."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mailroom.cli.machine import running_simulator
from tests.cli.command import Answer, call, machine, make_house, take_in

PIECES = 4
MISREAD, WITHDRAWN = "P00000002", "P00000003"
REPORT_KEYS = {
    *("run", "state", "planned", "mailed", "withdrawn", "moved", "unknown", "copies", "reprinted", "destroyed"),
    *("quarantined", "sheets", "copy_states", "batches", "results", "waits", "set_aside"),
}
FAULTS = "".join(
    f'[[fault]]\nkind = "misread"\npiece = "{piece}"\nsheet = 1\ntimes = {times}\n'
    for piece, times in ((MISREAD, 1), (WITHDRAWN, 2))
)


@dataclass
class Window:
    """A window's folder and the answer of each command, by its name."""

    folder: Path
    answers: dict[str, Answer] = field(default_factory=dict)

    def call(self, name: str, *arguments: str | Path) -> Answer:
        self.answers[name] = answer = call(*arguments, "--dir", self.folder)
        return answer

    @property
    def run(self) -> Path:
        return self.folder / "runs" / "R000001"


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Window:
    """The commands of a whole window, given once; the tests look at the answers."""
    folder = make_house(tmp_path_factory.mktemp("window") / "house")
    take_in(folder, PIECES)
    faults = folder / "faults.toml"
    faults.write_text(FAULTS)
    done = Window(folder)
    done.call("show nothing", "run", "show", "--json")
    done.call("start alone", "run", "start", "--json")
    with running_simulator(machine(folder, str(faults))) as url:
        start = ("run", "start", "--inserter", url, "--json")
        done.call("start", *start)
        done.call("show waiting", "run", "show", "--json")
        done.call("show waiting to people", "run", "show")
        done.call("close early", "run", "close", "--who", "Kari", "--json")
        done.call("withdraw early", "piece", "withdraw", WITHDRAWN, "--who", "Kari")
        done.call("wrong verdict", "piece", "resolve", MISREAD, "--as", "eaten", "--who", "Kari")
        done.call("impossible verdict", "piece", "resolve", MISREAD, "--as", "stacked", "--who", "Kari")
        done.call("nobody's verdict", "piece", "resolve", MISREAD, "--as", "destroyed", "--who", " ")
        done.call("no such copy", "piece", "resolve", MISREAD, "--as", "destroyed", "--who", "Kari", "--copy", "7")
        for piece in (MISREAD, WITHDRAWN):
            reason = "[/torn] in folder"
            done.call("resolve", "piece", "resolve", piece, "--as", "destroyed", "--who", "Kari", "--reason", reason)
        done.call("start again", *start)
        done.call("quarantine", "piece", "resolve", WITHDRAWN, "--as", "quarantined", "--who", "Kari")
        done.call("withdraw", "piece", "withdraw", WITHDRAWN, "--who", "Kari")
        done.call("withdraw again", "piece", "withdraw", WITHDRAWN, "--who", "Kari")
        done.call("finish", *start)
        done.call("finish for people", *start[:-1])
    done.call("close", "run", "close", "--who", "Kari", "--json")
    done.call("close again", "run", "close", "--who", "Ola", "--json")
    return done


def test_before_the_first_run_there_is_none_to_show(window: Window) -> None:
    answer = window.answers["show nothing"]
    assert answer.code == 2
    assert answer.explains("E7041")
    assert not answer.out


def test_without_an_inserter_the_stack_is_printed_and_waits_for_a_person(window: Window) -> None:
    answer = window.answers["start alone"]
    assert answer.code == 5
    assert answer.explains("E2060")
    assert not answer.out
    assert [path.name for path in (window.folder / "queue" / "stack").glob("R000001-B01.pdf")] == ["R000001-B01.pdf"]


def test_copies_that_a_machine_can_not_prove_wait_for_a_person(window: Window) -> None:
    answer = window.answers["start"]
    assert answer.code == 5
    assert answer.explains("E7030")
    assert f"{MISREAD} copy 1 (diverted)" in answer.err
    report = window.answers["show waiting"].json()
    assert {(each["piece"], each["copy"], each["state"]) for each in report["waits"]} == {
        (MISREAD, 1, "diverted"),
        (WITHDRAWN, 1, "diverted"),
    }
    assert all("misread" in each["why"] for each in report["waits"])
    assert "waits" in window.answers["show waiting to people"].out


def test_run_show_has_the_documented_keys(window: Window) -> None:
    for name in ("show waiting", "start again", "finish", "close"):
        report = window.answers[name].json() if window.answers[name].out else {}
        if report:
            assert report.keys() >= REPORT_KEYS
    batch = window.answers["show waiting"].json()["batches"][0]
    assert batch["state"] == "done"
    assert Path(batch["print_file"]).is_file()
    assert Path(batch["control_file"]).is_file()


@pytest.mark.parametrize(
    ("name", "code", "error"),
    [
        ("close early", 5, "E7040"),
        ("withdraw early", 2, "E7050"),
        ("wrong verdict", 2, "E7020"),
        ("impossible verdict", 2, "E7001"),
        ("nobody's verdict", 2, "E7002"),
        ("no such copy", 2, "E7022"),
        ("withdraw again", 2, "E7051"),
    ],
)
def test_what_can_not_be_is_refused_and_says_why(window: Window, name: str, code: int, error: str) -> None:
    answer = window.answers[name]
    assert answer.code == code
    assert answer.err.startswith(f"{error} ")
    assert "→" in answer.err
    assert not answer.out


def test_a_close_that_comes_too_early_names_every_copy(window: Window) -> None:
    assert f"{MISREAD} copy 1 is diverted" in window.answers["close early"].err
    assert f"{WITHDRAWN} copy 1 is diverted" in window.answers["close early"].err


def test_a_persons_word_releases_the_next_copy(window: Window) -> None:
    assert window.answers["resolve"].code == 0
    assert "is destroyed" in window.answers["resolve"].out
    answer = window.answers["start again"]
    assert answer.code == 5, "the other piece is misread once more"
    assert f"{WITHDRAWN} copy 2 (diverted)" in answer.err
    assert MISREAD not in answer.err


def test_a_finished_run_starts_to_no_effect(window: Window) -> None:
    for name in ("finish", "finish for people"):
        assert window.answers[name].code == 0, window.answers[name].err
    report = window.answers["finish"].json()
    assert report["copy_states"] == {"stacked": PIECES - 1, "destroyed": 2, "quarantined": 1}
    assert "mailroom run close R000001" in window.answers["finish for people"].out


def test_the_closed_run_accounts_for_every_piece(window: Window) -> None:
    answer = window.answers["close"]
    assert answer.code == 0
    report = answer.json()
    assert report["state"] == "closed"
    assert report["planned"] == PIECES == report["mailed"] + report["withdrawn"] + report["moved"]
    assert (report["withdrawn"], report["unknown"], report["reprinted"], report["destroyed"]) == (1, 0, 2, 2)
    assert Path(report["report"]).is_file()
    assert (window.run / "R000001-trays.pdf").is_file()


def test_closing_again_changes_nothing_in_anybody_elses_name(window: Window) -> None:
    assert window.answers["close again"].code == 0
    assert window.answers["close again"].json() == window.answers["close"].json()
    closed = [line for line in (window.run / "journal.jsonl").read_text().splitlines() if '"run.closed"' in line]
    assert len(closed) == 1
    assert '"person:Kari"' in closed[0]


def piece(window: Window, *arguments: str) -> Answer:
    return call("piece", "show", *arguments, "--dir", window.folder, "--json")


def test_piece_show_tells_the_whole_life_of_every_copy(window: Window) -> None:
    report = piece(window, MISREAD).json()
    assert list(report) == ["piece", "state", "run", "address", "documents", "copies"]
    assert (report["piece"], report["state"], report["run"]) == (MISREAD, "mailed", "R000001")
    assert report["address"]
    assert report["documents"]
    first, second = report["copies"]
    assert list(first) == ["copy", "state", "events"]
    assert (first["copy"], first["state"], second["copy"], second["state"]) == (1, "destroyed", 2, "mailed")
    assert all(list(event) == ["at", "event", "who", "detail"] for copy in report["copies"] for event in copy["events"])
    steps = [event["event"] for event in first["events"] if event["event"].startswith("copy.")]
    assert steps[0] == "copy.release"
    assert steps[-2:] == ["copy.divert", "copy.destroy"]
    assert first["events"][-1]["who"] == "person:Kari"
    assert first["events"][-1]["detail"]["evidence"]["reason"] == "[/torn] in folder"
    assert second["events"][-1]["event"] == "copy.hand-over"


def test_any_sheet_of_a_piece_names_it_by_its_code(window: Window) -> None:
    line = next(line for line in (window.run / "journal.jsonl").read_text().splitlines() if '"code":"' in line)
    detail = json.loads(line)["detail"]
    assert piece(window, "--scan", detail["code"]).json()["piece"] == detail["piece"]


@pytest.mark.parametrize(
    ("arguments", "error"), [(["--scan", "4006381333931"], "E7023"), ([], "E7023"), (["P99999999"], "E7021")]
)
def test_a_foreign_code_or_number_is_no_piece(window: Window, arguments: list[str], error: str) -> None:
    answer = piece(window, *arguments)
    assert answer.code == 2
    assert answer.err.startswith(f"{error} ")
    assert not answer.out


def test_piece_show_for_people_says_the_same(window: Window) -> None:
    answer = call("piece", "show", MISREAD, "--dir", window.folder)
    assert answer.code == 0
    assert "copy 1 destroyed" in answer.out
    assert "person:Kari" in answer.out


def test_the_last_word_on_a_copy_is_the_last(window: Window) -> None:
    answer = call("piece", "resolve", MISREAD, "--as", "destroyed", "--who", "Ola", "--dir", window.folder)
    assert answer.code == 2
    assert "E7001" in answer.err
    assert "mailed" in answer.err


def verify(*arguments: str | Path) -> Answer:
    return call("verify", *arguments, "--json")


def test_the_run_verifies_from_its_files(window: Window) -> None:
    answer = verify("--dir", window.folder)
    assert answer.code == 0
    report = answer.json()
    assert list(report) == ["ok", "checked", "findings", "stacked"]
    assert report["ok"] is True
    assert report["findings"] == []
    assert all(report["checked"][invariant] > 0 for invariant in "1345679")
    assert verify(window.run).json() == report
    assert "✓ verified" in call("verify", window.run).out


@pytest.fixture
def altered(window: Window, tmp_path: Path) -> Path:
    """A copy of the evidence to be tampered with."""
    folder = tmp_path / "R000001"
    shutil.copytree(window.run, folder)
    return folder


def findings(answer: Answer) -> list[dict[str, Any]]:
    assert answer.code == 5
    report = answer.json()
    assert report["ok"] is False
    assert all(list(finding) == ["invariant", "piece", "copy", "detail"] for finding in report["findings"])
    found: list[dict[str, Any]] = report["findings"]
    return found


def test_an_altered_journal_does_not_verify_and_names_the_piece(altered: Path) -> None:
    journal = altered / "journal.jsonl"
    text = journal.read_text()
    at = text.index('"event":"copy.destroy"')
    journal.write_text(text[:at] + text[at:].replace("person:Kari", "person:Ola ", 1))
    assert MISREAD in {finding["piece"] for finding in findings(verify(altered))}
    assert "✗" in call("verify", altered).out


def test_an_altered_print_file_does_not_verify(altered: Path) -> None:
    with (altered / "R000001-B01.pdf").open("ab") as file:
        file.write(b"\n")
    assert [finding["invariant"] for finding in findings(verify(altered))] == ["4"]


def test_a_piece_that_vanished_from_the_run_does_not_verify(altered: Path) -> None:
    run = json.loads((altered / "run.json").read_text())
    run["pieces"] = [each for each in run["pieces"] if each["piece"] != WITHDRAWN]
    (altered / "run.json").write_text(json.dumps(run))
    assert WITHDRAWN in {finding["piece"] for finding in findings(verify(altered))}


def test_where_nothing_was_exported_there_is_nothing_to_verify(tmp_path: Path) -> None:
    for arguments in ([tmp_path], ["--dir", tmp_path]):
        answer = verify(*arguments)
        assert answer.code == 2
        assert answer.explains("E7060")


def test_marks_read_finds_every_sheet_of_a_print_file(window: Window) -> None:
    file = window.run / "R000001-B01.pdf"
    answer = call("marks", "read", file, "--json")
    assert answer.code == 0
    readings = answer.json()
    batch = window.answers["show waiting"].json()["batches"][0]
    assert [each["page"] for each in readings] == list(range(1, batch["sheets"] + 1))
    for each in readings:
        # The first six are the contract; more may follow.
        assert list(each)[:6] == ["file", "page", "sheet", "omr", "codes", "problems"]
        assert each["file"] == str(file)
        assert list(each["sheet"]) == ["run", "piece", "copy", "sheet", "of"]
        assert (each["sheet"]["run"], each["sheet"]["copy"]) == ("R000001", 1)
        assert list(each["omr"]) == ["set", "marks"]
        assert each["omr"]["set"] == "quadient"
        assert set(map(type, each["omr"]["marks"].values())) == {bool}
        assert [list(code) for code in each["codes"]] == [["symbology", "text"]] * len(each["codes"])
        assert each["problems"] == []
    pieces = [each["sheet"]["piece"] for each in readings]
    assert len(set(pieces)) == batch["pieces"]


def test_marks_read_for_people_is_a_line_a_sheet(window: Window) -> None:
    answer = call("marks", "read", window.run / "R000001-B01.pdf")
    assert answer.code == 0
    assert "all read" in answer.out
    assert "copy 1 sheet 1/" in answer.out


def test_a_pdf_without_marks_is_a_problem_on_every_page(window: Window) -> None:
    answer = call("marks", "read", window.run / "R000001-trays.pdf", "--json")
    assert answer.code == 3
    assert all(each["sheet"] is None and each["problems"] for each in answer.json())


def test_a_run_that_nobody_knows_is_not_shown(window: Window) -> None:
    answer = call("run", "show", "R000009", "--dir", window.folder)
    assert answer.code == 2
    assert "E7041 no run R000009" in answer.err
