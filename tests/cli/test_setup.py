"""`init`, settings, and what every command does alike."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from drivers.inserter.errors import ProfileError
from mailroom.bootstrap import open_house
from mailroom.cli.operators import DemoOperator
from mailroom.config import load_settings
from mailroom.production.plant import no_progress
from tests.cli.command import PROGRAM, SETTINGS, call, make_house
from tests.shared_data import ROOT


def test_init_makes_a_folder_that_other_commands_take(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "house"
    answer = call("init", folder, "--client", "Nordlys AS")
    assert answer.code == 0
    assert f"mailroom intake --dir {folder}" in answer.out
    assert load_settings(folder).client == "Nordlys AS"
    with open_house(folder, no_progress) as house, house.store.reader() as ledger:
        assert ledger.runs() == []


@pytest.mark.parametrize("client", ['"Kari" & co', "C:\\mail", "a\nb", "Æ [/bold] ø", "\x7f"])
def test_any_client_name_is_a_valid_setting(tmp_path: Path, client: str) -> None:
    assert call("init", tmp_path / "house", "--client", client).code == 0
    assert load_settings(tmp_path / "house").client == client


def test_init_twice_changes_nothing(tmp_path: Path) -> None:
    folder = make_house(tmp_path / "house")
    answer = call("init", folder)
    assert answer.code == 3
    assert answer.explains("E1904")
    assert (folder / "mailroom.toml").read_text() == SETTINGS


def test_init_where_nothing_can_be_made_names_the_place(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    answer = call("init", tmp_path / "file" / "house")
    assert answer.code == 1
    assert answer.explains("E6003")
    assert str(tmp_path / "file") in answer.err


@pytest.mark.parametrize(
    "command",
    [["intake", "x.xml"], ["run", "start"], ["run", "show"], ["run", "close", "--who", "K"], ["piece", "show", "P1"]],
)
def test_a_folder_that_is_no_mailroom_is_refused_with_the_way_out(tmp_path: Path, command: list[str]) -> None:
    answer = call(*command, "--dir", tmp_path)
    assert answer.code == 3
    assert answer.explains("E1901")
    assert "mailroom init" in answer.err
    assert not answer.out


@pytest.mark.parametrize(
    ("line", "text", "fact"),
    [
        ('sides = "three-sided"', "line 2", "sides"),
        ("batch_sheets = 0", "line 2", "greater than or equal to 1"),
        ('colour = "red"', "line 2", "colour"),
        ("batch_bytes = 5000", "line 2", "greater than or equal to 1000000"),
        ('[queue]\nkind = "fax"', "line 3", "queue.kind"),
        ("[inserter]\nprofile = 7\nname = 3", "line 3", "inserter.profile"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_line(tmp_path: Path, line: str, text: str, fact: str) -> None:
    folder = make_house(tmp_path / "house", f'client = "Test"\n{line}\n')
    answer = call("run", "show", "--dir", folder)
    assert answer.code == 3
    assert answer.explains("E1903")
    assert text in answer.err
    assert fact in answer.err


@pytest.mark.parametrize(
    ("setting", "code", "place"),
    [
        ('press = "offset"', "E6210", "offset.toml"),
        ('press = "mine.toml"', "E6210", "mine.toml, line 1, output"),
        ('press = "last.toml"', "E1910", "mailroom.toml, mark_set"),
        ('output_profile = "none.icc"', "E6003", "none.icc"),
        ('output_profile = "mine.toml"', "E6209", "mine.toml"),
    ],
)
def test_a_press_that_cannot_be_served_is_refused(tmp_path: Path, setting: str, code: str, place: str) -> None:
    folder = make_house(tmp_path / "house")
    (folder / "mine.toml").write_text('output = "sideways"\n')
    (folder / "last.toml").write_text('fed_first = "last-sheet"\n')
    settings = folder / "mailroom.toml"
    settings.write_text(f"{setting}\n{settings.read_text()}")
    answer = call("run", "show", "--dir", folder)
    assert answer.explains(code), answer.err
    assert place in answer.err


def test_the_same_key_in_another_table_is_not_mistaken_for_it(tmp_path: Path) -> None:
    settings = '[inserter]\nname = "A"\n[queue]\nprinter = "B"\nseconds_per_sheet = -1\n[patience]\npoll = 1\n'
    answer = call("run", "show", "--dir", make_house(tmp_path / "house", settings))
    assert "mailroom.toml, line 5" in answer.err


def test_settings_that_are_no_toml_are_refused_with_the_line(tmp_path: Path) -> None:
    answer = call("run", "show", "--dir", make_house(tmp_path / "house", 'client = "Test"\nbatch_sheets =\n'))
    assert answer.code == 3
    assert answer.explains("E1902")
    assert "line 2" in answer.err


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_house(tmp_path / "house")
    monkeypatch.setenv("MAILROOM_INSERTER__URL", "socket://localhost:7")
    monkeypatch.setenv("MAILROOM_ENVELOPES", '["c4"]')
    settings = load_settings(folder)
    assert settings.inserter.url == "socket://localhost:7"
    assert settings.inserter.name == "SIM-1"
    assert settings.envelopes == ("c4",)


@pytest.mark.parametrize(
    ("variable", "value", "place"),
    [
        ("MAILROOM_BATCH_SHEETS", "many", "environment variable MAILROOM_BATCH_SHEETS"),
        ("MAILROOM_QUEUE__KIND", "fax", "environment variable MAILROOM_QUEUE__KIND"),
        ("MAILROOM_ENVELOPES", "c5", "the environment"),
    ],
)
def test_a_wrong_value_of_the_environment_is_not_blamed_on_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, place: str
) -> None:
    folder = make_house(tmp_path / "house")
    monkeypatch.setenv(variable, value)
    answer = call("run", "show", "--dir", folder)
    assert answer.code == 3
    assert answer.explains("E1903")
    assert f"at {place}" in answer.err


def test_the_folder_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILROOM_DIR", str(make_house(tmp_path / "house")))
    assert call("run", "show").explains("E7041")


@pytest.mark.parametrize(
    "command",
    [
        ["run", "start", "--fast"],
        ["letter"],
        ["piece", "resolve", "P00000001", "--as", "destroyed"],
        ["run", "close"],
        ["demo", "--faults", "some"],
        ["demo", "--pieces", "0"],
        ["intake"],
    ],
)
def test_wrong_usage_ends_with_2_and_says_so_on_stderr(command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAILROOM_WHO", raising=False)
    answer = call(*command)
    assert answer.code == 2
    assert answer.err
    assert not answer.out


def test_help_lists_every_command_of_the_contract() -> None:
    answer = call("--help")
    assert answer.code == 0
    for command in ("demo", "init", "intake", "run", "piece", "marks", "layout", "verify", "simulator"):
        assert f" {command} " in answer.out


def test_a_long_error_is_one_line_where_nobody_reads_it_on_a_terminal(tmp_path: Path) -> None:
    long = tmp_path / ("a" * 90) / ("b" * 90)
    answer = call("run", "show", "--dir", long)
    assert f"E1901 {long} is not a Mailroom folder: it has no mailroom.toml" in answer.err.splitlines()


def test_as_a_process_stdout_holds_one_document_and_nothing_else(tmp_path: Path) -> None:
    folder = make_house(tmp_path / "house")
    command: list[str | Path] = [PROGRAM, "intake", ROOT / "README.md", "--dir", folder, "--json"]
    ended = subprocess.run(command, capture_output=True, check=False)
    assert ended.returncode == 3, ended.stderr
    assert ended.stdout.startswith(b"[\n")
    assert ended.stdout.endswith(b"]\n")
    assert ended.stderr == b""


def test_files_that_the_settings_name_lie_beside_them(tmp_path: Path) -> None:
    folder = make_house(tmp_path / "house", 'envelopes = ["own.toml"]\nlayout = "own/letter.toml"\n')
    (folder / "own.toml").write_bytes((ROOT / "layouts" / "envelopes" / "c5.toml").read_bytes())
    (folder / "own").mkdir()
    (folder / "own" / "letter.toml").write_bytes((ROOT / "layouts" / "catalogue" / "invoice.toml").read_bytes())
    with open_house(folder, no_progress) as house:
        assert [envelope.name for envelope in house.plant.envelopes] == ["c5"]


def test_a_profile_of_ones_own_is_read_when_the_machine_is_needed(tmp_path: Path) -> None:
    folder = make_house(tmp_path / "house", '[inserter]\nurl = "socket://localhost:7"\nprofile = "own.toml"\n')
    with open_house(folder, no_progress) as house:
        opener = house.line(DemoOperator()).open_inserter
        with pytest.raises(ProfileError, match="E2011") as caught, opener(lambda _events: None, None):
            pass
    assert caught.value.place == str(folder / "own.toml")
