"""Templates and folders of a machine's files are checked when a house is opened: key and place are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import call, make_house

CONTROL = {"control_template": '"fixed"', "control_folder": '"in"'}
RESULTS = {"result_template": '"results-fixed"', "result_folder": '"out"'}
LINE = {"url": '"socket://localhost:1"'}


def house(tmp_path: Path, keys: dict[str, str]) -> Path:
    folder = make_house(tmp_path / "house")
    for name in ("in", "out", "done"):
        (folder / name).mkdir()
    (folder / "wrong.toml").write_text('format = 1\nlayout = "round"\n')
    lines = "".join(f"{key} = {value}\n" for key, value in keys.items())
    (folder / "mailroom.toml").write_text(f"[inserter]\n{lines}")
    return folder


@pytest.mark.parametrize(
    "keys",
    [CONTROL | RESULTS, CONTROL | LINE, CONTROL | RESULTS | LINE, CONTROL | RESULTS | {"control_taken": '["done"]'}],
)
def test_what_belongs_together_is_taken(tmp_path: Path, keys: dict[str, str]) -> None:
    assert "E7041" in call("run", "show", "--dir", house(tmp_path, keys)).err


@pytest.mark.parametrize(
    ("keys", "code", "key"),
    [
        ({"control_template": '"fixed"'} | RESULTS, "E1911", "control_template"),
        ({"control_folder": '"in"'} | RESULTS, "E1911", "control_folder"),
        ({"result_folder": '"out"'} | CONTROL, "E1911", "result_folder"),
        ({"control_taken": '["done"]'}, "E1911", "control_taken"),
        (CONTROL, "E1911", "control_template"),
        (RESULTS, "E1911", "result_template"),
        (CONTROL | RESULTS | {"control_template": '"wrong.toml"'}, "E1912", "control_template"),
        (CONTROL | RESULTS | {"result_template": '"no-such"'}, "E1912", "result_template"),
        (CONTROL | RESULTS | {"control_folder": '"absent"'}, "E1913", "control_folder"),
        (CONTROL | RESULTS | {"result_folder": '"mailroom.toml"'}, "E1913", "result_folder"),
        (CONTROL | RESULTS | {"result_folder": '"done/../in"'}, "E1913", "result_folder"),
        (CONTROL | RESULTS | {"control_taken": '["in"]'}, "E1913", "control_taken"),
    ],
)
def test_what_is_wrong_is_told_with_its_key(tmp_path: Path, keys: dict[str, str], code: str, key: str) -> None:
    answer = call("run", "show", "--dir", house(tmp_path, keys))
    assert answer.code == 3
    assert answer.explains(code)
    assert f"at mailroom.toml, [inserter] {key}" in answer.err
