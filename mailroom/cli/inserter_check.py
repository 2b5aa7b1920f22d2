"""`mailroom inserter check`: a machine's profile against itself, and against the machine."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from drivers.inserter.driver import InserterDriver
from drivers.inserter.errors import InserterError, LinkDown
from drivers.inserter.port_holders import refuse_held
from drivers.inserter.profile import Profile, load_profile
from drivers.inserter.vocabulary import LinkState
from mailroom.cli.options import Json
from mailroom.cli.output import REFUSED, TROUBLE, print_json, show_error, stdout

_ROUNDS = 20
_FIRST_ANSWER_S = 10.0


@dataclass(frozen=True, slots=True)
class _Met:
    """What the machine said, and how its line behaved: times in seconds, medians of 20 questions."""

    model: str
    serial: str
    differences: tuple[str, ...]
    median_s: float
    longest_s: float
    resends: int
    damaged: int
    link: str

    @property
    def advice(self) -> tuple[str, ...]:
        told = [f"Correct the profile or the cabling: {each}." for each in self.differences]
        if self.resends or self.damaged:
            told.append("The line loses bytes: look at cable, grounding and the speed of the port.")
        return (*told,)


def check(
    profile: Annotated[str, typer.Argument(metavar="PROFILE", help="A profile's name, or its TOML file.")],
    inserter: Annotated[str, typer.Option(metavar="URL", help="The machine's port: compare the profile with it.")] = "",
    json: Json = False,
) -> int:
    """Check a machine's profile: every key, with file and line. With --inserter, ask the machine what it is and has,
    compare, and measure the line: nothing is moved and no event is acknowledged. Exit 3 when the profile can't be used,
    4 when the machine does not answer or differs."""
    try:
        checked = load_profile(Path(profile) if profile.endswith(".toml") else profile)
    except InserterError as error:
        show_error(error)
        return REFUSED
    met = _meet(checked, inserter) if inserter else None
    if json:
        print_json({"profile": _told(checked), "machine": None if met is None else _met(met)})
    else:
        _show(checked, met)
    return TROUBLE if met is not None and met.differences else 0


def _meet(profile: Profile, url: str) -> _Met:
    refuse_held(url)
    host = secrets.randbits(32)
    with InserterDriver(
        url, profile=profile, sink=lambda _events: None, host_session=host, acknowledges=False
    ) as driver:
        if not driver.wait(lambda: driver.link_state in (LinkState.UP, LinkState.DEGRADED), _FIRST_ANSWER_S):
            raise LinkDown(f"The machine does not answer: {driver.trouble}", place=url)
        identity = driver.identify()
        times = sorted(_timed(driver) for _ in range(_ROUNDS))
        numbers = driver.statistics
        return _Met(
            identity.model,
            identity.serial,
            profile.differences(identity),
            times[_ROUNDS // 2],
            times[-1],
            numbers.resends + numbers.command_resends,
            numbers.crc_errors,
            driver.link_state.value,
        )


def _timed(driver: InserterDriver) -> float:
    begun = time.perf_counter()
    driver.status()
    return time.perf_counter() - begun


def _told(profile: Profile) -> dict[str, object]:
    verified = profile.verified
    return {
        "name": profile.name,
        "maker": profile.maker,
        "protocol": profile.protocol,
        "stations": list(profile.stations.values()),
        "feeders": sorted(profile.feeders),
        "faults": len(profile.faults),
        "verified": {"on": verified.on.isoformat(), "machine": verified.machine, "by": verified.by},
    }


def _met(met: _Met) -> dict[str, object]:
    return {
        "model": met.model,
        "serial": met.serial,
        "differences": list(met.differences),
        "reply_median_s": round(met.median_s, 6),
        "reply_longest_s": round(met.longest_s, 6),
        "resends": met.resends,
        "damaged": met.damaged,
        "link": met.link,
        "advice": list(met.advice),
    }


def _show(profile: Profile, met: _Met | None) -> None:
    verified = profile.verified
    name, maker = escape(profile.name), escape(profile.maker)
    stdout.print(f"[bold]{name}[/] by {maker}, protocol {profile.protocol}: the file is sound")
    stdout.print(f"verified on {verified.on} on {escape(verified.machine)} by {escape(verified.by)}")
    stdout.print(f"path: {escape(', '.join(profile.stations.values()))}; {len(profile.feeders)} insert feeders")
    if met is None:
        return
    stdout.print(f"\nThe machine is a {escape(met.model)}, serial number {escape(met.serial)}; link {met.link}")
    stdout.print(f"replies: median {1000 * met.median_s:.1f} ms, longest {1000 * met.longest_s:.1f} ms")
    stdout.print(f"{met.resends} resent, {met.damaged} damaged frames")
    for each in met.advice or ("The profile fits the machine.",):
        stdout.print(escape(each), soft_wrap=True)
