"""A PostgreSQL server of the tests' own: started when a test first wants it, stopped when all tests have ended.

It listens on a Unix socket in a temporary folder only, writes nothing to disk in earnest, and runs as a person who is
not root, since PostgreSQL refuses to. Where there is no PostgreSQL, or no driver, tests are skipped.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

PORT = 5432
START_S_MAX = 30
_SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=", "max_connections=20",
             "shared_buffers=16MB", "log_min_messages=fatal", f"port={PORT}", "logging_collector=off")  # fmt: skip
_ACCESS = "local all postgres trust\nlocal all asked scram-sha-256\nlocal all all trust\n"
"""Everybody may come in, but a role named ``asked`` gives a password."""


class Server:
    """A running server with a superuser ``postgres``."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.folder, self._process = folder, process
        self._schemas = 0

    def url(self, database: str = "postgres", user: str = "postgres", **settings: str) -> str:
        """Give the url of a database; ``settings`` are libpq's, such as ``options``."""
        from urllib.parse import quote

        listed = "".join(f"&{name}={quote(value, safe='')}" for name, value in settings.items())
        return f"postgresql:///{database}?host={quote(str(self.folder), safe='')}&user={user}{listed}"

    def connect(self, database: str = "postgres") -> Any:
        """Connect as the superuser; every statement is its own transaction."""
        import psycopg

        return psycopg.connect(self.url(database), autocommit=True)

    def execute(self, *statements: str, database: str = "postgres") -> None:
        with self.connect(database) as connection:
            for statement in statements:
                connection.execute(statement)

    def schema(self) -> tuple[str, str]:
        """Make an empty schema; give its name, and the url of a session that looks there first."""
        self._schemas += 1
        name = f"test_{self._schemas}"
        self.execute(f"create schema {name}")
        return name, self.url(options=f"-csearch_path={name},public")

    def stop(self) -> None:
        self._process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
        try:
            self._process.wait(START_S_MAX)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


_server: Server | None = None


def server() -> Server:
    """Give the server, started on first use; skips the test where there is none."""
    global _server
    if _server is None:
        try:
            import psycopg  # noqa: F401
        except ImportError:
            pytest.skip("needs psycopg")
        programs = _programs()
        if programs is None:
            pytest.skip("needs PostgreSQL's server")
        _server = _start(programs)
    return _server


def stop() -> None:
    """Stop the server where one was started."""
    global _server
    if _server is not None:
        _server.stop()
        _server = None


def _programs() -> Path | None:
    """Find the folder of ``initdb`` and ``postgres``: Debian keeps them off the path, the newest version last."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = versions[-1] if versions else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _start(programs: Path) -> Server:
    folder = Path(tempfile.mkdtemp(prefix="sopwb-postgres-"))
    person: dict[str, Any] = {}
    if os.getuid() == 0:
        names = {entry.pw_name for entry in pwd.getpwall()}
        entry = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
        person = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    data = folder / "data"
    settings: dict[str, Any] = {
        **person,
        "cwd": folder,
        "env": {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"},
    }
    made = subprocess.run(
        [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"],
        capture_output=True, text=True, timeout=120, check=False, **settings,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    (data / "pg_hba.conf").write_text(_ACCESS)
    options = [word for setting in (*_SETTINGS, f"unix_socket_directories={folder}") for word in ("-c", setting)]
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(
            [programs / "postgres", "-D", data, *options],
            stdout=log,
            stderr=log,
            preexec_fn=_die_with_tests,
            **settings,
        )
    started = Server(folder, process)
    _wait(started, process)
    return started


def _die_with_tests() -> None:
    """Ask Linux to stop the server when the tests are killed: nobody else would."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGINT)


def _wait(started: Server, process: subprocess.Popen[bytes]) -> None:
    import psycopg

    until = time.monotonic() + START_S_MAX
    while True:
        try:
            started.connect().close()
            return
        except psycopg.OperationalError as wrong:
            if process.poll() is not None or time.monotonic() > until:
                log = (started.folder / "log").read_text()
                started.stop()
                raise AssertionError(f"PostgreSQL does not start: {log}") from wrong
            time.sleep(0.02)
