"""How much an untrusted file may cost."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Self


class Limit(Enum):
    """What can be exceeded. The value is the word for it in messages."""

    WALL = "time"
    CPU = "processor time"
    MEMORY = "memory"
    ANSWER = "size of the answer"
    OPEN_FILES = "open files"


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one call, except `memory_bytes` and `open_files`, which hold for the process.

    wall_s        seconds that the parent waits for the whole answer; then the process is killed.
    cpu_s         seconds of processor time; the kernel kills at the next whole second.
    memory_bytes  address space (RLIMIT_AS). The interpreter and the PDF libraries take about 250 MB of it.
    answer_bytes  all frames of one answer together.
    open_files    descriptors, those of the interpreter included.
    """

    wall_s: float = 120.0
    cpu_s: int = 120
    memory_bytes: int = 1 << 30
    answer_bytes: int = 256 << 20
    open_files: int = 64

    def __post_init__(self) -> None:
        if min(self.wall_s, self.cpu_s, self.memory_bytes, self.answer_bytes, self.open_files) <= 0:
            raise ValueError("every limit is above zero")

    def to_text(self) -> str:
        """For the command line of the worker."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> Self:
        return cls(**json.loads(text))

    def words(self, limit: Limit) -> str:
        """A limit with its figure, for people."""
        match limit:
            case Limit.WALL:
                return f"{self.wall_s:g} s"
            case Limit.CPU:
                return f"{self.cpu_s} s of processor time"
            case Limit.MEMORY:
                return f"{self.memory_bytes >> 20} MiB of memory"
            case Limit.ANSWER:
                return f"{self.answer_bytes >> 20} MiB of answer"
            case Limit.OPEN_FILES:
                return f"{self.open_files} open files"
