"""The guide through the pieces at risk: what is asked next, what may be answered, what an answer means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.inserter.vocabulary import Station
from mailroom.domain.lifecycle import REPLACEABLE, TRANSITIONS, CopyEvent, CopyState
from mailroom.domain.piece import Copy
from mailroom.production.recovery import MEANING, AtRisk, Place, Recovery, Refusal, Word
from omr.markset import load_mark_set

MARKS = load_mark_set("quadient")
RUN = "R000001"


def copy(number: int, sheets: int = 2, state: CopyState = CopyState.FEEDING) -> Copy:
    return Copy(f"P{number:08d}", 1, f"{RUN}-B01", number, number, sheets, state)


def code(piece: AtRisk, sheet: int, *, run: str = RUN, of: int | None = None) -> str:
    return f"{run}{piece.copy.piece}{piece.copy.copy:02}{sheet:03}{of or piece.copy.sheets:03}"


def at(number: int, station: Station, sheets: int = 2) -> AtRisk:
    return AtRisk(copy(number), (Place(station, sheets),))


def forgotten(number: int, *, untouched: bool = True, seen: Station | None = None) -> AtRisk:
    return AtRisk(copy(number, state=CopyState.UNKNOWN), seen=seen, untouched=untouched)


def guide(*pieces: AtRisk) -> Recovery:
    return Recovery(RUN, MARKS, pieces)


def taken(answer: Recovery | Refusal) -> Recovery:
    assert isinstance(answer, Recovery), answer
    return answer


FOLDED, SEALED = at(1, Station.FOLDER), at(2, Station.SEALER)


def test_pieces_are_asked_for_in_path_order_until_each_has_its_answer() -> None:
    now = guide(FOLDED, SEALED)
    assert now.due is FOLDED
    now = taken(now.say(Word.DESTROYED))
    assert now.due is SEALED
    now = taken(now.say(Word.LATER))
    assert now.due is None
    assert [now.word_for(piece) for piece in now.pieces] == [Word.DESTROYED, Word.LATER]
    assert now.say(Word.DESTROYED) is Refusal.NOTHING_ASKED


def test_a_scanned_sheet_puts_its_own_piece_first() -> None:
    now = taken(guide(FOLDED, SEALED).scan(code(SEALED, 2)))
    assert now.due is SEALED
    assert [sheet.sheet for sheet in now.sheets_of(SEALED)] == [2]
    assert taken(now.say(Word.QUARANTINED)).due is FOLDED


def test_a_sheet_that_should_not_be_there_is_told_and_changes_nothing() -> None:
    now = guide(FOLDED)
    assert now.scan("rubbish") is Refusal.NO_SHEET
    assert now.scan(code(FOLDED, 1, run="R000009")) is Refusal.OTHER_RUN
    assert now.scan(code(SEALED, 1)) is Refusal.NOT_AT_RISK
    assert now.scan(code(FOLDED, 1, of=3)) is Refusal.OTHER_COUNT
    assert taken(now.scan(code(FOLDED, 1))).scan(code(FOLDED, 1)) is Refusal.SCANNED_ALREADY
    kept = now.strayed(code(SEALED, 1), Refusal.NOT_AT_RISK)
    assert kept.due is FOLDED
    assert [stray.why for stray in kept.strays] == [Refusal.NOT_AT_RISK]


def test_what_stands_before_the_envelopes_is_not_sealed() -> None:
    assert Word.STACKED not in FOLDED.may_be
    assert Word.STACKED in SEALED.may_be
    assert guide(FOLDED).say(Word.STACKED) is Refusal.NOT_POSSIBLE


def test_a_piece_at_two_stations_is_one_piece() -> None:
    piece = AtRisk(copy(1, sheets=3), (Place(Station.SHEET_FEEDER, 1), Place(Station.ACCUMULATOR, 2)))
    assert piece.sheets_there == 3
    assert guide(piece).due is piece


def test_only_what_never_left_the_feeder_may_stay_in_the_stack() -> None:
    assert Word.BACK not in FOLDED.may_be
    assert Word.BACK not in forgotten(1, untouched=False, seen=Station.ACCUMULATOR).may_be
    assert Word.BACK in forgotten(1).may_be


def test_back_in_the_stack_wants_the_sheet_on_top_and_holds_for_those_behind_it() -> None:
    moved, first, second = forgotten(1, untouched=False), forgotten(2), forgotten(3)
    now = taken(guide(moved, first, second).say(Word.DESTROYED))
    assert now.say(Word.BACK) is Refusal.NOT_SEEN
    under = taken(now.scan(code(first, 2)))
    assert under.say(Word.BACK) is Refusal.NOT_SEEN, "its second sheet does not lie on top"
    now = taken(taken(now.scan(code(first, 1))).say(Word.BACK))
    assert now.due is None
    assert [now.word_for(piece) for piece in now.pieces] == [Word.DESTROYED, Word.BACK, Word.BACK]


def test_what_lay_before_the_sheet_on_top_is_not_in_the_stack() -> None:
    first, second = forgotten(1), forgotten(2)
    now = taken(taken(guide(first, second).scan(code(second, 1))).say(Word.BACK))
    assert now.due is first
    assert now.say(Word.BACK) is Refusal.NOT_SEEN


def test_a_sheet_found_after_all_asks_again_for_its_piece() -> None:
    now = taken(guide(FOLDED).say(Word.LATER))
    assert taken(now.scan(code(FOLDED, 1))).due is FOLDED
    settled = taken(guide(FOLDED).say(Word.DESTROYED))
    assert taken(settled.scan(code(FOLDED, 1))).due is None


ANY_PIECES = st.lists(st.tuples(st.sampled_from([None, *Station]), st.booleans()), min_size=1, max_size=5).map(
    lambda drawn: tuple(
        forgotten(number, untouched=untouched) if station is None else at(number, station)
        for number, (station, untouched) in enumerate(drawn, 1)
    )
)
ANSWERS = st.lists(
    st.one_of(
        st.sampled_from(Word), st.tuples(st.integers(1, 6), st.integers(1, 3), st.sampled_from([RUN, "R000007"]))
    ),
    max_size=30,
)


@given(ANY_PIECES, ANSWERS)
def test_any_sequence_of_answers_ends_each_piece_with_one_named_outcome_or_unknown(
    pieces: tuple[AtRisk, ...], answers: list[Word | tuple[int, int, str]]
) -> None:
    now = guide(*pieces)
    for each in answers:
        before = now
        answer = (
            now.say(each)
            if isinstance(each, Word)
            else now.scan(code(at(each[0], Station.FOLDER), each[1], run=each[2]))
        )
        now = now if isinstance(answer, Refusal) else answer
        changed = [piece for piece in pieces if now.word_for(piece) is not before.word_for(piece)]
        assert all(before.word_for(piece) is Word.LATER for piece in changed), "a word once given stands"
        assert len(changed) <= 1 or each is Word.BACK
    for piece in pieces:
        word = now.word_for(piece)
        assert word in piece.may_be
        event = MEANING[word]
        if event is None:
            continue
        end = TRANSITIONS[CopyState.UNKNOWN, event]
        again = end in REPLACEABLE
        assert again == (event in (CopyEvent.DESTROY, CopyEvent.QUARANTINE)), (
            "printed again only when it is out of the way"
        )
        if word is Word.BACK:
            assert piece.untouched
            assert not piece.places


@pytest.mark.parametrize("word", Word)
def test_every_word_has_a_meaning_that_the_table_of_lives_knows(word: Word) -> None:
    event = MEANING[word]
    assert event is None or (CopyState.UNKNOWN, event) in TRANSITIONS
