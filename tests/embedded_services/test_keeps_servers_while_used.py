import os
import signal
import stat
from pathlib import Path

import psycopg
import pytest
import redis

from embedded_services import EmbeddedServicesError
from embedded_services.accounts import find_account
from embedded_services.addresses import read_addresses
from embedded_services.binaries import find_postgres_programs
from embedded_services.postgres import DURABLE, Postgres
from embedded_services.processes import wait_until
from embedded_services.use import leave_services, use_services
from tests.embedded_services.conftest import find_processes_of


def run_sql(address: str, statement: str) -> object:
    with psycopg.connect(address, connect_timeout=3) as connection:
        row = connection.execute(statement).fetchone()
        return row[0] if row else None


def test_starts_both_and_stops_them_when_nobody_uses_them(folder: Path) -> None:
    addresses = use_services(folder, throw_away=True)
    assert run_sql(addresses.database_url, "SELECT 1") == 1
    assert redis.Redis.from_url(addresses.redis_url).ping()
    assert leave_services(folder)
    assert wait_until(lambda: not find_processes_of(folder), seconds=2)
    assert not folder.exists()


def test_speaks_russian(folder: Path) -> None:
    address = use_services(folder, throw_away=True).database_url
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
    assert run_sql(address, "SELECT upper('ё')") == "Ё"
    assert run_sql(address, "SELECT cardinality(show_trgm('Ёж'))") == 3


def test_asks_for_a_password_that_only_the_owner_reads(folder: Path) -> None:
    addresses = use_services(folder, throw_away=True)
    user_and_password, _, place = addresses.database_url.removeprefix("postgres://").partition("@")
    password = user_and_password.partition(":")[2]
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgres://portal:guess@{place}")
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(addresses.redis_url.replace(password, "guess")).ping()
    for name in ("addresses.json", "password"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert not any(password in words for words in find_processes_of(folder))


def test_data_outlive_the_servers_even_when_the_keeper_is_killed(folder: Path) -> None:
    addresses = use_services(folder)
    with psycopg.connect(addresses.database_url) as connection:
        connection.execute("CREATE TABLE notes AS SELECT 'kept' AS words")
    redis.Redis.from_url(addresses.redis_url).set("note", "kept")
    assert leave_services(folder)

    addresses = use_services(folder)
    assert run_sql(addresses.database_url, "SELECT words FROM notes") == "kept"
    assert redis.Redis.from_url(addresses.redis_url).get("note") == b"kept"
    os.kill(addresses.keeper_pid, signal.SIGKILL)
    assert wait_until(lambda: not find_processes_of(folder), seconds=5)
    leave_services(folder)

    assert run_sql(use_services(folder).database_url, "SELECT words FROM notes") == "kept"


def test_ends_a_server_left_behind(folder: Path) -> None:
    use_services(folder)
    assert leave_services(folder)
    account = find_account()
    left_behind, _ = Postgres(
        programs=find_postgres_programs(account),
        data=folder / "postgres",
        log=folder / "other.log",
        password="",
        account=account,
    ).start(settings=DURABLE)
    assert run_sql(use_services(folder).database_url, "SELECT 1") == 1
    assert left_behind.wait(timeout=1) == 0


def test_a_cut_off_beginning_is_cleared_away(folder: Path) -> None:
    remains = folder / "postgres.unfinished-1"
    remains.mkdir()
    (remains / "half").write_text("a cluster")
    assert use_services(folder)
    assert not remains.exists()


def test_names_data_of_another_version(folder: Path) -> None:
    use_services(folder)
    assert leave_services(folder)
    version = folder / "postgres" / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(EmbeddedServicesError, match="holds data of Postgres 17, and the installed one is Postgres 18"):
        use_services(folder)
    assert read_addresses(folder) is None
