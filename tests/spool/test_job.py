"""Errors of the spool survive the way between processes."""

from __future__ import annotations

import pickle

import pytest

from spool.job import QueueRefused, QueueUncertain, SpoolError


@pytest.mark.parametrize("kind", [SpoolError, QueueRefused, QueueUncertain])
def test_an_error_comes_whole_out_of_a_worker_process(kind: type[SpoolError]) -> None:
    error = kind("E6101", "A fact", place="here", remedy="Do this.")
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is kind
    assert (back.code, back.message, back.place, back.remedy) == ("E6101", "A fact", "here", "Do this.")
    assert str(back) == str(error)
