"""The configuration: its defaults, its origins, and that no wrong value and no secret slips through."""

import os
import pickle
import re
from datetime import time
from pathlib import Path

import pytest
from sqlalchemy import make_url

from quxun.config import MASK, SETTINGS, Config, Origin, default_runs, load_config, masked
from storage.errors import ConfigError

DOCS = Path(__file__).parents[2] / "docs" / "configuration.md"
NAMES = [setting.name for setting in SETTINGS]
GOOD = {
    "QUXUN_HOME": "/srv/quxun",
    "QUXUN_DATABASE_URL": "postgresql+psycopg://q:pw@db/quxun",
    "QUXUN_DISTRICT": "mine.toml",
    "QUXUN_DELAY_S": "0.5",
    "QUXUN_PER_HOST": "4",
    "QUXUN_CONTACT": "https://quxun.example/",
    "QUXUN_ALLOW_PRIVATE": "1",
    "QUXUN_RUNS": "9",
    "QUXUN_RUN_LIMIT_S": "60",
    "QUXUN_MAX_PAGES": "0",
    "QUXUN_HOST": "::1",
    "QUXUN_PORT": "9000",
    "QUXUN_API_TOKEN": "a-token-of-the-tests",
    "QUXUN_LOG_FORMAT": "json",
    "QUXUN_ALARMS": "json://hooks.example/quxun mailto://u:secret@example.cn",
    "QUXUN_DIGEST_AT": "07:30",
    "QUXUN_PING_URL": "https://ping.example/secret",
    "QUXUN_KEEP_PAYLOADS_DAYS": "365",
    "QUXUN_KEEP_TEXTS_DAYS": "3650",
    "QUXUN_KEEP_LOGS_DAYS": "0",
    "QUXUN_KEEP_FINGERPRINTS_DAYS": "500",
}


def rows(config: Config) -> dict[str, tuple[str, Origin]]:
    return {row.name: (row.value, row.origin) for row in config.effective()}


def problem(environ: dict[str, str]) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load_config(environ)
    return caught.value


# values
def test_without_any_variable_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_config({}) == Config(
        home=tmp_path / "data",
        database_url=f"sqlite:///{tmp_path}/data/quxun.db",
        district="luxi",
        delay_s=2.0,
        per_host=1,
        contact="",
        allow_private=False,
        runs=default_runs(os.cpu_count() or 1),
        run_limit_s=3600.0,
        max_pages=100,
        host="127.0.0.1",
        port=8620,
        api_token="",
        log_format="text",
        alarms="",
        digest_at=time(8, 0),
        ping_url="",
        keep_payloads_days=0,
        keep_texts_days=0,
        keep_fingerprints_days=400,
        keep_logs_days=90,
    )


def test_every_variable_is_read() -> None:
    assert load_config(GOOD) == Config(
        home=Path("/srv/quxun"),
        database_url="postgresql+psycopg://q:pw@db/quxun",
        district="mine.toml",
        delay_s=0.5,
        per_host=4,
        contact="https://quxun.example/",
        allow_private=True,
        runs=9,
        run_limit_s=60.0,
        max_pages=0,
        host="::1",
        port=9000,
        api_token="a-token-of-the-tests",
        log_format="json",
        alarms="json://hooks.example/quxun mailto://u:secret@example.cn",
        digest_at=time(7, 30),
        ping_url="https://ping.example/secret",
        keep_payloads_days=365,
        keep_texts_days=3650,
        keep_fingerprints_days=500,
        keep_logs_days=0,
    )


def test_the_sample_of_good_values_covers_every_setting() -> None:
    assert list(GOOD) == NAMES


def test_every_variable_can_be_given_as_a_file(tmp_path: Path) -> None:
    environ: dict[str, str] = {}
    for name, value in GOOD.items():
        path = tmp_path / name
        path.write_text(f"{value}\n", encoding="utf-8")
        environ[f"{name}_FILE"] = str(path)
    assert load_config(environ) == load_config(GOOD)
    assert {origin for _, origin in rows(load_config(environ)).values()} == {Origin.FILE}


def test_other_variables_are_none_of_our_business() -> None:
    assert load_config({"PATH": "/bin", "HTTP_PROXY": "http://p:1", "quxun_home": "x", "MY_QUXUN_HOME": "y"})


@pytest.mark.parametrize(("cores", "runs"), [(1, 5), (2, 5), (3, 6), (8, 11), (1000, 256)])
def test_a_machine_runs_more_at_once_than_it_has_cores(cores: int, runs: int) -> None:
    assert default_runs(cores) == runs


