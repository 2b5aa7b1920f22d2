"""Shutting the doors of a worker before it sees a file: limits, no network, no other program, nothing written.

What the kernel offers is used (Linux: seccomp for calls, Landlock for the file system); a hook of the interpreter
refuses the network and other programs in any case.
"""

from __future__ import annotations

import ctypes
import math
import os
import platform
import resource
import sys
from typing import Literal

from mailroom.intake.guard.limits import Limits

Door = Literal["network", "files"]

_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2

# Berkeley packet filter instructions that are needed: load a word, compare, return (linux/bpf_common.h).
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _DENY_EPERM = 0x7FFF0000, 0x00050001
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4
_X32_BIT = 0x40000000

_CALLS = {
    # socket, socketpair, execve, execveat, ptrace, process_vm_writev, kill, io_uring_setup (which could open sockets)
    "x86_64": (0xC000003E, (41, 53, 59, 322, 101, 311, 62, 425)),
    "aarch64": (0xC00000B7, (198, 199, 221, 281, 117, 271, 129, 425)),
}
"""Audit number of the architecture and the numbers of the calls that are denied (linux/audit.h, unistd.h)."""

_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446  # alike on all architectures
_LANDLOCK_VERSION_FLAG = 1
_RIGHTS_BY_VERSION = ((1, 0x1FF3), (2, 0x2000), (3, 0x4000))
"""Execute, write, remove and make anything (version 1), link across folders (2), truncate (3): all but read."""

_DENIED_EVENTS = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "pty.")


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction)))


class _Ruleset(ctypes.Structure):
    _fields_ = (("handled_access_fs", ctypes.c_uint64),)


def confine(limits: Limits) -> list[Door]:
    """Confine this process for good. Returns what the kernel itself holds shut."""
    for kind, value in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (value, value))
    sys.addaudithook(_refuse)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # The file system first: the calls that it needs must not be judged by the filter.
    doors: list[Door] = []
    if _seal_files(libc):
        doors.append("files")
    if _seal_calls(libc):
        doors.append("network")
    return doors


def allow_processor(seconds: int) -> None:
    """Let this process use `seconds` more of processor time than it has used; then the kernel ends it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    limit = math.ceil(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))


def _refuse(event: str, _arguments: tuple[object, ...]) -> None:
    if event.startswith(_DENIED_EVENTS):
        raise PermissionError(f"{event} is not allowed while a file is read")


def _seal_calls(libc: ctypes.CDLL) -> bool:
    if platform.machine() not in _CALLS or sys.maxsize < 2**32:
        return False
    architecture, denied = _CALLS[platform.machine()]
    last = len(denied) + 5
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 0, last - 2, architecture),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, last - 4, 0, _X32_BIT),
        *((_EQUAL, last - 5 - place, 0, number) for place, number in enumerate(denied)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _DENY_EPERM),
    ]
    instructions = (_Instruction * len(steps))(*(_Instruction(*step) for step in steps))
    program = _Program(len(steps), instructions)
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0)


def _seal_files(libc: ctypes.CDLL) -> bool:
    version = libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), _LANDLOCK_VERSION_FLAG)
    if version < 1:
        return False
    ruleset = _Ruleset(sum(rights for since, rights in _RIGHTS_BY_VERSION if version >= since))
    size = ctypes.c_size_t(ctypes.sizeof(ruleset))
    handle = libc.syscall(_LANDLOCK_CREATE, ctypes.byref(ruleset), size, 0)
    if handle < 0:
        return False
    try:
        return bool(libc.syscall(_LANDLOCK_RESTRICT, handle, 0) == 0)
    finally:
        os.close(handle)
