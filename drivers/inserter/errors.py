"""Errors of the inserter driver: code, fact, place and what the operator does about it.

E20xx are the driver's own (port, line, journal, profile); E21xx are the machine's faults and refusals, where the last
two digits are the canonical fault number (see faults.py).
"""

from __future__ import annotations

from drivers.inserter.faults import explain
from drivers.inserter.vocabulary import Fault


class InserterError(Exception):
    """A fault of the inserter, of the line to it or of its use."""

    def __init__(self, code: str, message: str, *, place: str = "", remedy: str = "") -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message
        self.place = place
        self.remedy = remedy


class PortTrouble(InserterError):
    """E2001: the port can't be opened, was unplugged, or takes no more bytes. The driver tries again by itself."""

    def __init__(
        self,
        message: str,
        *,
        place: str,
        code: str = "E2001",
        remedy: str = "Check cable, power and the port's name; no other program may use it.",
    ) -> None:
        super().__init__(code, message, place=place, remedy=remedy)


class PortHeld(PortTrouble):
    """E2015: another program has locked the port; `holders` name it, as far as the system tells."""

    def __init__(self, holders: tuple[str, ...], *, place: str) -> None:
        super().__init__(
            f"The port is held by {', '.join(holders) or 'another program'}",
            place=place,
            code="E2015",
            remedy="End that program, or name another port: two hosts on one line garble each other's frames.",
        )


class LinkDown(InserterError):
    """E2002 (no answer) or E2004 (no common protocol version). The command surely never left this host, so it may be
    given again."""

    def __init__(self, message: str, *, place: str = "", code: str = "E2002") -> None:
        super().__init__(code, message, place=place, remedy=_LINK_REMEDIES[code])


_LINK_REMEDIES = {
    "E2002": "Check that the machine is on and connected, then give the command again.",
    "E2004": "Machine and driver speak different versions of the protocol: update one of them.",
}


class OutcomeUnknown(InserterError):
    """E2003: the command was sent, but no reply came: nobody knows whether it acted. Never give it again blindly."""

    def __init__(self, message: str, *, place: str = "") -> None:
        super().__init__(
            "E2003",
            message,
            place=place,
            remedy="Look at the machine: compare its status and positions with the journal, then decide.",
        )


class CommandRefused(InserterError):
    """E21xx: the machine understood the command and did not do it. `fault` tells why, `text` is the machine's word."""

    def __init__(self, fault: Fault, text: str, *, place: str = "") -> None:
        known = explain(fault)
        message = f"The machine refused: {known.meaning}" + (f" ({text})" if text else "")
        super().__init__(known.code, message, place=place, remedy=known.remedy)
        self.fault = fault
        self.text = text


class SinkFailed(InserterError):
    """E2007: the journal did not take events; `__cause__` tells why. They stay unacknowledged and are offered again."""

    def __init__(self, message: str, *, place: str) -> None:
        super().__init__(
            "E2007",
            message,
            place=place,
            remedy="Mend the journal's store (disk, database): the events wait.",
        )


class EventsLost(InserterError):
    """E2008: events `first`…`last` of power-up `boot_id` can't be had any more. Nothing after them is delivered until
    somebody has accepted the loss."""

    def __init__(self, boot_id: int, first: int, last: int, reason: str) -> None:
        super().__init__(
            "E2008",
            f"Events {first} to {last} of the machine are lost: {reason}",
            place=f"boot {boot_id:08X}",
            remedy="Treat every piece on the machine as unknown, check them by hand, then accept the loss.",
        )
        self.boot_id = boot_id
        self.first = first
        self.last = last


def recount_error(boot_id: int, next_event: int, taken: int) -> InserterError:
    """E2009: the machine has begun to count its events anew without a new boot id: none of them can be told apart from
    one that the journal has."""
    return InserterError(
        "E2009",
        f"The machine's next event is {next_event}, but event {taken} has been seen already",
        place=f"boot {boot_id:08X}",
        remedy="Treat every piece on the machine as unknown, then switch the machine off and on.",
    )


class ProfileError(InserterError):
    """E2011: a machine profile that can't be used; `place` is file, line and key."""

    def __init__(self, message: str, *, place: str) -> None:
        super().__init__(
            "E2011", message, place=place, remedy="Correct the profile; docs/protocols/driver.md has the keys."
        )


def malformed_error(text: str, *, place: str) -> InserterError:
    """E2005: the machine could not make sense of the command; it did nothing."""
    remedy = "Driver and machine disagree on the protocol: update one of them."
    return InserterError("E2005", f"The machine could not read the command: {text}", place=place, remedy=remedy)


def unsupported_error(command: str) -> InserterError:
    """E2006: the machine has no such command; it did nothing."""
    return InserterError("E2006", f"The machine does not know {command}", place=command, remedy="Do it at the machine.")


def argument_error(message: str) -> InserterError:
    """E2010: a value that the protocol or the machine can't carry; nothing was sent."""
    return InserterError("E2010", message, remedy="Correct the job or the piece; nothing was sent to the machine.")


def limit_error(message: str, *, place: str) -> InserterError:
    """E2012: a job or piece beyond what the machine's profile allows; nothing was sent."""
    return InserterError("E2012", message, place=place, remedy="Take the piece out of this run or use another machine.")


def listen_only_error(machine: str) -> InserterError:
    """E2016: the machine takes no commands; it only tells what leaves it."""
    remedy = "Drive it by files ([inserter] template in the settings) or by hand, and observe its exit beside."
    return InserterError("E2016", f"{machine} can only be observed: it takes no commands", place=machine, remedy=remedy)


def busy_error(command: str) -> InserterError:
    """E2014: another command has waited for its reply all the time; this one was not sent."""
    remedy = "Give the command again; halt never waits."
    return InserterError("E2014", f"{command} was not sent: another command still waits", place=command, remedy=remedy)


def use_error(message: str) -> InserterError:
    """E2013: the driver was used against its rules."""
    return InserterError("E2013", message, remedy="This is a fault of the program that calls the driver: report it.")
