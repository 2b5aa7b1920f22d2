"""What the operator fills, empties, opens and closes around the paper's path."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.words import INSERT_FEEDERS, Level, Station


@dataclass(frozen=True, slots=True)
class Capacities:
    """How much each place holds when full, and from where on it is called low.

    water        envelopes that the sealer's tank is good for.
    stacker      envelopes that the stacker holds; 0 = a belt takes them away, it never fills.
    bin_reserve  the sensors of bin and stacker report so early: what is on the path still finds room.
    """

    inserts: int = 1000
    envelopes: int = 500
    water: int = 5000
    low: int = 20
    bin_deposits: int = 200
    bin_reserve: int = 10
    stacker: int = 0


@dataclass(slots=True)
class Supplies:
    """Stocks, bin, stacker, covers and the emergency stop as they really are.

    stock           what is left in each feeder, and for how many envelopes the sealer's water lasts.
    bin_deposits    paper put down in the divert bin since it was emptied.
    stacked         envelopes in the stacker since it was emptied.
    stacker_blocked its sensor is covered, however few lie there.
    withheld        the sheet feeder's table is empty though the rest of the stack lies beside it.
    careless        whoever is told to mend something empties the bin next time, and nothing else.
    overlooked      one station is forgotten when the path is cleared next.
    """

    capacities: Capacities = field(default_factory=Capacities)
    stock: dict[Station, int] = field(default_factory=dict)
    bin_deposits: int = 0
    stacked: int = 0
    stacker_blocked: bool = False
    withheld: bool = False
    careless: bool = False
    overlooked: bool = False
    open_covers: set[Station] = field(default_factory=set)
    stop_pressed: bool = False

    def __post_init__(self) -> None:
        for station in STOCKED:
            self.stock.setdefault(station, self.full(station))

    def full(self, station: Station) -> int:
        """Stock of a full feeder, or of a full tank."""
        match station:
            case Station.ENVELOPE_FEEDER:
                return self.capacities.envelopes
            case Station.SEALER:
                return self.capacities.water
            case _:
                return self.capacities.inserts

    def level(self, station: Station) -> Level:
        stock = self.stock[station]
        if stock == 0:
            return Level.EMPTY
        return Level.LOW if stock <= self.capacities.low else Level.ENOUGH

    @property
    def bin_full(self) -> bool:
        """The bin's sensor."""
        return self.bin_deposits >= self.capacities.bin_deposits - self.capacities.bin_reserve

    @property
    def stacker_full(self) -> bool:
        """The stacker's sensor."""
        most = self.capacities.stacker
        return self.stacker_blocked or 0 < most <= self.stacked + self.capacities.bin_reserve


STOCKED = (*INSERT_FEEDERS, Station.ENVELOPE_FEEDER, Station.SEALER)
"""Where something is used up."""
