"""Values of a control file: what the inserter must do with each piece of one batch. Schema in docs/control-file.md."""

from __future__ import annotations

from dataclasses import dataclass

SCHEMA = "mailroom-control/2"


@dataclass(frozen=True, slots=True)
class ControlHeader:
    """First line of a control file.

    `job` is the batch's key and is unique for ever. `created` is ISO 8601 with offset. `fed_first` says which sheet of
    each piece the machine takes first: "first-sheet" or "last-sheet".
    """

    job: str
    run: str
    created: str
    client: str
    envelope: str
    fold: str
    stock: str
    sides: str
    mark_set: str
    fed_first: str
    code_template: str
    print_file: str
    print_file_sha256: str
    pieces: int
    sheets: int


@dataclass(frozen=True, slots=True)
class ControlPiece:
    """One piece in the order in which the inserter is fed.

    first_sheet is 1-based, counts sheets as they are fed, and is the place of the one fed first; selects are insert
    feeders; lines are the address as printed. `previous_copy` names the copy that this one replaces, or None.
    """

    order: int
    piece: str
    copy: int
    sheets: int
    first_sheet: int
    selects: tuple[int, ...]
    divert: bool
    customer: str
    lines: tuple[str, ...]
    postcode: str
    country: str
    documents: tuple[str, ...]
    previous_copy: int | None = None


@dataclass(frozen=True, slots=True)
class ControlFile:
    """A whole control file."""

    header: ControlHeader
    pieces: tuple[ControlPiece, ...]
