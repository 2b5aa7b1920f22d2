"""What differs between machines: one TOML file per machine, checked when it is loaded.

docs/protocols/driver.md explains every key; profiles/sim1.toml is the reference machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from drivers.inserter.errors import ProfileError, limit_error, listen_only_error
from drivers.inserter.modbus_timing import ModbusTiming
from drivers.inserter.profile_faults import FaultCode, read_faults, stations_at_risk
from drivers.inserter.tables import Table, read_tables
from drivers.inserter.vocabulary import Fault, Fold, Identity, JobSpec, PieceSpec, Station
from drivers.inserter.window import LinkTiming

_PROTOCOLS = ("native", "modbus")
OBSERVED = "gbr"
"""The protocol of machines that only tell: they have profiles of their own (exit_profile.py)."""
_PARITIES = ("none", "even", "odd")
_FLOW_CONTROLS = ("none", "rts_cts", "xon_xoff")
_FOLDS = MappingProxyType({"none": Fold.NONE, "half": Fold.HALF, "c": Fold.C, "z": Fold.Z})
_INSERT_FEEDERS = 6


@dataclass(frozen=True, slots=True)
class LineSettings:
    """A serial port's settings; of no meaning for TCP and pseudo terminals."""

    baud_rate: int
    data_bits: int
    parity: str
    stop_bits: int
    flow_control: str


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Waits in seconds; the file's comments and docs/protocols/driver.md say for what."""

    reply_s: float
    command_s: float
    reconnect_first_s: float
    reconnect_most_s: float
    reopen_s: float
    journal_first_s: float
    journal_most_s: float


@dataclass(frozen=True, slots=True)
class Limits:
    sheets_per_piece: int
    folds: tuple[Fold, ...]
    cycles_per_hour: int


@dataclass(frozen=True, slots=True)
class Feeder:
    """An insert feeder and how many inserts it holds."""

    number: int
    capacity: int


@dataclass(frozen=True, slots=True)
class Verified:
    """Who has seen this profile work, on which machine and which day. A profile that nobody has tried is refused: its
    guesses would be found out with people's letters in the path."""

    on: date
    machine: str
    by: str


@dataclass(frozen=True, slots=True)
class Profile:
    """One machine. `stations` are in path order, without the insert feeders. Of `link` and `modbus` the one counts
    that belongs to the protocol."""

    name: str
    maker: str
    protocol: str
    queue_depth: int
    line: LineSettings
    link: LinkTiming
    modbus: ModbusTiming
    timeouts: Timeouts
    limits: Limits
    stations: MappingProxyType[Station, str]
    feeders: MappingProxyType[int, Feeder]
    verified: Verified
    faults: MappingProxyType[int, FaultCode]

    def check_job(self, job: JobSpec) -> None:
        """InserterError E2012: this machine can't do that job."""
        if job.fold not in self.limits.folds:
            raise limit_error(f"{self.name} can't fold {job.fold.name.lower()}", place=job.job)

    def check_piece(self, piece: PieceSpec) -> None:
        """InserterError E2012: this machine can't make that piece."""
        most = self.limits.sheets_per_piece
        if not 1 <= piece.sheets <= most:
            raise limit_error(f"{self.name} takes 1 to {most} sheets, not {piece.sheets}", place=piece.piece)
        absent = sorted(set(piece.selects) - set(self.feeders))
        if absent:
            raise limit_error(f"{self.name} has no insert feeder {absent[0]}", place=piece.piece)

    def at_risk(self, fault: Fault, station: Station) -> tuple[Station, ...]:
        """Where the pieces stand that may have come to harm by a fault at that station, in path order."""
        return stations_at_risk(self.faults, tuple(self.stations), fault, station)

    def differences(self, identity: Identity) -> tuple[str, ...]:
        """What the machine says of itself that does not fit this profile, in words; empty when all fits. A station or
        feeder the profile has and the machine lacks would be waited for in vain."""
        expected = set(self.stations) | {Station(Station.INSERT_FEEDER_1 + n - 1) for n in self.feeders}
        found = [f"the machine is a {identity.model}"] if identity.model != self.name else []
        absent = sorted(expected - set(identity.stations))
        return (*found, *(f"the machine has no {station.name.lower().replace('_', ' ')}" for station in absent))


def load_profile(source: str | Path) -> Profile:
    """The profile of that name ("sim1") among those that come with the driver, or of that file.

    ProfileError (E2011): no such profile, or a key is missing, unknown or wrong. InserterError E2016: the machine can
    only be observed.
    """
    if isinstance(source, Path):
        try:
            return read_profile(source.read_text(encoding="utf-8"), str(source))
        except (OSError, UnicodeDecodeError) as error:
            raise ProfileError(f"The profile can't be read: {error}", place=str(source)) from error
    known = {entry.name: entry for entry in files("drivers.inserter").joinpath("profiles").iterdir()}
    observed = {entry.name: entry for entry in files("drivers.inserter").joinpath("exits").iterdir()}
    entry = (observed | known).get(f"{source}.toml")
    if entry is None:
        names = ", ".join(sorted(name.removesuffix(".toml") for name in known if name.endswith(".toml")))
        raise ProfileError(f"There is no profile {source!r}; there are {names}", place=source)
    return read_profile(entry.read_text(encoding="utf-8"), entry.name)