@pytest.mark.parametrize(("text", "value"), [("1", True), ("TRUE", True), ("on", True), ("0", False), ("no", False)])
def test_a_switch_is_on_or_off(text: str, value: bool) -> None:
    assert load_config({"QUXUN_ALLOW_PRIVATE": text}).allow_private is value


def test_white_space_around_a_value_is_dropped() -> None:
    assert load_config({"QUXUN_PER_HOST": " 3 "}).per_host == 3


def test_a_contact_may_be_empty() -> None:
    assert load_config({"QUXUN_CONTACT": ""}).contact == ""


def test_a_configuration_travels_to_a_child_process() -> None:
    assert pickle.loads(pickle.dumps(load_config(GOOD))) == load_config(GOOD)


# the database
def test_the_database_lies_in_the_data_folder(tmp_path: Path) -> None:
    config = load_config({"QUXUN_HOME": str(tmp_path)})
    assert make_url(config.database_url).database == f"{tmp_path}/quxun.db"


@pytest.mark.parametrize("folder", ["50% off?", "区讯 数据", "a#b&c=d", "%41"])
def test_a_data_folder_of_any_name_reaches_sqlalchemy_unchanged(folder: str, tmp_path: Path) -> None:
    home = tmp_path / folder
    assert make_url(load_config({"QUXUN_HOME": str(home)}).database_url).database == str(home / "quxun.db")


def test_a_relative_database_path_starts_at_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = load_config({"QUXUN_DATABASE_URL": "sqlite:///db/q.db"})
    assert config.database_url == f"sqlite:///{tmp_path}/db/q.db"


def test_an_absolute_database_path_stays_as_it_is() -> None:
    assert load_config({"QUXUN_DATABASE_URL": "sqlite:////srv/q.db"}).database_url == "sqlite:////srv/q.db"


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_postgresql_is_reached_through_psycopg(scheme: str) -> None:
    config = load_config({"QUXUN_DATABASE_URL": f"{scheme}://q:p%40w@db:5432/quxun?sslmode=require"})
    assert config.database_url == "postgresql+psycopg://q:p%40w@db:5432/quxun?sslmode=require"


# what it refuses
BAD = [
    ("QUXUN_HOME", "", "is empty"),
    ("QUXUN_HOME", "  ", "is empty"),
    ("QUXUN_HOME", "~no-such-user-here/data", "'~no-such-user-here/data'"),
    ("QUXUN_DISTRICT", "", "is empty"),
    ("QUXUN_DELAY_S", "", "is empty"),
    ("QUXUN_DELAY_S", "-1", "'-1'"),
    ("QUXUN_DELAY_S", "two", "'two'"),
    ("QUXUN_DELAY_S", "nan", "'nan'"),
    ("QUXUN_DELAY_S", "inf", "'inf'"),
    ("QUXUN_DELAY_S", "1e3", "'1e3'"),
    ("QUXUN_DELAY_S", "２", "'２'"),
    ("QUXUN_DELAY_S", "1,5", "'1,5'"),
    ("QUXUN_DELAY_S", "86401", "'86401'"),
    ("QUXUN_PER_HOST", "0", "'0'"),
    ("QUXUN_PER_HOST", "17", "'17'"),
    ("QUXUN_PER_HOST", "1.5", "'1.5'"),
    ("QUXUN_PER_HOST", "1_0", "'1_0'"),
    ("QUXUN_PER_HOST", "9" * 5000, "from 1 to 16"),
    ("QUXUN_CONTACT", "me@a.example\nX-Header: 1", r"\n"),
    ("QUXUN_HOST", "localhost", "not an IP address"),
    ("QUXUN_PORT", "65536", "from 0 to 65535"),
    ("QUXUN_API_TOKEN", "short", "at least 16"),
    ("QUXUN_LOG_FORMAT", "xml", "text, json"),
    ("QUXUN_DIGEST_AT", "24:00", "neither a time of day"),
    ("QUXUN_PING_URL", "ftp://ping.example/secret", "not an http or https URL"),
    ("QUXUN_KEEP_LOGS_DAYS", "-1", "from 0 to"),
    ("QUXUN_CONTACT", "区讯 <me@a.example>", "ASCII"),
    ("QUXUN_ALLOW_PRIVATE", "maybe", "'maybe'"),
    ("QUXUN_ALLOW_PRIVATE", "2", "'2'"),
    ("QUXUN_RUNS", "0", "'0'"),
    ("QUXUN_RUNS", "-5", "'-5'"),
    ("QUXUN_RUNS", "257", "'257'"),
    ("QUXUN_RUNS", "max(5, cores + 3)", "'max(5, cores + 3)'"),
    ("QUXUN_RUN_LIMIT_S", "0", "'0'"),
    ("QUXUN_RUN_LIMIT_S", "1h", "'1h'"),
    ("QUXUN_RUN_LIMIT_S", "604801", "'604801'"),
    ("QUXUN_MAX_PAGES", "-1", "'-1'"),
    ("QUXUN_MAX_PAGES", "all", "'all'"),
    ("QUXUN_DATABASE_URL", "", "is empty"),
    ("QUXUN_DATABASE_URL", "quxun.db", "sqlite:///…"),
    ("QUXUN_DATABASE_URL", "sqlite://", "path of a file"),
    ("QUXUN_DATABASE_URL", "sqlite:///", "path of a file"),
    ("QUXUN_DATABASE_URL", "sqlite:////", "path of a file"),
    ("QUXUN_DATABASE_URL", "sqlite:///:memory:", "path of a file"),
    ("QUXUN_DATABASE_URL", "sqlite:///q.db?mode=ro", "path of a file"),
    ("QUXUN_DATABASE_URL", "sqlite:q.db", "sqlite:///…"),
    ("QUXUN_DATABASE_URL", "sqlite+aiosqlite:///q.db", "sqlite+aiosqlite://… is not"),
    ("QUXUN_DATABASE_URL", "postgres://q@db/q", "postgres://… is not"),
    ("QUXUN_DATABASE_URL", "postgresql+asyncpg://q@db/q", "postgresql+asyncpg://… is not"),
    ("QUXUN_DATABASE_URL", "mysql://q@db/q", "mysql://… is not"),
    ("QUXUN_DATABASE_URL", "POSTGRESQL://q@db/q", "this is not"),
    ("QUXUN_DATABASE_URL", "postgresql://", "not the address"),
    ("QUXUN_DATABASE_URL", "postgresql://db:port/q", "no valid port"),
    ("QUXUN_DATABASE_URL", "postgresql://db:70000/q", "no valid port"),
    ("QUXUN_DATABASE_URL", "postgresql://db /q", "not the address"),
]


