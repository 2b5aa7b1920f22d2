"""Layout files: TOML → Layout, each complaint with file, key and line."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast, get_args

from layouts.blockfile import BlockReader, source
from layouts.parts import PAGE_KINDS, Areas, BoxPart, Check, FlowPart, Layout, PageKind, Slip, SlipChoice, Zone
from layouts.style import Rule, Style, Upright
from layouts.tomlfile import TomlTable, merged, read_toml
from layouts.variants import chosen, trait_values

CATALOGUE = Path(__file__).parent / "catalogue"
SLIPS = Path(__file__).parent / "slips"
DATA = Path(__file__).parent / "data"
SHEETS = Path(__file__).parent / "sheets"
FORMAT = 2

_A4_HEIGHT_MM = 297.0


def catalogue() -> tuple[str, ...]:
    """The shipped layouts, sorted."""
    return tuple(sorted(path.stem for path in CATALOGUE.glob("*.toml")))


def load_layout(name_or_path: str | Path, traits: Mapping[str, str] | None = None) -> Layout:
    """A layout of the catalogue by name ("invoice"), or any layout file by path (with suffix).

    traits  what the document is for, such as {"language": "de", "brand": "Nord", "envelope": "ch-right"}: variants of
            the file that are for it are laid over the rest.
    A file that says `extends` is laid over the one it names: a sheet, a layout of the catalogue, or a file by path.
    Raises LayoutError E4010 to E4013 with file, key and line.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        path = CATALOGUE / f"{name_or_path}.toml"
    root, said = _read(path)
    known = trait_values(root)
    root, which = chosen(root, traits or {})
    digest = hashlib.sha256(said + repr(which).encode("ascii"))
    return _LayoutReader(root, path, digest).layout(known, dict(traits or {}))


def _read(path: Path, above: tuple[Path, ...] = ()) -> tuple[TomlTable, bytes]:
    """A layout file laid over those it extends, and what all of them say. Variants of the extended come first."""
    root, said = read_toml(path)
    if not root.has("extends"):
        return root, said
    base = _extended(root, path)
    if base.resolve() in {one.resolve() for one in (*above, path)}:
        raise root.refuse("extends", f"{base.name} extends itself", "name another file")
    under, under_said = _read(base, (*above, path))
    return root.without("extends").over(under, joined=("variants",)), under_said + said


def _extended(root: TomlTable, path: Path) -> Path:
    name = root.text("extends")
    if name.endswith(".toml"):
        return path.parent / name
    found = {file.stem: file for folder in (CATALOGUE, SHEETS) for file in sorted(folder.glob("*.toml"))}
    return found[root.choice("extends", tuple(found))]


