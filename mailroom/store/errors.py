"""Errors of the store."""

from __future__ import annotations

from mailroom.domain.errors import MailroomError


class StoreError(MailroomError):
    """The ledger can't be read or written, or refuses what it was given.

    E6501 locked, E6502 disk full, E6503 read-only, E6504 not a database or damaged, E6505 can't be opened, E6506 I/O
    error, E6507 of a newer version, E6508 not yet upgraded, E6509 a rule of the store refuses the change, E6510 the row
    is not there, E6511 a stored value makes no sense, E6512 an address this store can't take; E9601 and E9602 are
    mistakes of the calling program."""
