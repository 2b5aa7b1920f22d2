"""Mark sets are data, and wrong data is refused with file, line and key."""

from __future__ import annotations

import inspect
import pickle
import re
from pathlib import Path

import pytest

from omr.code import CodeTemplate
from omr.draw import mark_rects
from omr.encode import encode
from omr.errors import OmrError
from omr.limits import LIMITS
from omr.mark import ROLES, Counts, Scope
from omr.markset import MarkSet, load_mark_set, shipped_mark_sets
from omr.place import Box
from omr.sheet import SheetOrders
from omr.symbol import SYMBOLOGIES
from tests.omr.sets import QUADIENT_TEXT, write_set
from tests.shared_data import ROOT


def line_of(text: str, part: str) -> int:
    """1-based line where `part` first occurs."""
    return text[: text.index(part)].count("\n") + 1


def test_the_quadient_set_has_the_published_figures(quadient: MarkSet) -> None:
    column = quadient.column
    assert (column.x_mm, column.first_mm, column.pitch_mm, column.length_mm) == (7.0, 100.0, 4.0, 6.5)
    assert quadient.roles == (
        *("start", "divert", "stop", "insert"),
        *(f"select-{n}" for n in range(1, 7)),
        *("sequence-4", "sequence-2", "sequence-1", "parity", "safety"),
    )


def test_all_print_stays_left_of_the_layout(quadient: MarkSet) -> None:
    assert quadient.strip == Box(3.0, 95.0, 15.0, 95.0)
    assert quadient.clear_zones == (Box(4.0, 95.0, 12.5, 71.4), Box(3.0, 170.0, 13.0, 13.0))
    assert all(zone.right <= 20 for zone in (quadient.strip, *quadient.clear_zones))


def test_every_shipped_set_loads_by_its_name() -> None:
    assert "quadient" in shipped_mark_sets()
    assert all(load_mark_set(name).name == name for name in shipped_mark_sets())


def test_a_set_loads_by_path_as_text_or_path(tmp_path: Path, quadient: MarkSet) -> None:
    assert write_set(tmp_path) == quadient
    assert load_mark_set(str(tmp_path / "set.toml")) == quadient


def test_a_set_travels_to_another_process(quadient: MarkSet) -> None:
    assert pickle.loads(pickle.dumps(quadient)) == quadient


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(OmrError) as refused:
        load_mark_set("quadrant")
    assert refused.value.code == "E5001"
    assert "quadient" in refused.value.remedy


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OmrError) as refused:
        load_mark_set(tmp_path / "none.toml")
    assert (refused.value.code, refused.value.place) == ("E5001", str(tmp_path / "none.toml"))


@pytest.mark.parametrize("content", [b"name = ", b"name = 'x'\nname = 'y'", b"title = '\xff'"])
def test_what_is_not_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "set.toml"
    file.write_bytes(content)
    with pytest.raises(OmrError) as refused:
        load_mark_set(file)
    assert (refused.value.code, refused.value.place) == ("E5002", str(file))


