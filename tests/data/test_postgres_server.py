"""A database server as it is in the world: one snapshot, passwords that stay hidden, and errors in words."""

from __future__ import annotations

import gc
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sopwb.data.open import OpenTables, open_table, open_tables
from sopwb.data.postgres import server as serving
from sopwb.data.postgres.address import Credentials
from sopwb.data.postgres.server import Servers
from sopwb.kernel.diagnostics import UserError
from sopwb.run.ports import Table
from tests import postgres
from tests.data.tables import batches, declared, made, opened

PASSWORD = "s3cret/w@rd"
ENCODED = "s3cret%2Fw%40rd"
THINGS = (
    "create table things (id int primary key, x int)",
    "insert into things select i, 0 from generate_series(1, 20000) i",
)


def check_fails(said: str, url: str, table: str = "things", password: str = PASSWORD) -> None:
    """Expect a source to fail with this line, and no part of its password to be seen anywhere."""
    declaration = declared(url, table=table)
    with pytest.raises(UserError) as caught:
        list(open_table(declaration, cache_dir=None).rows())
    (diagnostic,) = caught.value.diagnostics
    assert said in diagnostic.line()
    error = caught.value
    seen = f"{diagnostic} {diagnostic.line()} {declaration} {declaration.path} {error!r} {error.__context__!r}"
    assert not any(form in seen for form in (password, ENCODED, "s3cret"))


@pytest.fixture
def asked() -> str:
    """A role that gives a password, and a table that it may read."""
    server = postgres.server()
    schema, url = server.schema()
    server.execute("drop owned by asked; drop role asked" if _has_role("asked") else "select 1",
                   f"create role asked login password '{PASSWORD}'",
                   f"create table {schema}.things (id int primary key)", f"insert into {schema}.things values (1)",
                   f"grant usage on schema {schema} to asked", f"grant select on {schema}.things to asked")  # fmt: skip
    return url.replace("user=postgres", "user=asked")


def _has_role(name: str) -> bool:
    with postgres.server().connect() as connection:
        return connection.execute("select from pg_roles where rolname = %s", (name,)).fetchone() is not None


def sessions() -> int:
    """Count the sessions of the product at the server."""
    with postgres.server().connect() as connection:
        query = "select count(*) from pg_stat_activity where application_name = 'sopwb'"
        return int(connection.execute(query).fetchone()[0])


def cut() -> None:
    """End all sessions of the product, as an administrator does."""
    with postgres.server().connect() as connection:
        query = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'sopwb'"
        connection.execute(query)


# --- one snapshot ---------------------------------------------------------------------------------
def two_tables() -> OpenTables:
    schema, url = postgres.server().schema()
    for name in ("a", "b"):
        postgres.server().execute(f"create table {schema}.{name} (id int primary key, x int)",
                                  f"insert into {schema}.{name} values (1, 0), (2, 0)")  # fmt: skip
    from sopwb.data.declaration import declare

    declarations = [declare(name, {"url": url, "table": f"{schema}.{name}", "key": "id"}, "/")[0] for name in "ab"]
    return open_tables([d for d in declarations if d is not None], cache_dir=None)


def test_all_tables_of_a_database_show_one_state_however_they_are_read() -> None:
    tables = two_tables()
    first = tables.table("a")
    begun = first.rows()
    assert next(begun)["x"] == 0
    schema = first._reader.relation.sql.split(".")[0]  # type: ignore[attr-defined]
    postgres.server().execute(
        f"update {schema}.a set x = 1; update {schema}.b set x = 1; delete from {schema}.b where id = 2"
    )
    second = tables.table("b")  # opened after the change
    assert [row["x"] for row in second.rows()] == [0, 0]
    assert [row["x"] for row in batches(second)] == [0, 0]
    assert [row["x"] for row in second.matching("id", 2)] == [0]
    assert (second.count(), next(begun)["x"]) == (2, 0)
    before = second.fingerprint()
    tables.release()
    assert [row["x"] for row in tables.table("b").rows()] == [1]
    assert [row["x"] for row in tables.table("a").rows()] == [1, 1]
    assert tables.table("b").fingerprint() != before


def test_rows_look_ups_and_batches_go_on_side_by_side() -> None:
    table = opened(*THINGS)
    rows, lines = table.rows(), table.batches(rows_max=1000)
    for n, row in enumerate(rows, 1):
        if n % 1000 == 1:
            assert next(lines).num_rows == 1000
            assert [found["id"] for found in table.matching("id", n)] == [row["id"]] == [n]
            assert next(table.rows())["id"] == 1  # and what is not read to its end holds nothing up


def test_nothing_is_asked_of_a_server_before_a_table_is_wanted() -> None:
    tables = open_tables([declared("postgresql://127.0.0.1:1/nowhere")], cache_dir=None)
    assert tables.names() == ("things",)
    tables.close()


