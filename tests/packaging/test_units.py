"""The units of docs/systemd are valid, name what exists, and what they start works and ends as they say."""

import json
import os
import re
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from quxun.config import FILE_SUFFIX, SETTINGS
from storage.records import ProcessRole
from storage.store import Store
from tests.flow.installation import PROFILE
from tests.flow.typed import quxun
from tests.packaging import compose
from tests.packaging.processes import STOPS_WITHIN_S, Started, free_port
from tests.packaging.units import FOLDER, HERE, INSTALLED, SERVICES, Manager, Unit, command, parse
from tests.postgres import Server

#: `%d` in a variable is newer than the rest.
LEAST_SYSTEMD = 251
#: What stands on a machine: units, and drop-ins of each.
MACHINES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "one machine": {"quxun.service": (), "quxun-backup.service": (), "quxun-backup.timer": ()},
    "with PostgreSQL": {"quxun.service": ("postgresql.conf",), "quxun-backup.service": ("postgresql.conf",)},
    "one of many": {"quxun.service": ("postgresql.conf", "worker.conf")},
}


# ---------------------------------------------------------------------- valid
def verified(folder: Path, units: Mapping[str, Sequence[str]], right: str = INSTALLED, wrong: str = INSTALLED) -> str:
    """What systemd has to say against units with their drop-ins, in which something right is made wrong."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("there is no systemd-analyze (package systemd): the units are only read by our own parser")
    version = subprocess.run([analyze, "--version"], check=True, capture_output=True, text=True).stdout.split()[1]
    if int(re.split(r"\D", version)[0]) < LEAST_SYSTEMD:
        pytest.skip(f"the units need systemd {LEAST_SYSTEMD}, and this is {version}")
    files = [(name, name) for name in units] + [(f"{name}.d/{each}", each) for name in units for each in units[name]]
    for path, name in files:
        text = (FOLDER / name).read_text(encoding="utf-8")
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text.replace(right, wrong).replace(INSTALLED, HERE))
    call = [analyze, "verify", "--man=no", *(f"./{name}" for name in units)]
    done = subprocess.run(call, cwd=folder, check=False, capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


@pytest.mark.parametrize("machine", MACHINES)
def test_systemd_has_nothing_against_the_units(machine: str, tmp_path: Path) -> None:
    assert not verified(tmp_path, MACHINES[machine])


def test_every_unit_and_drop_in_is_verified() -> None:
    verifies = {name for units in MACHINES.values() for unit, extra in units.items() for name in (unit, *extra)}
    assert verifies == {path.name for path in FOLDER.iterdir()} - {"quxun"}


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("ProtectHome=", "ProtectHom=", "Unknown key"),
        ("Type=exec", "Type=exek", "Failed to parse"),
        ("ExecStart=/opt", "ExecStart=/nowhere", "is not executable"),
        ("SetCredential=alarms:\\n", "SetCredential=alarms:", "Invalid syntax"),
    ],
)
def test_a_broken_unit_is_found_out(right: str, wrong: str, said: str, tmp_path: Path) -> None:
    assert said in verified(tmp_path, {"quxun.service": ()}, right, wrong)


# ---------------------------------------------------------------------- what the units name
@pytest.mark.parametrize("name", [*SERVICES, "worker.conf"])
def test_a_service_runs_a_command_that_exists(name: str) -> None:
    program, *line = command(parse(name))
    assert program == INSTALLED
    compose.parse(line)


def test_they_run_the_service_a_worker_and_the_backup() -> None:
    lines = {name: command(parse(name))[1:] for name in ("quxun.service", "worker.conf", "quxun-backup.service")}
    assert lines["quxun.service"] == ["serve"]
    assert lines["worker.conf"] == ["worker"]
    assert lines["quxun-backup.service"] == ["backup", "--keep", "14"]


@pytest.mark.parametrize("name", [*SERVICES, "postgresql.conf"])
def test_every_variable_is_a_setting_and_every_secret_a_credential(name: str) -> None:
    service = parse(name)["Service"]
    settings = {setting.name + suffix for setting in SETTINGS for suffix in ("", FILE_SUFFIX)}
    credentials = {line.partition(":")[0] for line in service["LoadCredential"]}
    for variable, _, value in (line.partition("=") for line in service["Environment"]):
        assert variable in settings
        assert variable.endswith(FILE_SUFFIX) == value.startswith("%d/")
        assert not value.startswith("%d/") or value.removeprefix("%d/") in credentials


def test_the_backup_has_the_same_home_and_user_as_the_service() -> None:
    service, backup = (parse(name)["Service"] for name in ("quxun.service", "quxun-backup.service"))
    for key in ("User", "StateDirectory", "StateDirectoryMode", "WorkingDirectory", "UMask", "EnvironmentFile"):
        assert service[key] == backup[key], key
    assert service["Environment"][0] == backup["Environment"][0] == "QUXUN_HOME=%S/quxun"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_no_more_than_it_must(name: str) -> None:
    service = parse(name)["Service"]
    assert service["User"] == ["quxun"]
    assert service["ProtectSystem"] == ["strict"]
    assert "SystemCallFilter" in service
    assert "CapabilityBoundingSet" in service
    assert not service["CapabilityBoundingSet"], "it is to have none"
    assert service["RestrictAddressFamilies"] == ["AF_INET AF_INET6 AF_UNIX"]
    for key in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "RestrictNamespaces"):
        assert service[key] == ["yes"], key


def test_a_service_is_given_the_time_to_stop_and_its_runs_are_left_to_it() -> None:
    service = parse("quxun.service")["Service"]
    assert int(service["TimeoutStopSec"][0]) >= 2 * STOPS_WITHIN_S
    assert service["KillMode"] == ["mixed"]
    assert service["OOMPolicy"] == ["continue"]


def test_the_timer_starts_the_backup_every_night() -> None:
    timer = parse("quxun-backup.timer")
    assert timer["Timer"]["OnCalendar"] == ["*-*-* 03:00:00"]
    assert (FOLDER / "quxun-backup.service").is_file()


# ---------------------------------------------------------------------- what they start
@pytest.fixture
def manager(tmp_path: Path) -> Manager:
    profile = tmp_path / "district.toml"
    profile.write_text(PROFILE, encoding="utf-8")
    return Manager(tmp_path, settings={"QUXUN_DISTRICT": str(profile), "QUXUN_PORT": str(free_port())})


@contextmanager
def started(manager: Manager, unit: Unit) -> Iterator[Started]:
    environ = manager.environ(unit)
    with Started(manager.line(unit), manager.state, environ, manager.folder / "output.log") as process:
        yield process


def run(manager: Manager, unit: Unit) -> subprocess.CompletedProcess[str]:
    environ = manager.environ(unit)
    return subprocess.run(
        manager.line(unit), cwd=manager.state, env=environ, check=False, capture_output=True, text=True, timeout=60
    )


def answers(manager: Manager, path: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{manager.settings['QUXUN_PORT']}{path}", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:  # nobody listens yet, or not any more
        return False


@pytest.mark.slow
def test_the_service_gets_ready_a_backup_is_made_while_it_is_at_work_and_it_ends_when_it_is_told(
    manager: Manager,
) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with started(manager, parse("quxun.service")) as process:
            process.until(lambda: answers(manager, "/readyz"), "readiness")
            if number is signal.SIGTERM:
                done = run(manager, parse("quxun-backup.service"))
                assert done.returncode == 0, done.stderr
            assert process.stop(number) == 0, process.said
            assert "Traceback" not in process.said
    assert (manager.state / "quxun.db").is_file()


@pytest.mark.slow
def test_a_wrong_configuration_ends_with_the_status_that_is_not_tried_again(manager: Manager) -> None:
    unit = parse("quxun.service")
    manager.settings["QUXUN_PORT"] = "none"
    done = run(manager, unit)
    assert unit["Service"]["RestartPreventExitStatus"] == [str(done.returncode)], done.stderr
    assert "QUXUN_PORT" in done.stderr


@pytest.mark.slow
@pytest.mark.postgres
def test_another_machine_makes_the_runs_of_the_same_database(manager: Manager, postgres_server: Server) -> None:
    with postgres_server.fresh() as url, Store.open(url) as store:
        # `fresh` has our tables, and the upgrade adds those of the queue.
        manager.credentials["database_url"] = make_url(url).render_as_string(hide_password=False)
        environ = manager.environ(parse("quxun.service", "postgresql.conf"))
        quxun(environ, "db", "upgrade")
        with started(manager, parse("quxun.service", "postgresql.conf", "worker.conf")) as process:
            process.until(
                lambda: any(each.role is ProcessRole.WORKER for each in store.processes.list()), "sign of life"
            )
            assert process.stop() == 0, process.said


def test_the_command_for_people_has_the_settings_of_the_service(tmp_path: Path) -> None:
    etc, home, tools = (tmp_path / name for name in ("etc", "home", "tools"))
    for folder in (etc, home, tools):
        folder.mkdir()
    (etc / "quxun.env").write_text("# who we are\nQUXUN_CONTACT='press@example.cn'\n")
    (etc / "database_url").write_text("postgresql://quxun@db.example/quxun")
    (tools / "setpriv").write_text('#!/bin/sh\nshift 3\nexec "$@"\n')  # only root may become somebody else
    (tools / "setpriv").chmod(0o755)
    text = (FOLDER / "quxun").read_text().replace(INSTALLED, HERE)
    script = tmp_path / "quxun"
    script.write_text(text.replace("/etc/quxun", str(etc)).replace("/var/lib/quxun", str(home)))
    environ = {"PATH": f"{tools}:{os.environ['PATH']}"}
    call = ["sh", str(script), "config", "--json"]
    done = subprocess.run(call, env=environ, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    settings = {line["name"]: line["value"] for line in map(json.loads, done.stdout.splitlines())}
    assert settings["QUXUN_HOME"] == str(home)
    assert settings["QUXUN_DATABASE_URL"].endswith("quxun@db.example/quxun")
    assert settings["QUXUN_CONTACT"] == "press@example.cn"