# Each case: what is replaced by what, the part whose line the error must name, the key, a part of the message.
WRONG = [
    ("pitch_mm = 4.0 ", "pitch_mm = 0.5 ", "pitch_mm", "column.pitch_mm", "from 1 to 20, not 0.5"),
    ("pitch_mm = 4.0 ", "pitch_mm = '4' ", "pitch_mm", "column.pitch_mm", "must be a number"),
    ("pitch_mm = 4.0 ", "pitch_mm = nan ", "pitch_mm", "column.pitch_mm", "must be a number"),
    ("pitch_mm = 4.0 ", "pitch_mm = true ", "pitch_mm", "column.pitch_mm", "must be a number"),
    ("pitch_mm = 4.0 ", "", "[column]", "column.pitch_mm", "is missing"),
    ("pitch_mm = 4.0 ", "picth_mm = 4.0 ", "[column]", "column.pitch_mm", "is missing"),
    ("[column]", "[column]\nskew_mm = 1", "skew_mm", "column.skew_mm", "is not known here"),
    ('direction = "down"', 'direction = "left"', "direction", "column.direction", "one of down, up"),
    ("thickness_mm = 0.4", "thickness_mm = 2.1", "thickness_mm", "column.thickness_mm", "half the pitch"),
    ("tolerance_mm = 1.5", "tolerance_mm = 2.0", "tolerance_mm =", "strip.tolerance_mm", "less than half the pitch"),
    ("side_mm = 3.0", "side_mm = -1", "side_mm", "clear.side_mm", "from 0 to 100"),
    ("height_mm = 95.0", "height_mm = 60.0", "[strip]", "strip", "all marks with 1.5 mm"),
    ("height_mm = 95.0", "height_mm = 85.0", "[strip]", "strip", "the code with 1.5 mm"),
    ("side_mm = 3.0", "side_mm = 7.5", "[column]", "column", "leaves the sheet"),
    ("below_mm = 10.0", "below_mm = 15.0", "[code]", "code", "meets the clear zone"),
    ('functions = [\n    "start", ', "functions = [", "functions", "functions", "must begin with 'start'"),
    ('"divert", "stop"', '"divert", "halt"', "functions", "functions", "names 'halt', which [marks] does not define"),
    ('"divert", "stop"', '"divert", "divert"', "functions", "functions", "names divert twice"),
    (
        '"sequence-4", "sequence-2", "sequence-1",\n    "parity"',
        '"sequence-1", "parity"',
        "functions",
        "functions",
        "to 7 without sequence-2, sequence-4",
    ),
    ("functions = [", "functions = []\nunused = [", "functions", "functions", "must be a list of words"),
    (
        'stop = { scope = "every"',
        'stop = { scope = "all"',
        "stop = {",
        "marks.stop.scope",
        "one of every, first, last, not-",
    ),
    ('stop = { scope = "every", ', "stop = { ", "stop = {", "marks.stop.scope", "is missing"),
    (
        'stop = { scope = "every"',
        'stop = { colour = "red", scope = "every"',
        "stop = {",
        "marks.stop.colour",
        "not known",
    ),
    ("stop = {", "halt = {", "halt = {", "marks.halt", "is no role"),
    ("select-6 = {", "select = {", "select = {", "marks.select", "is no role"),
    ("stop = {", "stop-2 = {", "stop-2 = {", "marks.stop-2", "is no role"),
    ("stop = {", 'stop = "every"\nrest = {', "stop = ", "marks.stop", "must be a table"),
    ("weight = 4", "weight = 3", "sequence-4 = {", "marks.sequence-4.weight", "power of two"),
    (
        'counter = "sequence", weight = 4',
        'counter = "page", weight = 4',
        "sequence-4 = {",
        "marks.sequence-4.counter",
        "'page'",
    ),
    (
        'parity = { scope = "every", printed = "when-true" }',
        'parity = { scope = "every", printed = "when-false" }',
        "parity = {",
        "marks.parity.printed",
        "must be 'when-true'",
    ),
    ("modulo = 8", "modulo = 16", "functions", "functions", "cannot count sequence to 15 without sequence-8"),
    ("modulo = 8", "modulo = 1", "modulo", "counters.sequence.modulo", "from 2 to"),
    ("step = 1", "step = 8", "step", "counters.sequence.step", "at one value for ever"),
    ("start = 1\n", "start = 8\n", "start = 8", "counters.sequence.start", "from 0 to 7"),
    (
        'counts = "ordinal"',
        'counts = "pieces"',
        "counts",
        "counters.sequence.counts",
        "one of ordinal, sheet, left, of",
    ),
    ('zero = "used"', "zero = 0", "zero", "counters.sequence.zero", "one of used, skipped"),
    ('sense = "even"', 'sense = "uneven"', "sense", "parity.sense", "one of even, odd"),
    (
        '"sequence-1", "safety",',
        '"sequence-1", "parity",',
        "covers",
        "parity.covers",
        "'parity', which is no other mark",
    ),
    ("[parity]\n", "[checks]\n", "functions", "functions", "there is no table [parity]"),
    (
        'symbology = "DataMatrix"',
        'symbology = "Aztec"',
        "symbology",
        "code.symbology",
        "one of DataMatrix, QRCode",
    ),
    ("modules = 18", "modules = 19", "modules", "code.modules", "a DataMatrix size"),
    ("modules = 18", "modules = 14", "template =", "code.template", "does not fit a DataMatrix of 14"),
    ("{of:03}", "", "template =", "code.template", "lacks of"),
    ('name = "quadient"', 'name = " "', "name", "name", "must be text"),
    ('name = "quadient"', 'side = "left"\nname = "quadient"', "side", "side", "one of front, back"),
    (
        'name = "quadient"',
        'fed_first = "top"\nname = "quadient"',
        "fed_first",
        "fed_first",
        "one of first-sheet, last-",
    ),
    ('start = { scope = "every"', 'start = { scope = "last"', "start = {", "marks.start.scope", "must be 'every'"),
    ('parity = { scope = "every"', 'parity = { scope = "last"', "parity = {", "marks.parity.scope", "must be 'every'"),
    (
        'start = { scope = "every", printed = "when-true" }',
        'start = { scope = "every", printed = "when-false" }',
        "start = {",
        "marks.start.printed",
        "the reader finds the column by it",
    ),
    (
        'insert = { scope = "last"',
        'insert = { scope = "not-last"',
        "insert = {",
        "marks.insert.scope",
        "leaves insert no",
    ),
    ("weight = 4", "weight = 8", "sequence-4 = {", "marks.sequence-4.weight", "be called sequence-8"),
    (
        'sequence-4 = { scope = "every", printed = "when-true", counter = "sequence", weight = 4 }',
        'sequence-8 = { scope = "every", printed = "when-true", counter = "sequence", weight = 8 }',
        "sequence-8 = {",
        "marks.sequence-8.weight",
        "is never reached: sequence runs to 7",
    ),
    ("modulo = 8", "modulo = 6\nend = 'stops'", "end", "counters.sequence.end", "one of wraps, holds"),
    ("modulo = 8", "modulo = 6\nend = 'holds'", "counts", "counters.sequence.counts", "which never holds"),
    ('counts = "ordinal"', 'counts = "sheet"', "counts", "counters.sequence.counts", "must be 'ordinal' for the wrap"),
    ('sequence-4", "sequence-2"', 'sequence-4"', "functions", "functions", "to 7 without sequence-2"),
    ("[code]", "[sheet]\norigin = 'left'\n[code]", "[sheet]", "sheet.width_mm", "is missing"),
    (
        "[code]",
        "[sheet]\norigin = 'left'\nwidth_mm = 210\nheight_mm = 297\n[code]",
        "origin",
        "sheet.origin",
        "one of top-left, top-right",
    ),
    (
        "[code]",
        "[sheet]\norigin = 'top-left'\nwidth_mm = 210\nheight_mm = 180\n[code]",
        "[strip]",
        "strip",
        "leaves the sheet",
    ),
    ("[code]", "[limits]\nmost_length_cm = 2\n[code]", "most_length_cm", "limits.most_length_cm", "is no limit"),
    ("[code]", "[limits]\nleast_length_mm = 10\n[code]", "length_mm", "column.length_mm", "asks for at least 10"),
    ("[code]", "[limits]\nmost_thickness_mm = 0.3\n[code]", "thickness_mm", "column.thickness_mm", "at most 0.3"),
    ("[code]", "[limits]\nmost_pitch_mm = 3.9\n[code]", "pitch_mm", "column.pitch_mm", "gives 4, but limits.most_p"),
    ("[code]", "[limits]\nmost_positions = 14\n[code]", "functions", "functions", "gives 15"),
    ("[code]", "[limits]\nmost_span_mm = 56\n[code]", "pitch_mm", "column.pitch_mm", "gives 56.4"),
    ("[code]", "[limits]\nleast_above_mm = 101\n[code]", "first_mm", "column.first_mm", "gives 100"),
    ("[code]", "[limits]\nleast_below_mm = 141\n[code]", "first_mm", "column.first_mm", "gives 140.6"),
    ("[code]", "[limits]\nleast_clear_side_mm = 3.1\n[code]", "[clear]", "clear", "gives 3"),
    ("[code]", "[limits]\nleast_clear_ends_mm = 20\n[code]", "[clear]", "clear", "gives 5"),
    ("[code]", "[code]\nsheets = 'last'", "sheets", "code.sheets", "must be 'every' for the code that names"),
    ("quiet_mm = 2.0", "quiet_mm = 0.4", "quiet_mm", "code.quiet_mm", "must be at least 0.5: DataMatrix"),
    ('name = "quadient"', 'name = "quadient"\nmaker = "Q"', "maker", "maker", "is not known here"),
]


