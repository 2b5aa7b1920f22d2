"""Settings of an installation: `mailroom.toml` in its folder, overridden by environment variables `MAILROOM_…`."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from mailroom.domain.errors import InputRefused

FILE_NAME = "mailroom.toml"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class QueueSettings(_Part):
    """Where print jobs go. The folder queue plays a press; `cups` sends to `printer` of the server `host:port`."""

    kind: Literal["folder", "cups"] = "folder"
    seconds_per_sheet: float = Field(default=0.02, ge=0)
    printer: str = ""
    server: str = ""


class InserterSettings(_Part):
    """The machine: a pyserial URL or device, its profile, and where its own log lies (for the evidence of a run).

    With templates it is told by control files of its own layout, and without a URL it tells by result files
    (docs/control-file.md). Folders are relative to the installation's."""

    url: str = ""
    profile: str = "sim1"
    name: str = "inserter"
    log: Path | None = None
    control_template: str = ""
    control_folder: str = ""
    control_taken: tuple[str, ...] = ()
    result_template: str = ""
    result_folder: str = ""

    @property
    def by_files(self) -> bool:
        """There is no line to the machine: control and result files are all that goes to and fro."""
        return not self.url and bool(self.control_template)


class PatienceSettings(_Part):
    """Seconds between questions, and without progress before somebody is called."""

    poll: float = Field(default=0.25, gt=0)
    stalled: float = Field(default=120.0, gt=0)


class HotFolderSettings(_Part):
    """Where other systems put files (docs/hot-folders.md). `folder` lies in the installation's; `settle_s` is how
    long a file must stay unchanged, 0 when all senders rename into place; `companion` the ending of an index file."""

    folder: str = "hot"
    settle_s: float = Field(default=10.0, ge=0)
    order: Literal["time", "name"] = "time"
    companion: str = ""
    duplicates: Literal["refuse", "take"] = "refuse"


class PlanningSettings(_Part):
    """What planning knows of the floor: shipped names, or TOML files of the folder (docs/planning.md). Without
    `inserts` nothing is added."""

    machine: str = "sim1"
    households: str = "households.toml"
    papers: str = "papers.toml"
    paper: str = "a4-80"
    envelopes: str = "envelopes.toml"
    inserts: str = ""


class PostageSettings(_Part):
    """How pieces are posted (docs/postal-products.md). Without `prices` they are sorted by postcode and not rated.
    `prices` and `schemes` are folders: shipped ones by name, others by path; `offices` are imported tables.
    `handed_in_at` names the terminal where the mail is handed in; it stands on the manifest."""

    prices: str = ""
    schemes: str = ""
    offices: tuple[str, ...] = ()
    rule: Literal["cheapest", "preferred"] = "cheapest"
    preferred: tuple[str, ...] = ()
    without_vat: bool = False
    handed_in_at: str = ""


class ReleaseSettings(_Part):
    """A run of more than this waits until a person releases it (docs/planning.md); without a figure any number goes."""

    most_documents: int | None = Field(default=None, ge=1)
    most_pieces: int | None = Field(default=None, ge=1)
    most_sheets: int | None = Field(default=None, ge=1)


class ReprintSettings(_Part):
    """How much of a run may be printed again before a supervisor decides (docs/handbook.md): the larger of `unasked`
    copies and `most_percent` of the pieces, and `most_copies` of any one piece."""

    most_percent: float = Field(default=5.0, ge=0, le=100)
    unasked: int = Field(default=50, ge=0)
    most_copies: int = Field(default=5, ge=1, le=99)