def read_profile(text: str, file: str) -> Profile:
    """A profile from TOML; `file` is named in errors."""
    root = read_tables(text, file)
    machine = root.table("machine")
    protocol = machine.choice("protocol", (*_PROTOCOLS, OBSERVED))
    if protocol == OBSERVED:
        raise listen_only_error(machine.text("name"))
    profile = Profile(
        name=machine.text("name"),
        maker=machine.text("maker"),
        protocol=protocol,
        queue_depth=machine.whole("queue_depth", 1, 0xFFFF),
        line=_framed_line(root.table("line"), protocol),
        link=_link(root.table("link")) if protocol == "native" else LinkTiming(),
        modbus=_modbus(root.table("modbus")) if protocol == "modbus" else ModbusTiming(),
        timeouts=_timeouts(root.table("timeouts")),
        limits=_limits(root.table("limits")),
        stations=_stations(root.tables("station")),
        feeders=_feeders(root.tables("feeder")),
        verified=_verified(root.table("verified")),
        faults=read_faults(root.tables("fault")),
    )
    machine.end()
    root.end()
    return profile


def _verified(table: Table) -> Verified:
    verified = Verified(table.day("on"), table.text("machine"), table.text("by"))
    table.end()
    return verified


def read_line(table: Table) -> LineSettings:
    """The serial port's settings, whatever runs over it. ProfileError: a key is missing, unknown or wrong."""
    line = LineSettings(
        baud_rate=table.whole("baud_rate", 300, 4_000_000),
        data_bits=table.whole("data_bits", 5, 8),
        parity=table.choice("parity", _PARITIES),
        stop_bits=table.whole("stop_bits", 1, 2),
        flow_control=table.choice("flow_control", _FLOW_CONTROLS),
    )
    table.end()
    return line


def _framed_line(table: Table, protocol: str) -> LineSettings:
    line = read_line(table)
    if line.data_bits != 8 or line.flow_control == "xon_xoff":
        # Frames hold any byte: eight bits are needed, and none may be taken for XON or XOFF.
        key = "data_bits" if line.data_bits != 8 else "flow_control"
        raise table.wrong(key, f"the {protocol} protocol needs 8 data bits and no XON/XOFF")
    return line


def _link(table: Table) -> LinkTiming:
    link = LinkTiming(
        hello_s=table.seconds("hello_s", 0.05, 10),
        ack_s=table.seconds("ack_s", 0.05, 10),
        sends=table.whole("sends", 2, 20),
        unanswered_s=table.seconds("unanswered_s", 0.5, 60),
    )
    table.end()
    return link


def _modbus(table: Table) -> ModbusTiming:
    timing = ModbusTiming(
        unit=table.whole("unit", 1, 247),
        poll_s=table.seconds("poll_s", 0.01, 1),
        answer_s=table.seconds("answer_s", 0.03, 2),
        silence_s=table.seconds("silence_s", 0.005, 1),
        gap_s=table.seconds("gap_s", 0, 1),
        identify_s=table.seconds("identify_s", 0.05, 10),
        lost_s=table.seconds("lost_s", 0.5, 60),
    )
    if timing.answer_s >= timing.lost_s:
        raise table.wrong("lost_s", "lost_s must be longer than answer_s, or no request is ever repeated")
    table.end()
    return timing


def _timeouts(table: Table) -> Timeouts:
    timeouts = Timeouts(
        reply_s=table.seconds("reply_s", 0.1, 60),
        command_s=table.seconds("command_s", 0.5, 600),
        reconnect_first_s=table.seconds("reconnect_first_s", 0.01, 60),
        reconnect_most_s=table.seconds("reconnect_most_s", 0.01, 600),
        reopen_s=table.seconds("reopen_s", 1, 600),
        journal_first_s=table.seconds("journal_first_s", 0.01, 60),
        journal_most_s=table.seconds("journal_most_s", 0.01, 600),
    )
    for what, first_s, most_s in (
        ("reconnect", timeouts.reconnect_first_s, timeouts.reconnect_most_s),
        ("journal", timeouts.journal_first_s, timeouts.journal_most_s),
    ):
        if first_s > most_s:
            raise table.wrong(f"{what}_most_s", f"{what}_most_s is shorter than {what}_first_s")
    if timeouts.reply_s >= timeouts.command_s:
        raise table.wrong("command_s", "command_s must be longer than reply_s, or no command is ever sent again")
    table.end()
    return timeouts


def _limits(table: Table) -> Limits:
    limits = Limits(
        sheets_per_piece=table.whole("sheets_per_piece", 1, 0xFFFF),
        folds=tuple(_FOLDS[name] for name in table.choices("folds", tuple(_FOLDS))),
        cycles_per_hour=table.whole("cycles_per_hour", 1, 100_000),
    )
    table.end()
    return limits


def _stations(tables: list[Table]) -> MappingProxyType[Station, str]:
    stations: dict[Station, str] = {}
    for table in tables:
        number = table.whole("id", 0, 255)
        if number not in _PATH_STATIONS:
            raise table.wrong("id", f"{number} is no station; they are {', '.join(map(str, sorted(_PATH_STATIONS)))}")
        station = Station(number)
        if station in stations:
            raise table.wrong("id", f"station {number} is there twice")
        stations[station] = table.text("name")
        table.end()
    return MappingProxyType(stations)


def _feeders(tables: list[Table]) -> MappingProxyType[int, Feeder]:
    feeders: dict[int, Feeder] = {}
    for table in tables:
        feeder = Feeder(table.whole("number", 1, _INSERT_FEEDERS), table.whole("capacity", 1, 0xFFFF))
        if feeder.number in feeders:
            raise table.wrong("number", f"insert feeder {feeder.number} is there twice")
        feeders[feeder.number] = feeder
        table.end()
    return MappingProxyType(feeders)


_FEEDER_STATIONS = range(Station.INSERT_FEEDER_1, Station.INSERT_FEEDER_6 + 1)
_PATH_STATIONS = frozenset(int(station) for station in Station if station not in _FEEDER_STATIONS)