@pytest.mark.parametrize(("old", "new", "at", "key", "fact"), WRONG, ids=[f"{case[3]}: {case[4]}" for case in WRONG])
def test_a_wrong_set_is_refused_with_line_and_key(
    tmp_path: Path, old: str, new: str, at: str, key: str, fact: str
) -> None:
    assert old in QUADIENT_TEXT
    text = QUADIENT_TEXT.replace(old, new)
    # A key may share its line's beginning with words in comments: look for it at the start of a line.
    line = line_of("\n" + text, "\n" + at)
    with pytest.raises(OmrError) as refused:
        write_set(tmp_path, text=text)
    assert fact in refused.value.message
    assert refused.value.place == f"{tmp_path / 'set.toml'}:{line}: {key}"
    assert refused.value.remedy


def test_a_set_without_counters_and_parity_is_allowed(tmp_path: Path) -> None:
    text = (
        QUADIENT_TEXT[: QUADIENT_TEXT.index("# The wrap-around")]
        + QUADIENT_TEXT[QUADIENT_TEXT.index("# The code says") :]
    )
    text = "\n".join(line for line in text.splitlines() if "counter = " not in line)
    plain = write_set(tmp_path, text=text, functions='["start", "insert", "safety"]')
    assert (plain.counters, plain.parity) == ((), None)


