"""`mailroom inserter observe`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from drivers.inserter.exit_profile import load_exit_profile
from drivers.inserter.observer import ExitObserver
from drivers.inserter.protocols.gbr import Sighting
from mailroom.cli.options import Json
from mailroom.cli.output import print_json, stdout

_LISTEN_S = 0.5


def observe(
    url: Annotated[str, typer.Argument(metavar="URL", help="The port of the machine's exit interface.")],
    profile: Annotated[
        str, typer.Option(metavar="PROFILE", help="The variant's profile: a name or a file.")
    ] = "gbr-pinnacle1",
    packs: Annotated[int, typer.Option(min=0, help="End after so many; 0 = when interrupted.")] = 0,
    json: Json = False,
) -> int:
    """Listen to a machine that only tells what leaves it, and count its packs. Nothing is written into the ledger: the
    records name no piece. Ctrl-C ends it, with the counts."""
    chosen = load_exit_profile(Path(profile) if profile.endswith(".toml") else profile)
    seen, trouble = 0, ""
    with ExitObserver(url, chosen) as observer:
        try:
            while not packs or seen < packs:
                for sighting in observer.listen(_LISTEN_S):
                    seen += 1
                    if not json:
                        stdout.print(f"{seen:>6}  {_words(sighting)}")
                if not json and observer.trouble not in (trouble, ""):
                    stdout.print(f"[yellow]port[/] {observer.trouble}", soft_wrap=True)
                trouble = observer.trouble
        except KeyboardInterrupt:
            pass  # the usual end
        counts = _counts(observer)
    if json:
        print_json(counts)
    else:
        stdout.print(", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counts.items()), soft_wrap=True)
    return 0


def _words(sighting: Sighting) -> str:
    pack = sighting.pack
    parts = [pack.verdict.value]
    if not pack.invalid:
        parts.append(f"{pack.pages} pages")
        parts += [f"stations {' '.join(map(str, pack.stations))}"] if pack.stations else []
        parts += ["mark"] if pack.marked else []
    parts += [f"group {pack.group}"] if pack.group is not None else []
    parts += [f"{sighting.missing} lost before it"] if sighting.missing else []
    parts += ["perhaps the same once more"] if sighting.doubtful else []
    return ", ".join(parts)


def _counts(observer: ExitObserver) -> dict[str, Any]:
    verdicts = {verdict.name.lower(): count for verdict, count in observer.tally.items()}
    return {**verdicts, **asdict(observer.counts), "gaps": observer.gaps}
