"""The view of a machine in a terminal, from the report of `inserter_report`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

_STATE_STYLES: Mapping[str, str] = {
    "running": "bold green",
    "ready": "green",
    "faulted": "bold red",
    "interlocked": "bold red",
    "offline": "red",
}
_LINK_STYLES: Mapping[str, str] = {"up": "green", "degraded": "bold yellow"}
_HEX_SHOWN = 23
"""Characters of a frame's bytes: the rest is in --json."""


def view(report: Mapping[str, Any]) -> Group:
    """Host, link, machine, pieces, supplies, counters and the last frames; 80 columns wide."""
    machine, statistics = report["machine"], report["statistics"]
    parts: list[Text | Table] = [_head(report)]
    if machine is not None:
        parts += [_machine(report["link"], machine), _pieces(machine), _supplies(machine)]
    if statistics is not None:
        parts.append(_counters(statistics))
    if report["frames"]:
        parts.append(_frames(report["frames"]))
    return Group(*parts)


def _head(report: Mapping[str, Any]) -> Text:
    host = report["host"]
    text = f"[bold]{escape(report['url'])}[/]  {report['at'][11:19]}  {escape(host['command'])} (process {host['pid']})"
    if host["doing"]:
        text += f"\n{host['doing']} {escape(host['batch'])}".rstrip()
    if host["progress"]:
        text += f"  {host['progress']['done']} of {host['progress']['total']}"
    if host["trouble"]:
        text += f"\n[yellow]{escape(host['trouble']['code'])}[/] {escape(host['trouble']['message'])}"
        text += f"\n      [green]→[/] {escape(host['trouble']['remedy'])}"
    return Text.from_markup(text)


def _machine(link: Mapping[str, Any], machine: Mapping[str, Any]) -> Text:
    state, line = machine["state"], link["state"]
    text = f"link [{_LINK_STYLES.get(line, 'red')}]{line}[/]"
    text += f" ({escape(link['trouble'])})" if link["trouble"] else ""
    text += f"   {escape(machine['name'])} [{_STATE_STYLES.get(state, 'yellow')}]{state}[/]"
    text += f"   job {escape(machine['job'] or '-')}"
    if machine["fault"]:
        text += f"\n[bold red]{escape(machine['fault'])}[/]"
    if raised := machine["last_fault"]:
        text += f"\nlast fault {raised['code']} at the {raised['station']} {escape(raised['text'])}".rstrip()
    if machine["emergency_stop"]:
        text += "\n[bold red]emergency stop pressed[/]"
    if machine["open_covers"]:
        text += f"\n[yellow]open covers[/] {', '.join(machine['open_covers'])}"
    return Text.from_markup(text)


def _pieces(machine: Mapping[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("station", "piece", "copy", "sheets"):
        table.add_column(column, justify="right" if column in ("copy", "sheets") else "left")
    for each in machine["pieces"]:
        table.add_row(each["station"], each["piece"], str(each["copy"]), str(each["sheets"]))
    if not machine["pieces"]:
        table.add_row("(the path is empty)", "", "", "")
    return table


def _supplies(machine: Mapping[str, Any]) -> Text:
    told = ", ".join(f"{station} {level}" for station, level in machine["supplies"].items())
    came = ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in machine["outcomes"].items() if number)
    return Text(f"supplies: {told or 'nothing told'}\noutcomes: {came or 'none yet'}")


def _counters(numbers: Mapping[str, Any]) -> Text:
    return Text(
        f"frames {numbers['frames_sent']} sent, {numbers['frames_received']} received; "
        f"{numbers['resends']} resent, {numbers['crc_errors']} damaged, {numbers['duplicate_frames']} twice; "
        f"{numbers['reconnects']} reconnects\n"
        f"replies {numbers['replies']}: last {_ms(numbers['reply_last_s'])}, "
        f"mean {_ms(numbers['reply_mean_s'])}, longest {_ms(numbers['reply_longest_s'])}\n"
        f"{numbers['command_resends']} commands given again, {numbers['late_replies']} late replies, "
        f"{numbers['restarts']} restarts of the machine"
    )


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms"


def _frames(frames: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True, min_width=1)
    table.add_column(no_wrap=True, min_width=_HEX_SHOWN + 1)
    table.add_column(no_wrap=True, overflow="ellipsis")
    for each in frames:
        arrow = "→" if each["from"] == "host" else "←"
        short = each["hex"][:_HEX_SHOWN]
        table.add_row(arrow, f"{short}{'…' if len(each['hex']) > len(short) else ''}", Text(each["says"]))
    return table