def test_an_unused_counter_is_left_out(tmp_path: Path) -> None:
    assert write_set(tmp_path, functions='["start", "insert", "parity", "safety"]').counters == ()


def test_the_example_in_the_guide_says_what_the_guide_says(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "marks.md").read_text(encoding="utf-8")
    shown = write_set(tmp_path, text=guide.split("```toml\n")[1].split("```")[0])
    # 8 mm from the right edge, 10 long, the first 50 mm above the foot, the others 5 mm higher each.
    assert mark_rects(shown, SheetOrders(1, 2, 3, piece=2)) == [
        pytest.approx((192.0, 297 - 50 - 0.5 - 5 * at, 10.0, 0.5)) for at in (0, 1, 5, 6, 7)
    ]
    last = encode(shown, SheetOrders(2, 2, 4, frozenset({1}), piece=2))
    assert [role for role, mark in zip(shown.roles, last.positions, strict=True) if mark] == [
        *("start", "select-1", "match-2", "parity", "safety"),
    ]


def test_the_guide_names_every_role_key_and_error() -> None:
    guide = (ROOT / "docs" / "marks.md").read_text(encoding="utf-8")
    words = {*ROLES, *(counts.value for counts in Counts), *(scope.value for scope in Scope), *SYMBOLOGIES} - {"select"}
    assert [word for word in sorted(words) if f"`{word}`" not in guide] == []
    # E53xx are the reader's, which has a guide of its own.
    named = re.findall(r"E5[0-2]\d{2}", inspect.getdoc(OmrError) or "")
    assert [code for code in named if code not in guide] == []
    limits = [limit.replace("least_", "").replace("most_", "") for limit in LIMITS]
    assert [limit for limit in limits if limit not in guide] == []


MORE = """
[codes.machine]
symbology = "ITF"
x_mm = 60.0
y_mm = 200.0
module_mm = 0.3
height_mm = 12.0
quiet_mm = 3.0
read = "across"
template = "{piece:d6}{of:02}{sheet:02}"
"""
WRONG_CODES = [
    ("x_mm = 60.0", "x_mm = 5.0", "[codes.machine]", "codes.machine", "meets that of the code code"),
    ("y_mm = 200.0", "y_mm = 290.0", "[codes.machine]", "codes.machine", "leaves the sheet"),
    ("x_mm = 60.0", "x_mm = 12.0", "[codes.machine]", "codes.machine", "meets the clear zone of the marks"),
    ("quiet_mm = 3.0", "quiet_mm = 2.9", "quiet_mm = 2.9", "codes.machine.quiet_mm", "must be at least 3: Interl"),
    ("height_mm = 12.0", "", "[codes.machine]", "codes.machine.height_mm", "is missing"),
    ("height_mm = 12.0", "modules = 20", "[codes.machine]", "codes.machine.height_mm", "is missing"),
    ('"across"', '"sideways"', 'read = "side', "codes.machine.read", "one of across, upwards"),
    ("{sheet:02}", "{sheet:01}", 'template = "{piece:d6', "codes.machine.template", "pairs of digits"),
    ("{piece:d6}", "P", 'template = "P', "codes.machine.template", "does not fit"),
    ('"ITF"', '"QRCode"', "[codes.machine]", "codes.machine.modules", "is missing"),
    ("[codes.machine]", "[codes.code]", "[codes.code]", "codes.code", "must have another name"),
]


