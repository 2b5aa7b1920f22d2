"""Configuration files of the private print server (see `spool.queues.private_cups`)."""

from __future__ import annotations

from pathlib import Path

# DirtyCleanInterval 0 writes each accepted job to disk at once: with the default (30 s) a killed cupsd forgets jobs
# that it accepted. MaxJobTime 0: a long run is not a hung one. PreserveJobFiles No: the spool keeps no personal data.
_CUPSD = """\
Listen localhost:{port}
LogLevel info
Browsing No
WebInterface No
DefaultAuthType Basic
MaxJobs 500
PreserveJobHistory Yes
PreserveJobFiles No
DirtyCleanInterval 0
MaxJobTime 0
ErrorPolicy abort-job
IdleExitTimeout 0
<Location />
Order allow,deny
Allow localhost
</Location>
<Policy default>
JobPrivateAccess all
JobPrivateValues none
SubscriptionPrivateAccess all
SubscriptionPrivateValues none
<Limit All>
Order deny,allow
</Limit>
</Policy>
"""

_CUPS_FILES = """\
ServerRoot {home}/conf
StateDir {home}/run
RequestRoot {home}/spool
TempDir {home}/spool/tmp
CacheDir {home}/cache
ServerKeychain {home}/ssl
AccessLog {home}/log/access_log
ErrorLog {home}/log/error_log
Printcap {home}/printcap
PageLog {home}/log/page_log
SystemGroup root
"""

_DBUS = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path={home}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""

_FOLDERS = ("conf", "run", "spool", "spool/tmp", "cache", "log", "ssl", "received")


def configuration(home: Path, port: int) -> None:
    """Write the configuration for a server that listens on a loopback port and keeps all its files below `home`."""
    for folder in _FOLDERS:
        (home / folder).mkdir()
    (home / "conf" / "cupsd.conf").write_text(_CUPSD.format(port=port))
    (home / "conf" / "cups-files.conf").write_text(_CUPS_FILES.format(home=home))
    (home / "dbus.conf").write_text(_DBUS.format(home=home))