def test_no_session_is_left_behind() -> None:
    gc.collect()
    before = sessions()
    tables = two_tables()
    assert tables.table("a").count() == tables.table("b").count() == 2
    assert sessions() == before + 1
    tables.close()
    table = opened(*THINGS)
    lines = table.batches(rows_max=10)
    next(lines)
    assert sessions() == before + 2
    lines.close()  # type: ignore[attr-defined]
    assert (sessions(), table.count()) == (before + 1, 20000)  # what is not copied to its end harms no snapshot
    del table, lines
    gc.collect()
    assert sessions() == before


def test_a_released_connection_is_used_again_and_replaced_where_it_was_cut() -> None:
    tables = two_tables()
    for _ in range(2):
        assert tables.table("a").count() == 2
        assert sessions() >= 1
        tables.release()
    cut()
    assert tables.table("a").count() == 2
    tables.close()


def test_nothing_can_be_written() -> None:
    schema, url = postgres.server().schema()
    postgres.server().execute(
        f"create table {schema}.log (n int)",
        f"create function {schema}.note() returns int language sql"
        f" as 'insert into {schema}.log values (1) returning n'",
        f"create view {schema}.things as select {schema}.note() as id",
    )
    check_fails("SOP-D066 at postgresql:///postgres?", url)
    with postgres.server().connect() as connection:
        assert connection.execute(f"select count(*) from {schema}.log").fetchone() == (0,)


# --- passwords ------------------------------------------------------------------------------------
def with_password(url: str, password: str) -> str:
    return url.replace("postgresql:///", f"postgresql://asked:{password}@/").replace("&user=asked", "")


def ids(url: str) -> list[int]:
    return [row["id"] for row in open_table(declared(url), cache_dir=None).rows()]


def test_a_password_comes_from_a_secret_the_environment_a_file_or_the_url(
    asked: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert ids(with_password(asked, ENCODED)) == [1]
    with monkeypatch.context() as changed:
        changed.setenv("SOPWB_SECRET_SHOP_DB", PASSWORD)
        assert ids(with_password(asked, "secret://shop-db")) == [1]
        assert ids(asked + "&password=secret://shop-db") == [1]
        assert ids(asked + "&password=secret%3A%2F%2Fshop-db&connect_timeout=5") == [1]
    with monkeypatch.context() as changed:
        changed.setenv("PGPASSWORD", PASSWORD)
        assert ids(asked) == [1]
    file = tmp_path / "pgpass"
    file.write_text(f"*:*:*:asked:{PASSWORD}\n")
    file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(file))
    assert ids(asked) == [1]


def test_what_the_url_leaves_out_comes_from_the_environment(asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    url = declared(asked).address
    assert url is not None
    for name, value in url.credentials().settings.items():
        words = {"dbname": "PGDATABASE", "user": "PGUSER", "host": "PGHOST", "options": "PGOPTIONS"}
        monkeypatch.setenv(words[name], value)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    assert ids("postgresql://") == [1]


@pytest.mark.parametrize("password", ["wr0ng-one", "wr0ng%2Fone"])
def test_a_wrong_password_is_said_and_not_shown(asked: str, password: str) -> None:
    url = with_password(asked, password)
    check_fails("SOP-D062 at postgresql://asked@/postgres?", url, password="wr0ng")
    check_fails('password authentication failed for user "asked" (look at', url, password="wr0ng")


def test_a_password_that_is_repeated_is_hidden_in_every_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "of the environment")
    credentials = Credentials({"user": "asked", "password": PASSWORD, "sslpassword": "of the key"})
    said = f'role "{PASSWORD}" and\n  {ENCODED} and of the key and of the environment'
    assert credentials.redact(said) == 'role "***" and *** and *** and ***'
    assert "s3cret" not in repr(credentials)


def test_a_missing_password_and_a_missing_secret_say_where_they_are_looked_for(asked: str) -> None:
    check_fails("no password supplied (give secret://NAME", asked)
    check_fails("SOP-D061 at secret://shop-db: there is no secret shop-db (set the environment variable "
                "SOPWB_SECRET_SHOP_DB", with_password(asked, "secret://shop-db"))  # fmt: skip


# --- what goes wrong ------------------------------------------------------------------------------
def test_a_server_that_is_down_is_said_once_and_at_once() -> None:
    check_fails("SOP-D062 at postgresql://asked@127.0.0.1:1/shop: no connection: ",
                f"postgresql://asked:{ENCODED}@127.0.0.1:1/shop")  # fmt: skip
    check_fails("Connection refused", f"postgresql://asked:{ENCODED}@127.0.0.1:1/shop")
    check_fails("is its socket in that folder?", "postgresql:///shop?host=%2Fnowhere")
    check_fails("look at the url's database", postgres.server().url("no_such_database"))
    check_fails("look at the url's user", postgres.server().url(user="nobody_known"))