@pytest.mark.parametrize(("name", "value", "shown"), BAD)
def test_a_wrong_value_is_refused_by_variable_and_value(name: str, value: str, shown: str) -> None:
    error = problem({name: value})
    assert (error.where, error.key) == ("environment", name)
    assert shown in error.problem


@pytest.mark.parametrize(("name", "value", "shown"), BAD)
def test_a_wrong_value_in_a_file_is_refused_by_file_and_value(
    name: str, value: str, shown: str, tmp_path: Path
) -> None:
    path = tmp_path / "value"
    path.write_text(value, encoding="utf-8")
    error = problem({f"{name}_FILE": str(path)})
    assert (error.where, error.key) == (str(path), f"{name}_FILE")
    assert shown in error.problem


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("QUXUN_HOMW", "QUXUN_HOME"),
        ("QUXUN_DELAY", "QUXUN_DELAY_S"),
        ("QUXUN_DATABASE_URL_FIEL", "QUXUN_DATABASE_URL_FILE"),
        ("QUXUN_MAXPAGES", "QUXUN_MAX_PAGES"),
    ],
)
def test_a_mistyped_variable_is_answered_with_the_one_that_was_meant(name: str, meant: str) -> None:
    error = problem({name: "1"})
    assert (error.where, error.key) == ("environment", name)
    assert error.problem == f"unknown variable; did you mean {meant}?"


def test_a_variable_that_resembles_none_is_refused_all_the_same() -> None:
    assert problem({"QUXUN_": "1"}).key == "QUXUN_"


@pytest.mark.parametrize("name", NAMES)
def test_a_variable_beside_its_file_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "value"
    path.write_text(GOOD[name], encoding="utf-8")
    error = problem({name: GOOD[name], f"{name}_FILE": str(path)})
    assert (error.key, f"{name}_FILE" in error.problem) == (name, True)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for path, shown in ((tmp_path / "none", "No such file"), (tmp_path, "directory")):
        error = problem({"QUXUN_CONTACT_FILE": str(path)})
        assert (error.where, error.key) == ("environment", "QUXUN_CONTACT_FILE")
        assert str(path) in error.problem
        assert shown in error.problem


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "value"
    path.write_bytes("菏泽".encode("gb18030"))
    assert "not UTF-8" in problem({"QUXUN_CONTACT_FILE": str(path)}).problem


def test_a_file_without_a_name_is_refused() -> None:
    assert "should name a file" in problem({"QUXUN_CONTACT_FILE": ""}).problem