class Settings(BaseSettings):
    """Everything that an installation may choose; unknown keys are refused."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_prefix="MAILROOM_", env_nested_delimiter="__")

    client: str = "Mailroom"
    layout: str = "invoice"
    mark_set: str = "quadient"
    envelopes: tuple[str, ...] = ("c5", "c4")
    sides: Literal["one-sided", "two-sided-long-edge"] = "one-sided"
    stock: str = "stationery"
    press: str = "production"
    output_profile: str = ""
    batch_sheets: int = Field(default=500, ge=1)
    batch_bytes: int | None = Field(default=None, ge=1_000_000)
    tray_limit: int = Field(default=150, ge=1)
    database: str = "sqlite:///mailroom.db"
    queue: QueueSettings = QueueSettings()
    inserter: InserterSettings = InserterSettings()
    patience: PatienceSettings = PatienceSettings()
    hot_folder: HotFolderSettings = HotFolderSettings()
    planning: PlanningSettings = PlanningSettings()
    postage: PostageSettings = PostageSettings()
    release: ReleaseSettings = ReleaseSettings()
    reprint: ReprintSettings = ReprintSettings()

    @classmethod
    def settings_customise_sources(  # a signature of pydantic-settings
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, whose values come in as init arguments."""
        return env_settings, init_settings


def load_settings(folder: Path) -> Settings:
    """Read `folder/mailroom.toml`. Raises InputRefused: E1901 no file, E1902 not TOML, E1903 a wrong key or value."""
    path = folder / FILE_NAME
    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputRefused(
            "E1901",
            f"{folder} is not a Mailroom folder: it has no {FILE_NAME}",
            place=str(path),
            remedy="Make one with: mailroom init DIR, or name the folder with --dir.",
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputRefused(
            "E1902", f"{FILE_NAME} is not TOML: {error}", place=str(path), remedy="Mend that line."
        ) from error
    return _checked(path, raw)


def _checked(path: Path, raw: dict[str, Any]) -> Settings:
    try:
        return Settings(**raw)
    except ValidationError as error:
        first = error.errors()[0]
        keys = [part for part in first["loc"] if isinstance(part, str)]
        raise InputRefused(
            "E1903",
            f"{'.'.join(keys)}: {first['msg']}",
            place=_place_of(path, keys),
            remedy="Correct the value; docs/settings.md lists what each key takes.",
        ) from error
    except SettingsError as error:
        raise InputRefused(
            "E1903",
            f"{error}: {error.__cause__ or ''}".removesuffix(": "),
            place="the environment",
            remedy='Lists are written as JSON there: MAILROOM_ENVELOPES=["c5", "c4"].',
        ) from error


def _place_of(path: Path, keys: list[str]) -> str:
    """The environment variable that bears the value, or else file and line."""
    known = {name.upper() for name in os.environ}
    for depth in range(len(keys), 0, -1):
        variable = f"MAILROOM_{'__'.join(keys[:depth])}".upper()
        if variable in known:
            return f"environment variable {variable}"
    table = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        name = line.split("=")[0].strip()
        if name.startswith("["):
            table = name.strip("[] ")
        elif keys and [*filter(None, table.split(".")), name] == keys:
            return f"{path}, line {number}"
    return str(path)


TEMPLATE = """\
# Settings of this Mailroom. Every key may be left out; docs/settings.md tells what each takes.
client = {client}
layout = "invoice"
mark_set = "quadient"
envelopes = ["c5", "c4"]        # smallest first
sides = "one-sided"             # or "two-sided-long-edge"
press = "production"            # how the press stacks and which papers it has
# output_profile = "press.icc"  # what its colours mean; without, black alone is printed
batch_sheets = 500              # a batch is cut at a piece boundary before it exceeds this
# batch_bytes = 500_000_000     # and before its print file could exceed this
tray_limit = 150                # letters in a mail tray

[queue]
kind = "folder"                 # a virtual press; "cups" sends to a real print queue
seconds_per_sheet = 0.02
# printer = "press"             # for kind = "cups"
# server = "localhost:631"

[inserter]
url = ""                        # /dev/ttyUSB0, socket://host:port, rfc2217://host:port
profile = "sim1"
name = "inserter"
# control_template = "fixed"     # a machine that is told by files: docs/control-file.md
# control_folder = "/mnt/inserter/in"
# result_template = "results-fixed"
# result_folder = "/mnt/inserter/out"

[patience]
poll = 0.25                     # seconds between questions to queue and machine
stalled = 120.0                 # seconds without progress before somebody is called
"""
