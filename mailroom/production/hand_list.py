"""The hand list of a batch, drawn up from the plan's word on each piece."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mailroom.domain.piece import Copy, MailPiece
from mailroom.domain.run import Batch
from mailroom.planning.insert import InsertItem
from mailroom.planning.words import grams, millimetres
from mailroom.production.papers.hand_list import HandList, HandPiece
from mailroom.production.papers.posting import tray_id

_FOLDS = {"none": "flat", "half": "in half", "c": "C fold", "z": "Z fold"}


def hand_list_file(batch: Batch) -> str:
    """The list's name; it lies beside the print file."""
    return f"{batch.id}.hand-list.pdf"


def draw_up_hand_list(
    batch: Batch,
    fold: str,
    client: str,
    copies: Sequence[Copy],
    pieces: Mapping[str, MailPiece],
    items: Mapping[str, InsertItem],
) -> HandList:
    """The pieces in the order of the stack; `items` tell the inserts' titles."""
    return HandList(
        run=batch.run,
        batch=batch.id,
        client=client,
        envelope=batch.envelope,
        fold=_FOLDS.get(fold, fold),
        reprint=batch.reprint,
        pieces=tuple(_piece(order, copy, pieces[copy.piece], items) for order, copy in enumerate(copies, 1)),
    )


def _piece(order: int, copy: Copy, piece: MailPiece, items: Mapping[str, InsertItem]) -> HandPiece:
    details, postage = piece.details, piece.details.postage
    return HandPiece(
        order=order,
        piece=piece.id,
        copy=copy.copy,
        lines=piece.lines,
        envelope=piece.envelope,
        sheets=piece.sheets,
        inserts=tuple(items[each.name].title if each.name in items else each.name for each in details.inserts),
        # A reprint comes when its own tray may be gone: at hand-over it is put into one behind the others.
        tray=f"{tray_id(piece.run, postage.tray)}, {postage.destination}" if postage and copy.copy == 1 else "",
        product=f"{postage.product}, {postage.format}" if postage else "",
        weight=f"{grams(details.weight_mg)}, {millimetres(details.thickness_um)} thick" if details.weight_mg else "",
        why=next((text for code, text in details.reasons if code == "manual"), "no machine fills it."),
    )
