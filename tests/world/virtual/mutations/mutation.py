"""A planted bug: parts of the product replaced for a while. The product itself holds no switch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

Replacement = tuple[Any, str, Any]
"""(module or class, the name in it, what stands there instead)"""


@dataclass(frozen=True, slots=True)
class Mutation:
    """`sentence` tells what is wrong, and where a second guard had to go, too, for it to be seen."""

    name: str
    sentence: str
    replacements: tuple[Replacement, ...]

    @contextmanager
    def planted(self) -> Iterator[None]:
        """The product has the bug as long as the context lasts."""
        with ExitStack() as stack:
            for owner, name, instead in self.replacements:
                stack.enter_context(patch.object(owner, name, instead))
            yield


def mutation(name: str, sentence: str, *replacements: Replacement) -> Mutation:
    return Mutation(name, sentence, replacements)
