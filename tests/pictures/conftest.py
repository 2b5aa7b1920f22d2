"""How tests of this package hand content in: as files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from layouts.errors import LayoutError
from layouts.pictures.load import load_picture
from layouts.pictures.picture import Picture

Load = Callable[..., Picture]
Refuse = Callable[..., LayoutError]


@pytest.fixture(scope="session")
def load(tmp_path_factory: pytest.TempPathFactory) -> Load:
    """Loads content as a file of its own."""
    folder = tmp_path_factory.mktemp("pictures")

    def load(content: bytes | str, name: str = "logo", **options: object) -> Picture:
        path = folder / name
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return load_picture(Path(path), **options)  # type: ignore[arg-type]

    return load


@pytest.fixture(scope="session")
def refuse(load: Load) -> Refuse:
    """The error that content is refused with."""

    def refuse(content: bytes | str, name: str = "logo", **options: object) -> LayoutError:
        with pytest.raises(LayoutError) as caught:
            load(content, name, **options)
        assert caught.value.place, "an error tells where"
        assert caught.value.remedy, "an error tells what to do"
        return caught.value

    return refuse
