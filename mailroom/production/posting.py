"""The posting of a run at hand-over: the trays as they were planned, from what the ledger kept of each piece, and what
of them was mailed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from mailroom.domain.details import Postage
from mailroom.domain.errors import MailroomError
from mailroom.domain.journal import ChainedEntry
from mailroom.domain.lifecycle import CopyState
from mailroom.domain.piece import Copy, MailPiece, PieceState
from mailroom.domain.run import MailRun
from mailroom.planning.envelope import EnvelopeType
from mailroom.planning.postage.item import PostalItem, folded_postcode
from mailroom.planning.postage.manifest import Manifest, draw_up_manifest
from mailroom.planning.postage.rating import Offer, RatedItem
from mailroom.planning.postage.scheme import Scheme
from mailroom.planning.postage.tariff import Tariff
from mailroom.planning.postage.trays import Tray, presort
from mailroom.production.floor import Floor
from mailroom.production.ports import Ledger

_ENDS = {f"piece.{state.value}": state.value for state in (PieceState.WITHDRAWN, PieceState.MOVED)}


@dataclass(frozen=True, slots=True)
class Posting:
    """A run's trays as planned, with the prices and schemes that they were planned by."""

    run: str
    tariff: Tariff
    trays: tuple[Tray, ...]
    schemes: Mapping[str, Scheme]


def planned_posting(run: str, pieces: Iterable[MailPiece], floor: Floor) -> Posting | None:
    """The posting of a run from all its pieces; None when its pieces were planned without postage.

    Products, prices and trays are those that the ledger has of each piece: nothing is chosen anew. E7042 when prices,
    schemes or envelopes of today's settings no longer give them, so that the papers would differ from the plan.
    """
    posted = [(piece, piece.details.postage) for piece in pieces if piece.details.postage is not None]
    if not posted:
        return None
    if floor.post is None:
        raise _changed(run, "the settings name no prices any more")
    tariff = floor.post.prices.on(posted[0][1].planned_for)
    envelopes = {each.name: each for each in floor.setup.envelopes}
    rated = [_rated(piece, postage, tariff, envelopes) for piece, postage in posted]
    trays = presort(rated, floor.post.schemes)
    planned = {piece.id: (postage.tray, postage.destination) for piece, postage in posted}
    for tray in trays:
        for each in tray.pieces:
            if planned[each.item.id] != (tray.number, tray.destination.title):
                raise _changed(run, f"{each.item.id} would no longer lie in tray {planned[each.item.id][0]}")
    return Posting(run, tariff, trays, floor.post.schemes)


def as_handed_over(ledger: Ledger, posting: Posting, on: date) -> Manifest:
    """The manifest of what was mailed on a day. A piece of which another copy than the first was mailed lies in a tray
    behind the others, because its own was filled without it."""
    mailed = {copy.piece: copy.copy > 1 for copy in mailed_copies(ledger, posting.run)}
    drawn = draw_up_manifest(
        posting.run,
        replace(posting.tariff, day=on),
        posting.trays,
        mailed,
        posting.schemes,
        _whys(ledger.entries(run=posting.run)),
    )
    if on == posting.tariff.day:
        return drawn
    told = (
        f"Handed over on {on}; products, prices and trays are those of {posting.tariff.day}, for which it was planned."
    )
    return replace(drawn, problems=(*drawn.problems, told))


def batches_of_trays(ledger: Ledger, run: MailRun, trays: Iterable[Tray]) -> dict[int, str]:
    """By tray, the batches whose pieces are in it, in their order."""
    batch_of = {copy.piece: copy.batch for copy in mailed_copies(ledger, run.id)}
    found: dict[int, str] = {}
    for tray in trays:
        first, *more = sorted({batch_of[piece.item.id] for piece in tray.pieces}, key=lambda batch: (len(batch), batch))
        found[tray.number] = ", ".join((first, *(batch.removeprefix(f"{run.id}-") for batch in more)))
    return found


def mailed_copies(ledger: Ledger, run: str) -> list[Copy]:
    """The one copy of each mailed piece that was handed over."""
    return [copy for copy in ledger.copies_of_run(run) if copy.state is CopyState.MAILED]


def _rated(piece: MailPiece, postage: Postage, tariff: Tariff, envelopes: Mapping[str, EnvelopeType]) -> RatedItem:
    envelope = envelopes.get(piece.envelope)
    if envelope is None:
        raise _changed(piece.run, f"the envelope {piece.envelope} of {piece.id} is not among the envelopes")
    width_mm, length_mm = sorted((envelope.width_mm, envelope.height_mm))
    item = PostalItem(
        id=piece.id,
        # Within a postcode the plan orders pieces by the row of their first document, as text.
        sort_key=str(piece.documents[0].document),
        country=piece.country,
        postcode=folded_postcode(piece.postcode),
        town=postage.town,
        envelope=piece.envelope,
        length_mm=length_mm,
        width_mm=width_mm,
        thickness_um=piece.details.thickness_um,
        weight_mg=piece.details.weight_mg,
        stock=piece.details.stock,
    )
    reason = next((text for code, text in piece.details.reasons if code == "postage"), "")
    return RatedItem(item, _offer(piece, postage, tariff), reason)


def _offer(piece: MailPiece, postage: Postage, tariff: Tariff) -> Offer:
    """The offer that the plan chose, if the lists of that day still have it at that price."""
    for product in tariff.products:
        for form in product.formats if product.id == postage.product else ():
            step = form.step(piece.details.weight_mg)
            right = postage.format in ("", form.size.name)
            if right and step is not None and step.price == postage.price:
                return Offer(product, form, step)
    fact = f"{postage.product}, {postage.format}, for {postage.price} {postage.currency}"
    raise _changed(piece.run, f"no price list of {postage.planned_for} has {fact} for {piece.id}")


def _changed(run: str, fact: str) -> MailroomError:
    return MailroomError(
        "E7042",
        f"the posting of run {run} can't be drawn up as it was planned: {fact}",
        place=run,
        remedy="Put back the prices, schemes and envelopes by which the run was planned, then close it again.",
    )


def _whys(entries: Iterable[ChainedEntry]) -> dict[str, str]:
    """What became of pieces that were not mailed, from the journal."""
    return {
        each.entry.piece: f"{_ENDS[each.entry.event]} by {each.entry.who.removeprefix('person:')}"
        for each in entries
        if each.entry.event in _ENDS
    }
