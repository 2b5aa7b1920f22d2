"""The operator's console: one command a line, typed by a person or sent by a test."""

from __future__ import annotations

from simulator.faults import STATIONS_OF, Kind, Rule
from simulator.rig import Rig
from simulator.words import INSERT_FEEDERS, STATION_WORDS, Station

HELP = (
    "refill envelopes | inserts [1-6] | sheets | sealer; empty bin | stacker; clear; cover open|close [STATION]; "
    "estop; release; jam STATION; take STATION; status"
)
_REFILLS: dict[str, tuple[Station, ...]] = {
    "envelopes": (Station.ENVELOPE_FEEDER,),
    "inserts": INSERT_FEEDERS,
    "sheets": (Station.SHEET_FEEDER,),
    "sealer": (Station.SEALER,),
}
JAMS_AT = STATIONS_OF[Kind.JAM]
_JAM_WORDS = {word: station for word, station in STATION_WORDS.items() if station in JAMS_AT}


class Console:
    """Does what a line says at the machine, and answers with a line."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._machine = rig.machine

    def obey(self, line: str) -> str:  # noqa: PLR0912 - one branch a command
        """The answer: what was done, or why not. Never raises for what a person may type."""
        words = line.split()
        operator = self._machine.operator
        match words:
            case []:
                return ""
            case ["refill", what] if what in _REFILLS:
                stations = _REFILLS[what]
            case ["refill", "inserts", number] if number in tuple("123456"):
                stations = (INSERT_FEEDERS[int(number) - 1],)
            case ["empty", ("bin" | "stacker") as what]:
                stations = (Station.DIVERT_BIN if what == "bin" else Station.STACKER,)
            case ["clear"]:
                return "path emptied" if operator.empty_path() else "the machine is moving: halt it first"
            case ["take", word] if word in _JAM_WORDS:
                return "taken out" if operator.take(_JAM_WORDS[word]) else "the machine moves, or nothing lies there"
            case ["cover", ("open" | "close") as what, *rest] if len(rest) <= 1:
                return self._cover(what, rest[0] if rest else "folder")
            case ["estop"]:
                operator.press_stop()
                return "emergency stop pressed"
            case ["release"]:
                operator.release_stop()
                return "emergency stop released"
            case ["jam", word] if word in _JAM_WORDS:
                return self.jam(_JAM_WORDS[word])
            case ["status"]:
                return self._status()
            case _:
                return f"not understood; commands: {HELP}"
        for station in stations:
            operator.refill(station)
        return f"{line.strip()}: done"

    def _cover(self, what: str, word: str) -> str:
        station = STATION_WORDS.get(word)
        if station is None:
            return f"no station {word}; stations: {', '.join(STATION_WORDS)}"
        operator = self._machine.operator
        if what == "open":
            operator.open_cover(station)
        else:
            operator.close_cover(station)
        return f"cover of {word} {'opened' if what == 'open' else 'closed'}"

    def jam(self, station: Station) -> str:
        """Jam what lies there now, or else what comes next."""
        for place, packet, _ in self._machine.path.positions():
            if place is station and self._machine.moving:
                self._machine.path.jam_now(packet, station, destroys=True)
                return "jammed"
        self._rig.plan.arm(Rule(Kind.JAM, station))
        return "will jam with the next paper"

    def _status(self) -> str:
        machine = self._machine
        lying = ", ".join(f"{station.value}: {len(machine.paper.at(station))}" for station in machine.paper.stations())
        fault = machine.condition.fault
        link = self._rig.link
        return (
            f"{machine.state.name.lower()}, fault {fault.value} {fault.name.lower()}, job {machine.job or '-'}, "
            f"{len(machine.paper.stack())} sheets in the feeder, paper at {lying or 'no station'}; "
            f"link {'up' if link.up else 'down'}, {link.frames_dropped} frames dropped, {link.counts.resent} resent, "
            f"{link.counts.repeated} repeated by the host, {link.counts.rejected} rejected"
        )
