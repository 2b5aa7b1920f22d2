"""The outlook of a run: what `run start` would do with what waits, found out without doing it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from mailroom.domain.document import Document, DocumentState
from mailroom.domain.errors import MailroomError
from mailroom.planning.household import Outlier
from mailroom.planning.likeness import Proposal
from mailroom.planning.piece import Reason
from mailroom.planning.postage.manifest import Manifest
from mailroom.planning.postage.rating import TooFew
from mailroom.planning.stock import InsertUse
from mailroom.planning.totals import Totals, totals
from mailroom.production.books import read_books
from mailroom.production.compose import compose_waiting
from mailroom.production.plan import nothing_waits, plan_pieces
from mailroom.production.plant import Plant
from mailroom.production.release import question
from mailroom.production.run_plan import RunPlan
from mailroom.production.run_window import open_run


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a run would be.

    totals     of the pieces that the run would have; documents set aside are not in them
    inserts    of these pieces: how many go, and how many are left then
    postage    the manifest as it will be if every piece is mailed; None where no prices are configured
    too_few    products that are not used because too few pieces would go with them
    set_aside  documents that would get no piece, with the reason
    release    why the run would wait for release; empty when it would not
    """

    totals: Totals
    inserts: tuple[InsertUse, ...]
    postage: Manifest | None
    too_few: tuple[TooFew, ...]
    outliers: tuple[Outlier, ...]
    proposals: tuple[Proposal, ...]
    set_aside: tuple[tuple[Document, str], ...]
    notices: tuple[Reason, ...]
    release: tuple[str, ...]


def look_ahead(plant: Plant) -> Outlook:
    """Compose what waits and plan it. The ledger is told only what can't be composed, as every composing does.

    E7016 while a run is open, because `run start` would go on with it; E7011 when nothing waits."""
    run = open_run(plant)
    if run is not None:
        raise MailroomError(
            "E7016",
            f"run {run.id} is open: run start would go on with it and plan nothing new",
            place=str(plant.folder),
            remedy=f"Look at it (mailroom run show {run.id}), finish it and close it; then look ahead.",
        )
    composed, refused = compose_waiting(plant)
    with plant.read_ledger() as ledger:
        aside = ledger.documents(DocumentState.SET_ASIDE)
        books = read_books(ledger, plant.floor.setup.items)
    if not composed and not refused:
        raise nothing_waits(aside)
    now_aside = {each.id for each in refused}
    plan = plan_pieces(composed, plant.floor, books, plant.clock().date(), plant.sides)
    return outlook(plan, [(each, each.problem) for each in aside if each.id in now_aside], plant)


def outlook(plan: RunPlan, not_composed: list[tuple[Document, str]], plant: Plant) -> Outlook:
    """The outlook of a plan."""
    going = {piece.documents[0].document for piece in plan.pieces}
    pieces = tuple(piece for piece in plan.plan.pieces if piece.key in going)
    # What no product takes is in the plan and not in the run: its inserts stay in stock.
    gone = Counter(each.name for piece in pieces for each in piece.inserts)
    post = plant.floor.post
    asked = question(plan, plant.release)
    return Outlook(
        totals=totals(replace(plan.plan, pieces=pieces, set_apart=())),
        inserts=tuple(_use(use, gone[use.name]) for use in plan.plan.inserts),
        postage=plan.postage.totals("", post.schemes) if plan.postage is not None and post is not None else None,
        too_few=plan.postage.too_few if plan.postage is not None else (),
        outliers=plan.plan.outliers,
        proposals=plan.plan.proposals,
        set_aside=(*not_composed, *plan.set_aside),
        notices=plan.plan.notices,
        release=asked.reasons if asked is not None else (),
    )


def _use(use: InsertUse, used: int) -> InsertUse:
    return replace(use, used=used, left=None if use.left is None else use.left + use.used - used)
