"""How `csv` reads and writes the CSV of a template."""

from __future__ import annotations

import csv
from typing import Final, Literal

from spool.control_template import CsvForm, Template

_QUOTING: Final[dict[str, Literal[0, 1, 2, 3]]] = {
    "needed": csv.QUOTE_MINIMAL,
    "all": csv.QUOTE_ALL,
    "none": csv.QUOTE_NONE,
}


class CsvDialect(csv.Dialect):
    """The dialect of a template. Without quoting, a quote is a character as any other."""

    doublequote = True
    skipinitialspace = False
    strict = True

    def __init__(self, template: Template) -> None:
        form: CsvForm = template.csv
        self.delimiter = form.delimiter
        self.quotechar = None if form.quoting == "none" else form.quote
        self.quoting = _QUOTING[form.quoting]
        self.lineterminator = template.line_end
        super().__init__()