def test_a_server_that_is_down_is_tried_once_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []
    connect = serving.Server.connect
    monkeypatch.setattr(serving.Server, "connect", lambda self: tried.append(self) or connect(self))
    declaration, servers = declared("postgresql://127.0.0.1:1/shop"), Servers()
    for command in (1, 2):
        for _ in range(3):
            with pytest.raises(UserError, match="no connection"):
                open_table(declaration, cache_dir=None, servers=servers)
        assert len(tried) == command
        servers.release()


def test_a_server_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "SERVER_CONNECT_S_MAX", 1)
    monkeypatch.delenv("PGCONNECT_TIMEOUT", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        begun = time.monotonic()
        check_fails("is the server up, and can this machine reach it?",
                    f"postgresql://asked:{ENCODED}@127.0.0.1:{mute.getsockname()[1]}/shop")  # fmt: skip
        assert time.monotonic() - begun < 6


def test_a_server_that_is_too_old_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "VERSION_MIN", 99)
    check_fails("is too old (version 99 or newer is needed)", postgres.server().url())


def test_without_the_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    declaration = declared("postgresql://localhost/shop")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UserError, match=r"SOP-D060 .*psycopg.*\(python3 -m pip install 'sopwb\[postgres\]'\)"):
        open_table(declaration, cache_dir=None)


def test_settings_that_libpq_does_not_know_are_named() -> None:
    said = 'SOP-D062 at postgresql://h/d?colour=red: the url cannot be read (invalid URI query parameter: "colour")'
    check_fails(said, "postgresql://h/d?colour=red")


def test_tables_that_may_not_be_read_say_what_to_grant(asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    schema, _ = postgres.server().schema()
    postgres.server().execute(f"create table {schema}.things (id int primary key, x int, y int)")
    hidden = f"SOP-D063 at postgresql:///postgres.*: the table {schema}.things may not be read"
    for granted in ("select 1", f"grant select on {schema}.things to asked"):  # nothing; the schema still is closed
        postgres.server().execute(granted)
        with pytest.raises(UserError, match=hidden):
            open_table(declared(asked, table=f"{schema}.things"), cache_dir=None)
    postgres.server().execute(f"revoke all on {schema}.things from asked", f"grant usage on schema {schema} to asked",
                              f"grant select (id, y) on {schema}.things to asked",
                              f"insert into {schema}.things values (1, 2, 3)")  # fmt: skip
    table = open_table(declared(asked, table=f"{schema}.things"), cache_dir=None)
    assert list(table.rows()) == batches(table) == list(table.matching("y", 3)) == [{"id": 1, "y": 3}]
    assert table.count() == 1


def failing(view: str) -> Table:
    return opened(f"create view things as {view}")


def test_a_view_that_fails_says_why_and_goes_on_saying_it() -> None:
    table = failing("select i as id, 1 / (3 - i) as x from generate_series(1, 5) i")
    for read in (lambda: list(table.rows()), lambda: list(table.matching("id", 1)), lambda: batches(table)):
        with pytest.raises(
            UserError, match=r"SOP-D066 .*the server cannot give the records: division by zero \(22012\)"
        ):
            read()


def test_a_statement_that_takes_too_long_says_what_stopped_it() -> None:
    server = postgres.server()
    if not _has_role("hasty"):
        server.execute("create role hasty login superuser", "alter role hasty set statement_timeout = '100ms'")
    schema, url = server.schema()
    server.execute(f"create view {schema}.things as select 1 as id, pg_sleep(20)::text as x")
    check_fails("SOP-D065", url.replace("user=postgres", "user=hasty"))


def test_a_table_that_is_locked_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "SETTINGS", serving.SETTINGS.replace("10000", "50"))
    declaration = made(*THINGS)
    table = open_table(declaration, cache_dir=None)
    schema = table._reader.relation.sql  # type: ignore[attr-defined]
    with postgres.server().connect() as other, other.transaction():
        other.execute(f"lock table {schema} in access exclusive mode")
        with pytest.raises(UserError, match=r"SOP-D017 .*a table is locked by another program"):
            list(table.rows())


@pytest.mark.parametrize("way", ["rows", "batches"])
def test_a_connection_that_is_cut_in_the_middle_ends_the_reading(way: str) -> None:
    table = opened("create table things (id int primary key, x text)",
                   "insert into things select i, repeat('x', 200) from generate_series(1, 60000) i")  # fmt: skip
    reading: Iterator[object] = table.rows() if way == "rows" else table.batches(rows_max=100)
    next(reading)
    cut()
    with pytest.raises(UserError, match=r"SOP-D064 .*the connection ended while reading: .*\(run again\)"):
        list(reading)
