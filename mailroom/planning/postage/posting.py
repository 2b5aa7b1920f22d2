"""The whole of postage for a run: rate, presort, fill trays, load pallets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailroom.planning.piece import Reason
from mailroom.planning.postage.item import PostalItem
from mailroom.planning.postage.manifest import Manifest, draw_up_manifest
from mailroom.planning.postage.pallets import Pallet, load_pallets
from mailroom.planning.postage.rating import Choice, ItemApart, Rater, TooFew
from mailroom.planning.postage.scheme import Scheme
from mailroom.planning.postage.tariff import Tariff
from mailroom.planning.postage.trays import Tray, presort


@dataclass(frozen=True, slots=True)
class PostagePlan:
    """Every item once: in one tray, or apart with its reason. `too_few` are products that were not used because too few
    items would have gone with them."""

    tariff: Tariff
    trays: tuple[Tray, ...]
    pallets: tuple[Pallet, ...]
    apart: tuple[ItemApart, ...]
    too_few: tuple[TooFew, ...]

    def order(self) -> Iterator[str]:
        """The ids of the pieces in the order of the run: printed and inserted so, they fill the trays in order."""
        return (piece.item.id for tray in self.trays for piece in tray.pieces)

    def reasons(self) -> dict[str, tuple[Reason, ...]]:
        """By piece, why this product and price, and why this tray; why none, for those apart."""
        told: dict[str, tuple[Reason, ...]] = {each.item.id: (Reason("postage", each.reason),) for each in self.apart}
        for tray in self.trays:
            where = f"tray {tray.number}, {tray.destination.title}, {tray.part} of {tray.parts}. "
            for piece, reason in zip(tray.pieces, tray.reasons, strict=True):
                told[piece.item.id] = (Reason("postage", piece.reason), Reason("tray", where + reason))
        return told

    def totals(self, run: str, schemes: Mapping[str, Scheme]) -> Manifest:
        """The manifest as it will be if every piece is mailed: for a look before anything is made."""
        return draw_up_manifest(run, self.tariff, self.trays, dict.fromkeys(self.order(), False), schemes)


def plan_postage(
    items: Sequence[PostalItem], tariff: Tariff, schemes: Mapping[str, Scheme], choice: Choice | None = None
) -> PostagePlan:
    """Plan the posting of a run. InputRefused E7509 for a preferred product or a scheme that is not there, E7512 for a
    tray too heavy for a pallet."""
    rating = Rater(tariff, choice or Choice()).rate(items)
    trays = presort(rating.rated, schemes)
    return PostagePlan(tariff, trays, load_pallets(trays, schemes), rating.apart, rating.too_few)
