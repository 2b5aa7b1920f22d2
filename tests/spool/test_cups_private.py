"""The private print server leaves nothing behind: no process, no folder, whichever way its owner ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from spool.job import SpoolError
from spool.queues import private_cups, watchdog
from spool.queues.private_cups import PrivateCups
from tests.spool.cups_server import needs_cups, wait_until

skip_without_cups = needs_cups[1]

OWNER = """
import sys
from pathlib import Path
from spool.queues.private_cups import PrivateCups

server = PrivateCups(Path(sys.argv[1]))
print(*sorted(server.sessions), server.home, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.cups
@skip_without_cups
def test_nothing_stays_when_the_owner_dies(tmp_path: Path, how: signal.Signals) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    *numbers, home = owner.stdout.readline().split()
    sessions = {int(number) for number in numbers}
    assert len(sessions) == 3
    assert len(watchdog.members(sessions)) >= 3
    owner.send_signal(how)
    owner.communicate()
    wait_until(lambda: not watchdog.members(sessions))
    wait_until(lambda: not Path(home).exists())


@pytest.mark.cups
@skip_without_cups
def test_nothing_stays_after_stop_and_stop_may_be_called_again(tmp_path: Path) -> None:
    server = PrivateCups(tmp_path)
    sessions = set(server.sessions)
    assert server.home.exists()
    server.stop()
    server.stop()
    assert watchdog.members(sessions) == []
    assert not server.home.exists()
    assert server.stack_dir.exists()


@pytest.mark.cups
@skip_without_cups
def test_it_listens_on_loopback_only(tmp_path: Path) -> None:
    with PrivateCups(tmp_path) as server:
        ports = {int(server.server.rpartition(":")[2])}
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            for row in Path(table).read_text().splitlines()[1:]:
                address, _, port = row.split()[1].partition(":")
                if int(port, 16) in ports and row.split()[3] == "0A":
                    assert address in ("0100007F", "00000000000000000000000001000000")


def test_missing_programs_are_named_with_their_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_cups, "_PATH", os.fspath(tmp_path))
    with pytest.raises(SpoolError) as caught:
        PrivateCups(tmp_path)
    assert caught.value.code == "E3130"
    assert "cupsd, lpadmin, ippeveprinter, dbus-daemon not found" in caught.value.message
    assert "apt-get install cups-daemon cups-client cups-ipp-utils dbus-daemon" in caught.value.remedy


@pytest.mark.cups
@skip_without_cups
def test_a_server_that_does_not_start_is_named_and_nothing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes: list[Path] = []
    start_guard = private_cups._start_guard

    def remember(home: Path) -> subprocess.Popen[bytes]:
        homes.append(home)
        return start_guard(home)

    monkeypatch.setattr(private_cups, "_start_guard", remember)
    monkeypatch.setattr("spool.queues.private_cups_files._CUPSD", "Listen nowhere.invalid:{port}\nNonsense\n")
    with pytest.raises(SpoolError) as caught:
        PrivateCups(tmp_path)
    assert caught.value.code == "E3131"
    assert "cupsd did not start" in caught.value.message
    assert [home.exists() for home in homes] == [False]


@pytest.mark.cups
@skip_without_cups
def test_a_program_that_fails_is_named(tmp_path: Path) -> None:
    with PrivateCups(tmp_path) as server:
        with pytest.raises(SpoolError) as caught:
            server.run("lp", "-d", "nobody", "/etc/hostname")
        assert caught.value.code == "E3132"


def test_the_watchdog_ends_stubborn_processes_of_a_session() -> None:
    stubborn = subprocess.Popen(
        ["/bin/sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert stubborn.stdout is not None
    assert stubborn.stdout.readline() == b"ready\n"
    watchdog.end({stubborn.pid}, term_seconds=0.2)
    assert stubborn.wait() == -signal.SIGKILL
    stubborn.stdout.close()
