"""What the operator fills, empties, opens and closes around the paper's path."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.words import INSERT_FEEDERS, Level, Station


@dataclass(frozen=True, slots=True)
class Capacities:
    """How much each place holds when full, and from where on it is called low."""

    inserts: int = 1000
    envelopes: int = 500
    low: int = 20
    bin_deposits: int = 200
    bin_reserve: int = 10


@dataclass(slots=True)
class Supplies:
    """Stocks, bin, covers and the emergency stop as they really are.

    bin_deposits    paper put down in the divert bin since it was emptied.
    withheld        the sheet feeder's table is empty though the rest of the stack lies beside it.
    """

    capacities: Capacities = field(default_factory=Capacities)
    stock: dict[Station, int] = field(default_factory=dict)
    sealer_wet: bool = True
    bin_deposits: int = 0
    withheld: bool = False
    open_covers: set[Station] = field(default_factory=set)
    stop_pressed: bool = False

    def __post_init__(self) -> None:
        for station in (*INSERT_FEEDERS, Station.ENVELOPE_FEEDER):
            self.stock.setdefault(station, self.full(station))

    def full(self, station: Station) -> int:
        """Stock of a full feeder."""
        return self.capacities.envelopes if station is Station.ENVELOPE_FEEDER else self.capacities.inserts

    def level(self, station: Station) -> Level:
        stock = self.stock[station]
        if stock == 0:
            return Level.EMPTY
        return Level.LOW if stock <= self.capacities.low else Level.ENOUGH

    @property
    def bin_full(self) -> bool:
        """The bin's sensor: it reports early enough that what is on the path still finds room."""
        return self.bin_deposits >= self.capacities.bin_deposits - self.capacities.bin_reserve
