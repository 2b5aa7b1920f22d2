"""What the line has cost so far, counted since the driver was opened."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counters that only grow, and reply times in seconds.

    frames_sent, frames_received   valid frames, resends included
    crc_errors                     frames that failed COBS, CRC or length, and stretches of 1,024 bytes without an end
    resends                        frames sent again for want of an ACK
    command_resends                commands sent again for want of a REPLY, or over a new link
    duplicate_frames               DATA that came twice
    duplicate_events               events that came twice
    unexpected_frames              valid frames that belong to no link, or to an earlier one
    malformed_messages             messages that arrived whole and could not be understood
    late_replies                   replies to commands nobody waits for any more
    rejects                        REJECTs of the machine
    reconnects                     links that came up after the first
    restarts                       changes of the machine's boot id
    """

    frames_sent: int
    frames_received: int
    crc_errors: int
    resends: int
    command_resends: int
    duplicate_frames: int
    duplicate_events: int
    unexpected_frames: int
    malformed_messages: int
    late_replies: int
    rejects: int
    reconnects: int
    restarts: int
    replies: int
    reply_last_s: float
    reply_mean_s: float
    reply_longest_s: float
