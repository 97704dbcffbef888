"""What an operating system needs to keep the daemon running: a systemd unit, or a line of a crontab."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path


def systemd_unit(folder: Path) -> str:
    """Write a user's unit for the workspace in ``folder``. systemd reads its own quotes and percent signs."""
    command = " ".join(_quoted(word) for word in (sys.executable, "-m", "sopwb", "-w", str(folder), "daemon"))
    place = str(folder).replace("%", "%%")
    return f"""# ~/.config/systemd/user/sopwb-{_slug(folder.name)}.service
#   systemctl --user enable --now sopwb-{_slug(folder.name)}; loginctl enable-linger
[Unit]
Description=SOP Workbench schedules of {place}
After=network-online.target

[Service]
# Secrets come from the keyring, or from here: Environment=SOPWB_SECRET_NAME=... (or EnvironmentFile=)
ExecStart={command}
WorkingDirectory={place}
Restart=always
RestartSec=5
# It finishes or pauses what runs; a second run of the unit goes on with it.
TimeoutStopSec=120

[Install]
WantedBy=default.target
"""


def cron_line(folder: Path) -> str:
    """Write a crontab's line that does one round a minute; it may run beside the daemon."""
    words = shlex.join([sys.executable, "-m", "sopwb", "-w", str(folder), "tick"])
    return "# or, instead of the daemon, a line of crontab -e:\n* * * * * " + words.replace("%", "\\%")


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if any(not (char.isalnum() or char in "/._-") for char in word) else escaped


def _slug(name: str) -> str:
    return "".join(char if char.isalnum() and char.isascii() else "-" for char in name).strip("-") or "workspace"
