"""The guard: whatever a file does to the process that reads it, the parent gets a plain answer and stays whole."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.errors import InputRefused, MailroomError
from mailroom.intake.guard import Crashed, Done, Guard, Limit, Limits, OverLimit, Refused, refusal
from mailroom.intake.guard.frames import Ended, Frame, FrameReader, Garbled, Late, TooLarge, WireError, packed
from mailroom.intake.guard.messages import text

SMALL = Limits(wall_s=5, cpu_s=1, memory_bytes=600 << 20, answer_bytes=4 << 20, open_files=32)


@pytest.fixture(scope="module")
def guard() -> Iterator[Guard]:
    with Guard(SMALL) as opened:
        yield opened


def running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def worker_of(guard: Guard) -> int:
    answer = guard.call("drill-answer", {"text": ""})
    assert isinstance(answer, Done)
    assert isinstance(answer.value, dict)
    process = answer.value["process"]
    assert isinstance(process, int)
    return process


def test_a_function_answers_with_a_value_and_binary_parts(guard: Guard) -> None:
    answer = guard.call("drill-answer", {"text": "hå\udc80", "size_bytes": 100_000})
    assert isinstance(answer, Done)
    assert isinstance(answer.value, dict)
    assert answer.value["text"] == r"'h\xe5\udc80'"
    assert answer.parts == (b"x" * 100_000,)


def test_a_refusal_comes_back_as_the_error_it_was(guard: Guard) -> None:
    answer = guard.call("drill-refuse", {"message": "it is\x00 broken"})
    assert answer == Refused("E1410", "it is  broken", "here", "Nothing, it is a drill.")
    error = refusal(answer, Path("letter.pdf"))
    assert error is not None
    assert (error.code, error.place) == ("E1410", "letter.pdf, here")


@pytest.mark.parametrize(
    ("function", "limit", "code"),
    [
        ("drill-memory", Limit.MEMORY, "E1402"),
        ("drill-files", Limit.OPEN_FILES, "E1403"),
        ("drill-processor", Limit.CPU, "E1401"),
    ],
)
def test_each_limit_is_kept_and_named(guard: Guard, function: str, limit: Limit, code: str) -> None:
    answer = guard.call(function, {})
    assert isinstance(answer, OverLimit)
    assert answer.limit is limit
    error = refusal(answer, Path("letter.pdf"))
    assert error is not None
    assert (error.code, error.place) == (code, "letter.pdf")
    assert answer.allowed in error.message


def test_a_file_that_takes_too_long_is_given_up() -> None:
    with Guard(Limits(wall_s=0.3)) as guard:
        process = worker_of(guard)
        assert guard.call("drill-time", {}) == OverLimit(Limit.WALL, "0.3 s")
        assert not running(process)


def test_an_endless_answer_is_cut_off(guard: Guard) -> None:
    taken: list[int] = []
    answer = guard.stream("drill-flood", {"size_bytes": 1 << 20}, lambda item: taken.append(len(item.parts[0])))
    assert answer == OverLimit(Limit.ANSWER, "4 MiB of answer")
    assert sum(taken) <= SMALL.answer_bytes


def test_one_value_is_expected_where_one_was_asked_for(guard: Guard) -> None:
    assert isinstance(guard.call("drill-flood", {"size_bytes": 1}), Crashed)


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT, signal.SIGTERM])
def test_a_crash_is_told_by_its_signal(guard: Guard, number: signal.Signals) -> None:
    answer = guard.call("drill-signal", {"number": int(number)})
    assert isinstance(answer, Crashed)
    assert answer.signal_number == number
    error = refusal(answer, Path("letter.pdf"))
    assert error is not None
    assert error.code == "E1404"
    assert number.name in error.message


@pytest.mark.parametrize(
    ("function", "arguments", "words"),
    [
        ("drill-fault", {"message": "the core is cold"}, "the core is cold"),
        ("drill-recursion", {}, "RecursionError"),
        ("drill-answer", {"no": "such argument"}, "unexpected keyword"),
    ],
)
def test_a_fault_of_our_own_is_told_in_its_last_words(
    guard: Guard, function: str, arguments: dict[str, str], words: str
) -> None:
    answer = guard.call(function, dict(arguments))
    assert isinstance(answer, Crashed)
    assert answer.status == 1
    assert words in answer.words


def test_an_answer_that_is_no_answer_is_not_understood(guard: Guard) -> None:
    assert guard.call("drill-garble", {"text": '{"kind": "done", "value": "taken"}'}) == Crashed(
        0, 0, "the answer could not be understood"
    )


def test_a_function_that_is_not_in_the_table_is_never_called(guard: Guard) -> None:
    for name in ("os:system", "drill", "mailroom.intake.guard.drill:answer"):
        with pytest.raises(KeyError):
            guard.call(name, {})


def test_after_every_fault_the_next_file_is_served(guard: Guard) -> None:
    for function in ("drill-memory", "drill-fault", "drill-recursion"):
        guard.call(function, {})
        assert isinstance(guard.call("drill-answer", {"text": ""}), Done)


def test_network_other_programs_and_writing_are_denied(guard: Guard, tmp_path: Path) -> None:
    network = guard.call("drill-network", {})
    assert isinstance(network, Done)
    assert isinstance(network.value, dict)
    assert network.value["interpreter"] == "denied"
    assert network.value["kernel"] == ("denied" if "network" in guard.sealed() else "open")
    assert guard.call("drill-process", {}) == Done("denied")
    written = guard.call("drill-write", {"path": str(tmp_path / "file")})
    assert written == Done("denied" if "files" in guard.sealed() else "written")
    assert (tmp_path / "file").exists() == (written == Done("written"))


def test_the_worker_knows_nothing_of_its_surroundings(guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILROOM_DATABASE", "secret")
    monkeypatch.setenv("PYTHONPATH", "/tmp")
    with Guard(SMALL) as fresh:
        answer = fresh.call("drill-surroundings", {})
    assert isinstance(answer, Done)
    assert isinstance(answer.value, dict)
    assert answer.value["folder"] == "/"
    environment = answer.value["environment"]
    assert isinstance(environment, dict)
    assert set(environment) <= {"GLIBC_TUNABLES", "LC_ALL", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"}


def test_no_descriptor_of_the_parent_reaches_the_worker(tmp_path: Path) -> None:
    with Guard(SMALL) as fresh:
        before = fresh.call("drill-surroundings", {})
    opened = [os.open(tmp_path, os.O_RDONLY) for _ in range(5)]
    for handle in opened:
        os.set_inheritable(handle, True)
    try:
        with Guard(SMALL) as fresh:
            assert fresh.call("drill-surroundings", {}) == before
    finally:
        for handle in opened:
            os.close(handle)


def test_one_worker_serves_many_files_and_is_replaced_in_time() -> None:
    with Guard(SMALL, calls_per_worker=3) as guard:
        processes = [worker_of(guard) for _ in range(7)]
    assert len(set(processes)) == 3
    assert processes[0] == processes[2] != processes[3] == processes[5] != processes[6]


def test_a_worker_that_died_between_two_files_is_replaced() -> None:
    with Guard(SMALL) as guard:
        process = worker_of(guard)
        os.kill(process, signal.SIGKILL)
        while _state(process) not in {"Z", ""}:
            time.sleep(0.01)
        assert worker_of(guard) != process


def _state(process: int) -> str:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return ""


def test_nothing_is_left_running() -> None:
    with Guard(SMALL, workers=2) as guard:
        first = worker_of(guard)
    assert not running(first)
    forgotten = Guard(SMALL)
    second = worker_of(forgotten)
    del forgotten
    assert not running(second)


def test_a_consumer_that_fails_ends_the_worker(guard: Guard) -> None:
    class Full(Exception):
        pass

    def take(_: Done) -> None:
        raise Full

    process = worker_of(guard)
    with pytest.raises(Full):
        guard.stream("drill-flood", {"size_bytes": 10}, take)
    assert not running(process)
    assert worker_of(guard) != process


def test_several_threads_share_the_workers() -> None:
    answers: list[object] = []
    with Guard(SMALL, workers=2) as guard:
        threads = [
            threading.Thread(target=lambda: answers.extend(worker_of(guard) for _ in range(5))) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(answers) == 20
    assert len(set(answers)) <= 2


def test_a_worker_that_does_not_start_is_said_not_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailroom.intake.guard.process.sys.executable", "/bin/false")
    with Guard(SMALL) as guard, pytest.raises(MailroomError, match="E9401") as caught:
        guard.call("drill-answer", {"text": ""})
    assert caught.value.remedy
    monkeypatch.undo()
    with Guard(SMALL) as guard:
        assert worker_of(guard)


def test_a_limit_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="above zero"):
        Limits(wall_s=0)


def test_limits_survive_the_command_line() -> None:
    assert Limits.from_text(SMALL.to_text()) == SMALL


def read(data: bytes, budget_bytes: int = 1 << 16) -> Frame | type[WireError]:
    """A frame from these bytes and no more, or what was wrong with them."""
    reader, writer = os.pipe()
    try:
        os.write(writer, data)
        os.close(writer)
        return FrameReader(reader, lambda: 0.0, 1.0, budget_bytes).read()
    except WireError as error:
        return type(error)
    finally:
        os.close(reader)


@given(st.binary(max_size=200), st.lists(st.binary(max_size=200), max_size=4))
def test_frames_come_out_as_they_went_in(body: bytes, parts: list[bytes]) -> None:
    data = b"".join(packed(body, parts))
    assert read(data) == Frame(body, tuple(parts))
    assert read(data[:-1]) is Ended
    assert read(data, len(data) - 1) is TooLarge


@given(st.binary(max_size=400))
def test_bytes_that_are_no_frame_are_never_taken_for_one(data: bytes) -> None:
    assert read(data) in {Garbled, Ended}


def test_a_frame_that_announces_more_than_allowed_is_not_waited_for() -> None:
    assert read(b"MRg1" + (1 << 15).to_bytes(4) + (1).to_bytes(4) + (1 << 60).to_bytes(8)) is TooLarge
    assert read(b"MRg1" + b"\xff" * 8) is TooLarge
    assert read(b"MRg2" + b"\x00" * 8) is Garbled


def test_silence_is_waited_for_until_the_deadline_only() -> None:
    reader, writer = os.pipe()
    with suppress(Late):
        FrameReader(reader, lambda: 2.0, 1.0, 100).read()
        pytest.fail("it came too late")
    os.close(reader)
    os.close(writer)


@given(st.text(max_size=3000))
def test_texts_of_errors_fit_and_can_be_printed(value: str) -> None:
    shown = text(value)
    assert len(shown) <= 2000
    assert shown.encode("utf-8") or not value
    assert "\n" not in shown
    assert "\x1b" not in shown


def test_a_done_call_is_no_refusal() -> None:
    assert refusal(Done(None), Path("a.pdf")) is None
    unknown = refusal(Crashed(0, 3, ""), Path("a.pdf"))
    assert isinstance(unknown, InputRefused)
    assert "status 3" in unknown.message