class _LayoutReader:
    """Reads one file. `digest` takes in all that is read."""

    def __init__(self, root: TomlTable, path: Path, digest: hashlib._Hash) -> None:
        self._root = root
        self._path = path
        self._digest = digest

    def layout(self, traits: Mapping[str, tuple[str, ...]], given: Mapping[str, str]) -> Layout:
        root = self._root
        _check_format(root)
        paper = root.table("paper")
        styles, rules = _styles(root), _rules(root)
        blocks = BlockReader(styles, rules, self._path.parent)
        areas = self._areas()
        sheet_height_mm = paper.number("height_mm", least=50)
        layout = Layout(
            name=root.text("name"),
            version=root.whole("version", least=1),
            file=self._path.name,
            path=str(self._path),
            width_mm=paper.number("width_mm", least=50),
            height_mm=sheet_height_mm,
            margin_mm=paper.number("margin_mm", most=50),
            languages=root.texts("languages", ()),
            kinds=root.texts("kinds", ()),
            data=self._data(),
            checks=tuple(map(_check, root.tables("checks", least=0))),
            clear_zones=tuple(map(_zone, root.tables("clear_zones", least=0))),
            fonts=self._fonts(),
            styles=styles,
            rules=rules,
            areas=areas,
            box_parts=tuple(_boxes(root, blocks, on=None)),
            flow=self._flow(blocks, areas),
            slip=self._slip(sheet_height_mm),
            stocks=self._stocks(),
            traits=traits,
            given={trait: value for trait, value in given.items() if trait in traits},
            digest=self._digest.hexdigest(),
        )
        paper.done()
        root.done()
        return layout

    def _data(self) -> Mapping[str, object]:
        """The fields of a document: those of a shared file by name, or told in the layout itself; and those that it has
        of its own besides."""
        more = self._root.table("more_data").values() if self._root.has("more_data") else {}
        if not isinstance(self._root.peek("data"), str):
            return merged(self._root.table("data").values(), more)
        name = self._root.choice("data", tuple(sorted(path.stem for path in DATA.glob("*.toml"))))
        fields, said = read_toml(DATA / f"{name}.toml")
        self._digest.update(said)
        return merged(fields.values(), more)

    def _areas(self) -> Areas | None:
        if not self._root.has("areas"):
            return None
        part = self._root.table("areas")
        first = part.box("first")
        areas = Areas(first, part.box("continuation"))
        if (first.x_mm, first.width_mm) != (areas.continuation.x_mm, areas.continuation.width_mm):
            raise part.refuse("continuation", "'continuation' must have the x_mm and width_mm of 'first'")
        part.done()
        return areas

    def _fonts(self) -> dict[str, tuple[str, ...]]:
        """Font style → the files or styles of its chain."""
        if not self._root.has("fonts"):
            return {}
        fonts = self._root.table("fonts")
        found: dict[str, tuple[str, ...]] = {}
        styles = fonts.keys()
        for name in styles:
            chain = (fonts.text(name),) if isinstance(fonts.peek(name), str) else fonts.texts(name)
            folder = fonts.folder(name, self._path.parent)
            found[name] = tuple(str(folder / each) if "." in each else each for each in chain)
        fonts.done()
        return found

    def _flow(self, blocks: BlockReader, areas: Areas | None) -> tuple[FlowPart, ...]:
        if not self._root.has("flow"):
            return ()
        if areas is None:
            raise self._root.refuse("flow", "there is a flow, but no [areas] for it to stand in")
        found = []
        for name, part in self._root.table("flow").tables_by_name():
            found.append(
                FlowPart(
                    name=name,
                    when=source(part, "when", ""),
                    gap_above_mm=part.number("gap_above_mm", 0.0, most=200),
                    keep_with_previous=part.truth("keep_with_previous", False),
                    block=blocks.block(part, areas.first.width_mm),
                )
            )
            part.done()
        return tuple(found)

    def _slip(self, sheet_height_mm: float) -> SlipChoice | None:
        if not self._root.has("slip"):
            return None
        part = self._root.table("slip")
        slips = {}
        for name in part.texts("slips"):
            own = part.folder("slips", self._path.parent)
            path = own / name if name.endswith(".toml") else SLIPS / f"{name}.toml"
            root, said = read_toml(path)
            self._digest.update(said)
            slip = _read_slip(root, path, sheet_height_mm)
            slips[slip.name] = slip
        choice = SlipChoice(source(part, "choose"), slips, part.choice("otherwise", (*slips, ""), ""))
        part.done()
        return choice

    def _stocks(self) -> dict[PageKind, str]:
        if not self._root.has("stock"):
            return {}
        part = self._root.table("stock")
        found: dict[PageKind, str] = {kind: part.text(kind, "plain") for kind in PAGE_KINDS}
        part.done()
        return found


