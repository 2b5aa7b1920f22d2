"""A private print server for trying out and for tests: cupsd and a real IPP Everywhere printer, on loopback only.

Nothing of the system's own CUPS is touched or needed: own configuration, own spool, free ports, no root. As root, cupsd
hands its printing programs to user `lp`, who must reach the spool; so what the servers need to run lies in a folder of
its own below /tmp, and only the printed stacks and the fault files lie in the folder that was given.

`ippeveprinter` insists on a D-Bus even when it announces nothing, so it gets a private one. Avahi is not needed.
"""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from spool.atomic import disk_error
from spool.job import SpoolError
from spool.queues import watchdog
from spool.queues.press import stack_files
from spool.queues.private_cups_files import configuration

_PROGRAMS = {
    "cupsd": "cups-daemon",
    "lpadmin": "cups-client",
    "ippeveprinter": "cups-ipp-utils",
    "dbus-daemon": "dbus-daemon",
}
_PATH = os.pathsep.join(("/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin"))
_START_SECONDS = 20.0
_STEP_SECONDS = 0.02
_SETTLE_SECONDS = 1.0


class PrivateCups:
    """A running print server; use as a context manager, or call `stop`.

    server      "localhost:PORT", for `CupsQueue` and for `lp -h`
    printer     name of the queue
    stack_dir   where printed stacks appear (see `spool.queues.press`)
    fault_dir   files that play a press in trouble: `jam`, `abort`, `mute`
    home        the servers' own files, removed by `stop`

    Errors: E3130 programs are missing (the message names the Debian packages), E3131 a server did not start.
    """

    printer = "press"

    def __init__(self, folder: Path, *, seconds_per_sheet: float = 0.0) -> None:
        self._programs = _find_programs()
        self.stack_dir, self.fault_dir = folder / "stack", folder / "faults"
        try:
            for part in (self.stack_dir, self.fault_dir):
                part.mkdir(parents=True, exist_ok=True)
            self.home = Path(tempfile.mkdtemp(prefix=watchdog.HOME_PREFIX, dir="/tmp"))
            self.home.chmod(0o711)
        except OSError as error:
            raise disk_error(error, folder) from error
        self._port, self._press_port = _free_ports(2)
        self.server = f"localhost:{self._port}"
        self._servers: dict[str, subprocess.Popen[bytes]] = {}
        self._sessions: set[int] = set()
        self._guard = _start_guard(self.home)
        try:
            self._start(seconds_per_sheet)
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def sessions(self) -> frozenset[int]:
        """The sessions in which all processes of the servers live."""
        return frozenset(self._sessions)

    @property
    def processes(self) -> dict[str, int]:
        """The process id of each server."""
        return {program: server.pid for program, server in self._servers.items()}

    def stack_file(self, key: str) -> Path | None:
        """The first printed stack of a key; None before it is printed."""
        files = stack_files(self.stack_dir, key)
        return files[0] if files else None

    def kill_cupsd(self) -> None:
        """Kill cupsd as a power cut would: no goodbye, nothing saved. The printer goes on."""
        server = self._servers["cupsd"]
        server.kill()
        server.wait()

    def restart_cupsd(self) -> None:
        """Start cupsd again on the same port and spool, after ending it in good order if it still runs."""
        server = self._servers["cupsd"]
        server.terminate()
        server.wait()
        self._start_cupsd()

    def run(self, program: str, *arguments: str) -> str:
        """Run one of CUPS's client programs against this server and return what it printed. E3132 if it fails."""
        command = [self._programs.get(program) or _which(program) or program, "-h", self.server, *arguments]
        try:
            done = subprocess.run(
                command, env=self._environment(), capture_output=True, text=True, timeout=30, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _failed(program, str(error)) from error
        if done.returncode:
            raise _failed(program, done.stderr.strip())
        return done.stdout

    def stop(self) -> None:
        """End every process and remove the servers' own files; the stacks stay. May be called again."""
        for server in self._servers.values():
            server.terminate()
        watchdog.end(self._sessions)
        for server in self._servers.values():
            server.wait()
        shutil.rmtree(self.home, ignore_errors=True)
        # Nothing is left to guard, and the numbers may soon belong to others.
        if self._guard.returncode is None:
            self._guard.communicate(b"done\n")
        self._sessions.clear()

    def _start(self, seconds_per_sheet: float) -> None:
        configuration(self.home, self._port)
        bus = self.home / "bus"
        self._launch("dbus-daemon", f"--config-file={self.home / 'dbus.conf'}", "--nofork", "--nopidfile")
        self._await("dbus-daemon", lambda: _answers(str(bus)))
        self._launch(
            "ippeveprinter",
            *("-r", "off", "-2", "-n", "localhost", "-p", str(self._press_port), "-f", "application/pdf"),
            *("-K", str(self.home / "ssl"), "-d", str(self.home / "received"), "-k"),
            *("-c", str(self._write_press_command(seconds_per_sheet)), self.printer),
            extra={"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={bus}"},
        )
        self._await("ippeveprinter", lambda: _answers(("localhost", self._press_port)))
        self._start_cupsd()
        # With any other error policy CUPS prints a job again by itself after a fault of the device.
        self.run(
            "lpadmin",
            *("-p", self.printer, "-E", "-v", f"ipp://localhost:{self._press_port}/ipp/print"),
            *("-m", "everywhere", "-o", "printer-error-policy=abort-job"),
        )
        self._await_queue()

    def _start_cupsd(self) -> None:
        conf = self.home / "conf"
        self._launch("cupsd", "-f", "-c", str(conf / "cupsd.conf"), "-s", str(conf / "cups-files.conf"))
        self._await("cupsd", lambda: _answers(("localhost", self._port)))

    def _await_queue(self) -> None:
        """Wait until cupsd has looked at the printer.

        Since 2.4 it does so after lpadmin has its answer, and then sets the queue going whatever was asked meanwhile.
        Its log tells the end of that; an earlier version has nothing to tell, so the wait for it is short.
        """
        ppd, log = (self.home / part for part in (f"conf/ppd/{self.printer}.ppd", "log/error_log"))
        self._await("cupsd", ppd.exists)
        told, waited = f'Printer "{self.printer}" is now available', 0.0
        while told not in log.read_text(errors="replace") and waited < _SETTLE_SECONDS:
            time.sleep(_STEP_SECONDS)
            waited += _STEP_SECONDS

    def _write_press_command(self, seconds_per_sheet: float) -> Path:
        """`ippeveprinter` takes the path of a program without arguments, so they are written into one."""
        words = [sys.executable, "-m", "spool.queues.press", "--stack", str(self.stack_dir.resolve())]
        words += ["--faults", str(self.fault_dir.resolve()), "--seconds-per-sheet", str(seconds_per_sheet)]
        command = self.home / "press"
        command.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$1"\n')
        command.chmod(0o755)
        return command

    def _launch(self, program: str, *arguments: str, extra: Mapping[str, str] | None = None) -> None:
        with (self.home / f"{program}.log").open("ab") as log:
            server = subprocess.Popen(
                [self._programs[program], *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment() | dict(extra or {}),
                start_new_session=True,
            )
        self._servers[program] = server
        self._sessions.add(server.pid)
        assert self._guard.stdin is not None
        self._guard.stdin.write(b"%d\n" % server.pid)
        self._guard.stdin.flush()

    def _await(self, program: str, ready: Callable[[], bool]) -> None:
        waited = 0.0
        while not ready():
            if self._servers[program].poll() is not None or waited > _START_SECONDS:
                raise _failed(program, self._last_words(program), code="E3131")
            time.sleep(_STEP_SECONDS)
            waited += _STEP_SECONDS

    def _last_words(self, program: str) -> str:
        logs = (self.home / f"{program}.log", self.home / "log" / "error_log")
        lines = [line for log in logs if log.exists() for line in log.read_text(errors="replace").splitlines()]
        return " / ".join(lines[-3:]) or "it said nothing"

    def _environment(self) -> dict[str, str]:
        """A small environment: CUPS_SERVER and the like of the caller must not lead the programs elsewhere."""
        home = str(self.home)
        package_root = str(Path(__file__).resolve().parents[2])
        return {"PATH": _PATH, "LANG": "C.UTF-8", "HOME": home, "TMPDIR": home, "PYTHONPATH": package_root}


def _which(program: str) -> str | None:
    return shutil.which(program, path=_PATH)


def _find_programs() -> dict[str, str]:
    found = {program: path for program in _PROGRAMS if (path := _which(program)) is not None}
    missing = [program for program in _PROGRAMS if program not in found]
    if missing:
        packages = " ".join(_PROGRAMS[program] for program in missing)
        raise SpoolError(
            "E3130",
            f"A private print server can't be started: {', '.join(missing)} not found",
            remedy=f"Install them: apt-get install {packages} (or use the folder queue).",
        )
    return found


def _free_ports(count: int) -> Sequence[int]:
    """Ports that are free now on loopback; taken together, so that they differ."""
    sockets = [socket.create_server(("localhost", 0)) for _ in range(count)]
    try:
        return [taken.getsockname()[1] for taken in sockets]
    finally:
        for taken in sockets:
            taken.close()


def _answers(address: tuple[str, int] | str) -> bool:
    """Whether somebody listens at a TCP address or a socket file. A socket file exists a moment before it does."""
    try:
        if isinstance(address, tuple):
            socket.create_connection(address, timeout=1).close()
        else:
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(address)
    except OSError:
        return False
    return True


def _start_guard(home: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-I", watchdog.__file__, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _failed(program: str, detail: str, *, code: str = "E3132") -> SpoolError:
    fact = "did not start" if code == "E3131" else "failed"
    return SpoolError(code, f"{program} {fact}: {detail}", remedy="Read the message, mend the cause, then try again.")
