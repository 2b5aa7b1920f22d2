"""The machine as a process of its own: python -m simulator --listen pty --stacks DIR …"""

from __future__ import annotations

import argparse
import json
import re
import secrets
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from omr.model import Side
from simulator.cable import LineSpeed
from simulator.camera import StackFolder
from simulator.desk import Desk
from simulator.errors import SimulatorError
from simulator.exit_interface import VARIANTS
from simulator.faults import load_faults
from simulator.line import open_line
from simulator.link import Nameplate
from simulator.mains import Mains
from simulator.paper import Leaf
from simulator.record import used_leaves
from simulator.rig import PROTOCOLS, Rig, Setup
from simulator.server import LinePanel, Server, answer_nobody
from simulator.supplies import Capacities, Supplies

_EXIT_USAGE = 2
_PLACES = {
    "inserts": "inserts",
    "envelopes": "envelopes",
    "water": "water",
    "bin": "bin_deposits",
    "stacker": "stacker",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT. Exit codes: 0 ended as asked, 2 usage."""
    options = _parser().parse_args(arguments)
    try:
        with ExitStack() as files:
            _run(options, files)
    except SimulatorError as error:
        print(f"{error.code} {error.place}: {error.message} ({error.remedy})", file=sys.stderr)
        return _EXIT_USAGE
    return 0


def _run(options: argparse.Namespace, files: ExitStack) -> None:
    if not options.stacks.is_dir():
        raise SimulatorError(
            "E2941", "there is no such folder", place=f"--stacks {options.stacks}", remedy="make it, or name another"
        )
    first_boot = secrets.randbits(32) if options.boot is None else options.boot
    setup = Setup(
        nameplate=Nameplate(boot_id=first_boot, serial=options.serial),
        stacks=StackFolder(options.stacks, options.seed, side=Side(options.camera), mark_sets=options.mark_sets),
        seed=options.seed,
        faults=load_faults(options.faults),
        operator_auto=options.operator == "auto" or (options.operator is None and not options.view),
        speed=options.baud,
        protocol=options.protocol,
        exit_variant=options.exit_variant,
    )
    used = frozenset(used_leaves(options.truth)) if options.truth else frozenset()
    log, truth = _appended(options.log, files), _appended(options.truth, files)

    def power_up(times: int, used: frozenset[Leaf], supplies: Supplies) -> Rig:
        plate = replace(setup.nameplate, boot_id=(first_boot + times) & 0xFFFFFFFF)
        return Rig(replace(setup, nameplate=plate), log=log, truth=truth, used=used, supplies=supplies)

    mains = Mains(power_up, Supplies(replace(Capacities(), **dict(options.capacity))), used)
    line = open_line(options.listen)
    stdin = sys.stdin.fileno() if sys.stdin is not None else None
    server = Server(mains, line, speed=options.speed, stdin=stdin, until_eof=options.until_eof)
    if options.json:
        server.panel = LinePanel(mains, answer_nobody)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: server.stop())
    first_line = {"url": line.url, "serial": options.serial}
    if options.exit_interface:
        server.exit_line = open_line(options.exit_interface)
        first_line["exit_url"] = server.exit_line.url
    print(json.dumps(first_line), flush=True)
    if options.view:
        server.panel = Desk(server, mains, url=line.url, serial=options.serial, output=sys.stdout)
    try:
        server.run()
    finally:
        server.close()


def _appended(path: Path | None, files: ExitStack) -> TextIO | None:
    if path is None:
        return None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return files.enter_context(path.open("a", encoding="utf-8"))
    except OSError as error:
        raise SimulatorError(
            "E2942", f"can't be written: {error.strerror}", place=str(path), remedy="name another file"
        ) from error


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("must be greater than 0")
    return value


def _u32(text: str) -> int:
    value = int(text)
    if not 0 <= value < 1 << 32:
        raise argparse.ArgumentTypeError("must fit 32 bits")
    return value


def _capacity(text: str) -> tuple[str, int]:
    place, _, count = text.partition("=")
    if place not in _PLACES or not count.isdecimal() or not int(count):
        raise argparse.ArgumentTypeError(f"write PLACE=COUNT, from 1 on; places are {', '.join(_PLACES)}")
    return _PLACES[place], int(count)


def _speed(text: str) -> LineSpeed:
    rate, _, byte = text.partition(",")
    frame = re.fullmatch(r"([78])([NEO])([12])", byte or "8N1")
    if not rate.isdecimal() or not 50 <= int(rate) <= 4_000_000 or frame is None:
        raise argparse.ArgumentTypeError("write a rate from 50 on, and the byte behind it if it isn't 8N1: 19200,7E2")
    return LineSpeed(int(rate), 1 + int(frame[1]) + (frame[2] != "N") + int(frame[3]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulator", description="A folder/inserter behind a line.")
    parser.add_argument("--listen", default="pty", help="pty (default) or tcp://127.0.0.1:0")
    parser.add_argument(
        "--protocol", choices=tuple(PROTOCOLS), default="native", help="what it speaks (default native)"
    )
    parser.add_argument("--exit-interface", help="tell what leaves the machine here, too: pty or tcp://127.0.0.1:0")
    parser.add_argument("--exit-variant", choices=tuple(VARIANTS), default="pinnacle1", help="how it is told")
    parser.add_argument("--stacks", type=Path, required=True, help="folder of printed stacks (PDF)")
    sides = tuple(side.value for side in Side)
    parser.add_argument("--camera", choices=sides, default="front", help="the side of the sheets it looks at")
    parser.add_argument("--mark-sets", type=Path, help="folder of mark sets (NAME.toml) beside the shipped ones")
    parser.add_argument("--seed", type=int, default=0, help="seed of all chance (default 0)")
    parser.add_argument("--faults", default="none", help="none (default), light, heavy or a .toml file")
    parser.add_argument("--speed", type=_positive, default=1.0, help="how much faster than a real machine")
    parser.add_argument("--log", type=Path, help="the machine's own record, JSON lines")
    parser.add_argument("--truth", type=Path, help="where the paper really is, JSON lines")
    parser.add_argument("--serial", default="SIM-0001", help="serial number on the nameplate")
    parser.add_argument("--boot", type=_u32, help="boot id (default: random, as it should be)")
    parser.add_argument(
        "--capacity", type=_capacity, action="append", default=[], metavar="PLACE=COUNT", help="how much it holds"
    )
    parser.add_argument("--operator", choices=("auto", "none"), help="who tends it (auto; with --view none)")
    parser.add_argument("--view", action="store_true", help="show the machine here; keys cause and clear faults")
    parser.add_argument("--baud", type=_speed, default=LineSpeed(), metavar="RATE[,8N1]", help="bytes take their time")
    parser.add_argument("--until-eof", action="store_true", help="end when stdin is closed or the parent has gone")
    parser.add_argument("--json", action="store_true", help="print the first line only, no answers to the console")
    return parser


if __name__ == "__main__":
    sys.exit(main())
