"""What a profile says of a machine's faults: which of ours each of its codes is, and whose pieces are at risk then."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from drivers.inserter.tables import Table
from drivers.inserter.vocabulary import Fault, Station

_STANDING = tuple(fault for fault in Fault if Fault.NONE < fault < Fault.TOO_LATE)
"""Those behind them only tell why a command was refused."""

_BY_NAME = MappingProxyType({fault.name.lower(): fault for fault in _STANDING})
_BINS = frozenset({Station.DIVERT_BIN, Station.STACKER})


class AtRisk(Enum):
    """Whose pieces may have lost a sheet, or taken one too many, when a fault comes up.

    NONE     nobody's: the machine stood before it touched paper
    STATION  those at the station that the fault names
    PATH     all between feeder and bins
    """

    NONE = "none"
    STATION = "station"
    PATH = "path"


@dataclass(frozen=True, slots=True)
class FaultCode:
    """`code` is the machine's own number, as its display and manual have it."""

    code: int
    fault: Fault
    at_risk: AtRisk


def read_faults(tables: list[Table]) -> MappingProxyType[int, FaultCode]:
    """The table of `[[fault]]`, by the machine's code."""
    codes: dict[int, FaultCode] = {}
    for table in tables:
        code = table.whole("code", 0, 0xFFFF)
        if code in codes:
            raise table.wrong("code", f"code {code} is there twice")
        fault = _BY_NAME[table.choice("fault", tuple(_BY_NAME))]
        codes[code] = FaultCode(code, fault, AtRisk(table.choice("at_risk", tuple(rule.value for rule in AtRisk))))
        table.end()
    return MappingProxyType(codes)


def stations_at_risk(
    codes: MappingProxyType[int, FaultCode], path: tuple[Station, ...], fault: Fault, station: Station
) -> tuple[Station, ...]:
    """Where the pieces stand that are at risk, in path order. Of a fault that the profile does not list nobody knows
    what it did: all are."""
    rules = {each.at_risk for each in codes.values() if each.fault is fault} or {AtRisk.PATH}
    if AtRisk.PATH in rules:
        return tuple(each for each in path if each not in _BINS)
    return (station,) if AtRisk.STATION in rules else ()
