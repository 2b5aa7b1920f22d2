"""The life of a copy, as a table and as random walks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.errors import MailroomError
from mailroom.domain.lifecycle import FINAL, PERSONAL, TRANSITIONS, CopyEvent, CopyState, is_person, step

PERSON = "person:Kari"


def walk(events: list[CopyEvent], who: str = PERSON) -> CopyState:
    state = CopyState.RELEASED
    for event in events:
        state = step(state, event, who)
    return state


def test_a_copy_goes_from_release_to_the_post() -> None:
    names = ("send", "accept", "print", "feed", "scan", "stack", "hand-over")
    assert walk([CopyEvent(name) for name in names]) is CopyState.MAILED


def test_three_claims_are_three_states() -> None:
    names = ("send", "accept", "print", "feed", "scan")
    states = [walk([CopyEvent(name) for name in names[:count]]) for count in (2, 3, 5)]
    assert states == [CopyState.SUBMITTED, CopyState.PRINTED, CopyState.SCANNED]


def test_nothing_is_stacked_without_a_scan() -> None:
    with pytest.raises(MailroomError, match="E7001"):
        walk([CopyEvent.SEND, CopyEvent.ACCEPT, CopyEvent.PRINT, CopyEvent.FEED, CopyEvent.STACK])


def test_no_event_leads_out_of_a_final_state() -> None:
    assert not [state for state, _ in TRANSITIONS if state in FINAL]


def test_a_copy_is_mailed_only_from_the_stacker_and_only_by_a_person() -> None:
    into_mailed = [at for at, to in TRANSITIONS.items() if to is CopyState.MAILED]
    assert into_mailed == [(CopyState.STACKED, CopyEvent.HAND_OVER)]
    assert CopyEvent.HAND_OVER in PERSONAL


def test_unknown_is_left_only_by_a_person_or_by_machine_evidence() -> None:
    machine_or_queue = {CopyEvent.PRINT, CopyEvent.STACK, CopyEvent.DIVERT, CopyEvent.NOT_FED}
    leaving = {event for state, event in TRANSITIONS if state is CopyState.UNKNOWN}
    assert leaving <= PERSONAL | machine_or_queue


def test_every_state_can_be_reached_and_left_for_an_end() -> None:
    reached = {CopyState.RELEASED} | set(TRANSITIONS.values())
    assert reached == set(CopyState)
    ends = set(FINAL)
    while more := {state for (state, _), to in TRANSITIONS.items() if to in ends} - ends:
        ends |= more
    assert ends == set(CopyState)


@pytest.mark.parametrize("who", ["system", "machine:SIM-1", "person:", "person:  ", ""])
def test_a_personal_event_needs_a_named_person(who: str) -> None:
    assert not is_person(who)
    with pytest.raises(MailroomError, match="E7002"):
        step(CopyState.UNKNOWN, CopyEvent.DESTROY, who)


@given(st.lists(st.sampled_from(CopyEvent), max_size=30))
def test_a_walk_ends_for_good_in_a_final_state(events: list[CopyEvent]) -> None:
    state = CopyState.RELEASED
    for event in events:
        if state in FINAL:
            with pytest.raises(MailroomError, match="E7001"):
                step(state, event, PERSON)
            continue
        if (state, event) in TRANSITIONS:
            state = step(state, event, PERSON)
        else:
            with pytest.raises(MailroomError, match="E7001"):
                step(state, event, PERSON)