# secrets
SECRETS = [
    "postgresql://q:s3cr3t@db/quxun",
    "postgresql+psycopg://q:s3cr3t@db:5432/quxun",
    "postgresql://db/quxun?user=q&password=s3cr3t",
    "postgresql://db/quxun?sslpassword=s3cr3t&sslmode=require",
    "postgresql://:s3cr3t@db/quxun",
]


@pytest.mark.parametrize("url", SECRETS)
def test_a_password_is_never_shown(url: str) -> None:
    config = load_config({"QUXUN_DATABASE_URL": url})
    assert "s3cr3t" in config.database_url
    assert "s3cr3t" not in repr(config)
    value, origin = rows(config)["QUXUN_DATABASE_URL"]
    assert "s3cr3t" not in value
    assert (MASK in value, "db" in value, origin) == (True, True, Origin.ENVIRONMENT)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://q:s3cr3t@db/quxun",
        "postgresql://q:s3cr3t/x@db/quxun",
        "postgresql://q:s3cr3t#x@db/quxun",
        "postgresql://q:x/s3cr3t@db/quxun",
        "postgresql://q:x@s3cr3t@db/quxun",
        "postgresql://q:x s3cr3t@db/quxun",
        "postgresql://q:s3cr3t@db:x/quxun",
        "sqlite://q:s3cr3t@db/quxun",
        "s3cr3t",
    ],
)
def test_an_error_does_not_show_a_password_either(url: str) -> None:
    assert "s3cr3t" not in str(problem({"QUXUN_DATABASE_URL": url}))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://q:pw@db/x", "postgresql://q:***@db/x"),
        ("postgresql://q@db/x", "postgresql://q@db/x"),
        ("postgresql://db:5432/x", "postgresql://db:5432/x"),
        ("sqlite:////srv/q.db", "sqlite:////srv/q.db"),
        ("postgresql://db/x?password=a&b=c", "postgresql://db/x?password=***&b=c"),
        ("no address", "***"),
    ],
)
def test_all_but_the_password_stays_readable(url: str, shown: str) -> None:
    assert masked(url) == shown


# what is in force
def test_every_setting_is_listed_with_its_value_and_origin(tmp_path: Path) -> None:
    contact = tmp_path / "contact"
    contact.write_text("me@a.example\n", encoding="utf-8")
    config = load_config({"QUXUN_DELAY_S": "0.25", "QUXUN_CONTACT_FILE": str(contact), "QUXUN_RUNS": "7"})
    listed = rows(config)
    assert list(listed) == NAMES
    assert listed["QUXUN_DELAY_S"] == ("0.25", Origin.ENVIRONMENT)
    assert listed["QUXUN_CONTACT"] == ("me@a.example", Origin.FILE)
    assert listed["QUXUN_RUNS"] == ("7", Origin.ENVIRONMENT)
    assert listed["QUXUN_MAX_PAGES"] == ("100", Origin.DEFAULT)
    assert listed["QUXUN_ALLOW_PRIVATE"] == ("0", Origin.DEFAULT)


def test_what_is_listed_can_be_given_back() -> None:
    given = {name: value for name, (value, _) in rows(load_config({})).items()}
    assert load_config(given) == load_config({})


# the documentation
def documented() -> dict[str, str]:
    found = re.findall(r"^\| `(QUXUN_\w+)` \| (.+?) \| .+ \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: default.strip("`") for name, default in found}


def test_every_variable_is_documented_with_its_default_and_no_other() -> None:
    assert documented() == {setting.name: setting.default or "(empty)" for setting in SETTINGS}


def test_the_documentation_names_no_variable_that_does_not_exist() -> None:
    named = set(re.findall(r"QUXUN_[A-Z_]*[A-Z]", DOCS.read_text(encoding="utf-8")))
    assert {name.removesuffix("_FILE") for name in named} == set(NAMES)


def test_every_setting_says_what_it_means() -> None:
    assert all(setting.meaning.endswith(".") for setting in SETTINGS)


def test_what_a_listing_shows_of_channels_and_the_ping_holds_no_secret() -> None:
    shown = {name: value for name, (value, _) in rows(load_config(GOOD)).items()}
    assert shown["QUXUN_ALARMS"] == f"json://{MASK} mailto://{MASK}"
    assert shown["QUXUN_PING_URL"] == f"https://{MASK}"
    assert shown["QUXUN_API_TOKEN"] == MASK
    assert "secret" not in repr(load_config(GOOD))


def test_a_wrong_ping_url_is_refused_without_being_shown() -> None:
    assert "secret" not in str(problem({"QUXUN_PING_URL": "ftp://ping.example/secret"}))