def _read_slip(root: TomlTable, path: Path, sheet_height_mm: float) -> Slip:
    """A slip at the foot of a sheet of this height. Its file tells its places on A4; on a lower sheet all stands higher
    by as much."""
    _check_format(root)
    raised_mm = _A4_HEIGHT_MM - sheet_height_mm
    styles, rules = _styles(root), _rules(root)
    blocks = BlockReader(styles, rules, path.parent)
    slip = Slip(
        name=root.text("name"),
        top_mm=root.number("top_mm") - raised_mm,
        clear_to_mm=max(root.number("clear_to_mm", 0.0) - raised_mm, 0.0),
        boxes=tuple(
            replace(part, box=part.box.moved(0, -raised_mm)) for part in _boxes(root, blocks, on=frozenset({"last"}))
        ),
        hides=frozenset(root.texts("hides", ())),
        styles=styles,
        rules=rules,
        stock=root.text("stock", ""),
        margin_mm=root.number("margin_mm", most=50) if root.has("margin_mm") else None,
        raises=frozenset(root.texts("raises", ())),
        languages=root.texts("languages", ()),
    )
    root.done()
    return slip


def _boxes(root: TomlTable, blocks: BlockReader, on: frozenset[PageKind] | None) -> list[BoxPart]:
    """The boxes in the order of the file; `on` is given for slips, whose boxes all stand on the last page."""
    found = []
    for name, part in root.table("boxes").tables_by_name():
        box = part.box("box")
        found.append(
            BoxPart(
                name=name,
                box=box,
                on=on or _on(part),
                when=source(part, "when", ""),
                upright=cast(Upright, part.choice("upright", get_args(Upright), "top")),
                frame=blocks.rule(part, "frame", ""),
                block=blocks.block(part, box.width_mm),
            )
        )
        _check_address(part, found[-1], blocks)
        part.done()
    return found


def _on(part: TomlTable) -> frozenset[PageKind]:
    said = (part.text("on"),) if isinstance(part.peek("on"), str) else part.texts("on")
    pages: set[PageKind] = set()
    for one in said:
        match one:
            case "every":
                pages.update(("first", "continuation"))
            case "first" | "continuation" | "last":
                pages.add(one)
            case _:
                raise part.refuse("on", f"'on' says {one!r}, not one of {', '.join(PAGE_KINDS)}, every")
    return frozenset(pages)


def _styles(root: TomlTable) -> dict[str, Style]:
    return dict(root.table("styles").each(_style))


def _rules(root: TomlTable) -> dict[str, Rule]:
    return dict(root.table("rules").each(_rule)) if root.has("rules") else {}


def _style(styles: TomlTable, name: str) -> Style:
    part = styles.table(name)
    style = Style(
        name=name,
        font=part.text("font"),
        size_pt=part.number("size_pt", least=4, most=72),
        leading_mm=part.number("leading_mm", least=1, most=50),
        grey=part.number("grey", 0.0, most=1),
        tracking_pt=part.number("tracking_pt", 0.0, most=20),
        strong=part.text("strong", ""),
        emphasis=part.text("emphasis", ""),
    )
    part.done()
    return style


def _rule(rules: TomlTable, name: str) -> Rule:
    part = rules.table(name)
    rule = Rule(
        name,
        part.number("width_pt", least=0.1, most=10),
        part.number("grey", 0.0, most=1),
        part.number("dash_mm", 0.0, most=20),
    )
    part.done()
    return rule


def _zone(part: TomlTable) -> Zone:
    zone = Zone(part.text("name"), part.box("box"))
    part.done()
    return zone


def _check(part: TomlTable) -> Check:
    check = Check(source(part, "holds"), part.text("place"), source(part, "message"))
    part.done()
    return check


def _check_format(root: TomlTable) -> None:
    if (found := root.whole("format")) != FORMAT:
        raise root.refuse("format", f"format {found} is not known", f"write the file for format {FORMAT}")


def _check_address(part: TomlTable, found: BoxPart, blocks: BlockReader) -> None:
    """An address box must hold the lines it promises."""
    lines = blocks.lines_needed(found.block)
    if lines is not None and lines[1] > found.box.height_mm + 0.01:
        raise part.refuse(
            "max_lines",
            f"{lines[0]} need {lines[1]:.1f} mm, the box is {found.box.height_mm:g} mm high",
            "allow fewer lines, a smaller leading or a higher box",
        )