@pytest.mark.parametrize(
    ("old", "new", "at", "key", "fact"), WRONG_CODES, ids=[f"{case[3]}: {case[4]}" for case in WRONG_CODES]
)
def test_a_wrong_second_code_is_refused_with_line_and_key(
    tmp_path: Path, old: str, new: str, at: str, key: str, fact: str
) -> None:
    more = MORE.replace(old, new)
    # Higher than the marks, so that only what a case changes is wrong.
    more = more.replace("y_mm = 200.0", "y_mm = 120.0") if "x_mm = 12.0" in more else more
    more = more.replace("y_mm = 200.0", "y_mm = 172.0") if "x_mm = 5.0" in more else more
    text = QUADIENT_TEXT + more
    with pytest.raises(OmrError) as refused:
        write_set(tmp_path, text=text)
    assert fact in refused.value.message
    assert refused.value.place == f"{tmp_path / 'set.toml'}:{line_of(chr(10) + text, chr(10) + at)}: {key}"


def test_a_set_may_have_several_codes_and_the_first_names_the_sheet(tmp_path: Path, quadient: MarkSet) -> None:
    both = write_set(tmp_path, text=QUADIENT_TEXT + MORE)
    assert [code.name for code in both.codes] == ["code", "machine"]
    assert both.code == quadient.code
    # 5 pairs of digits at 18 modules and 9 at the ends, of 0.3 mm, with 3 mm around.
    assert both.clear_zones[2] == pytest.approx((57.0, 197.0, 29.7 + 6, 18.0))


def test_a_set_without_a_code_of_the_sheet_says_so_when_it_is_asked_for(tmp_path: Path) -> None:
    text = QUADIENT_TEXT[: QUADIENT_TEXT.index("# The code says")]
    for codes in ("", MORE):
        silent = write_set(tmp_path, text=text + codes)
        assert not silent.has_code
        with pytest.raises(OmrError, match="no code that says which sheet") as refused:
            _ = silent.code
        assert refused.value.code == "E5205"


def test_two_marks_of_one_meaning_are_refused(tmp_path: Path) -> None:
    for more, words in (
        ('eoc = { scope = "last", printed = "when-true" }', "two marks of one meaning: insert and eoc"),
        ('not-eoc = { scope = "every", printed = "when-false" }', "always printed together: insert and not-eoc"),
    ):
        role = more.split(" =")[0]
        text = QUADIENT_TEXT.replace("[marks]", f"[marks]\n{more}").replace(
            'insert = { scope = "last"', 'insert = { scope = "every"'
        )
        with pytest.raises(OmrError, match=words):
            write_set(tmp_path, text=text, functions=f'["start", "insert", "{role}", "parity", "safety"]')


def test_clear_zones_may_differ_from_side_to_side(tmp_path: Path) -> None:
    text = QUADIENT_TEXT.replace("side_mm = 3.0", "left_mm = 4.0\nright_mm = 6.0")
    assert write_set(tmp_path, text=text).marks_zone == pytest.approx((3.0, 95.0, 16.5, 71.4))


def test_another_content_of_the_code_leaves_the_rest_alone(quadient: MarkSet) -> None:
    template = CodeTemplate.parse("{run:7}-{piece:9}{copy:02}{sheet:03}{of:03}")
    other = quadient.with_template(template)
    assert other.code.template is template
    assert (other.marks, other.code.box) == (quadient.marks, quadient.code.box)
