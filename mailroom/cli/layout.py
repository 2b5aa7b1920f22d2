"""`mailroom layout check | proof`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from examples.generator import generate
from layouts.envelope import load_envelope
from layouts.errors import LayoutError
from layouts.fonts import default_fonts
from layouts.layout import load_layout
from layouts.preflight import check_layout

from layouts.proof import draw_proof
from mailroom.cli.output import REFUSED, stdout
from mailroom.domain.invoice import IssuedInvoice
from mailroom.production.compose import address_lines, layout_data
from omr.draw import mark_rects
from omr.markset import load_mark_set

app = typer.Typer(help="Layouts against their envelopes.", no_args_is_help=True)
