"""Read the configuration of an installation from its environment: one table of settings, one pass.

Every setting is a variable `QUXUN_…`, or the name of a file that holds its value in `QUXUN_…_FILE`,
which is how secrets are handed over without standing in a process's environment. Nothing is passed
over: a variable that starts with QUXUN_ and is not in the table is an error, so that a mistyped name
cannot leave a default in force. No error and no listing shows a password.
"""

import difflib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from storage.errors import ConfigError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

PREFIX = "QUXUN_"
FILE_SUFFIX = "_FILE"
MASK = "***"

DAY_S = 86400


class Origin(StrEnum):
    DEFAULT = "default"
    ENVIRONMENT = "environment"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Setting(Generic[T_co]):
    """One variable: `default` is as the documentation writes it, `parse` raises ValueError with a problem."""

    name: str
    default: str
    meaning: str
    parse: Callable[[str], T_co]


@dataclass(frozen=True, slots=True)
class Effective:
    """A setting as it is in force; the value is shown with its secrets masked."""

    name: str
    value: str
    origin: Origin


def _folder(text: str) -> Path:
    try:
        return Path(text).expanduser().resolve()
    except (OSError, RuntimeError) as error:  # no such user; links in a circle
        raise ValueError(f"{text!r} is not a folder: {error}") from error


def _database(text: str) -> str:
    """A URL for SQLAlchemy with psycopg, or with the absolute path of an SQLite file."""
    scheme, separator, rest = text.partition("://")
    match scheme if separator else "":
        case "sqlite":
            return f"sqlite:///{_sqlite_path(rest)}"
        case "postgresql" | "postgresql+psycopg":
            _check_server(text, rest)
            return f"postgresql+psycopg://{rest}"
        case _:
            given = f"{scheme}://… is not" if separator and re.fullmatch(r"[a-z0-9+]+", scheme) else "this is not"
            raise ValueError(f"{given} sqlite:///… or postgresql+psycopg://…")


def _sqlite_path(rest: str) -> str:
    if not rest.startswith("/") or rest in {"/", "//", "/:memory:"} or "?" in rest:
        raise ValueError("this is not sqlite:/// and the path of a file (a ? in it is written %3F)")
    # A relative path must not depend on the folder in which a child process starts.
    return rest[1:] if rest.startswith("//") else f"{_quoted(Path.cwd())}/{rest[1:]}"


def _check_server(url: str, rest: str) -> None:
    """Raise ValueError, without showing a password, for an address that drivers would read in their own ways."""
    quoting = "in a password @ is written %40, / is %2F and # is %23"
    try:
        fits = urlsplit(url).port != 0
    except ValueError as error:  # whose text shows what stands in the port's place: the end of an unquoted password
        raise ValueError(f"{masked(url)!r} has no valid port ({quoting})") from error
    if not fits or not rest or any(char.isspace() for char in rest) or rest.partition("/")[0].count("@") > 1:
        raise ValueError(f"{masked(url)!r} is not the address of a server and a database ({quoting})")


def _quoted(path: Path) -> str:
    # SQLAlchemy decodes the path of a URL, and takes what follows a ? for options.
    return str(path).replace("%", "%25").replace("?", "%3F")


def _word(text: str) -> str:
    return text


def _contact(text: str) -> str:
    if not (text.isascii() and text.isprintable()):
        raise ValueError(f"{text!r} cannot stand in a request's header: only ASCII, on one line")
    return text


def _flag(text: str) -> bool:
    flags = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.lower() not in flags:
        raise ValueError(f"{text!r} is neither 1 nor 0")
    return flags[text.lower()]


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        # int() alone would also take 1_000 and digits of other scripts.
        if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise ValueError(f"{text!r} is not a whole number from {least} to {most}")
        return int(text)

    return parse


def _seconds(least: float, most: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        # float() alone would also take nan, inf and 1e9.
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text) or not least <= float(text) <= most:
            raise ValueError(f"{text!r} is not a number of seconds from {least:g} to {most:g}")
        return float(text)

    return parse


def _one_of(*words: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(f"{text!r} is not one of {', '.join(words)}")
        return text

    return parse


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError as error:
        raise ValueError(f"{text!r} is not an IP address such as 127.0.0.1 or ::1") from error


def _token(text: str) -> str:
    if text and (len(text) < 16 or not text.isascii() or not text.isprintable() or " " in text):
        raise ValueError("a token has at least 16 printable ASCII characters and no spaces")
    return text


def _time_of_day(text: str) -> time | None:
    if text == "never":
        return None
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError(f"{text!r} is neither a time of day such as 08:00 nor 'never'")
    return time.fromisoformat(text)


def _web_address(text: str) -> str:
    if text and not (text.startswith(("http://", "https://")) and urlsplit(text).hostname):
        raise ValueError("this is not an http or https URL")  # it may hold a secret, so it is not shown
    return text


HOME = Setting(
    "QUXUN_HOME",
    "./data",
    "The data folder: the SQLite database, payloads, locks, logs.",
    _folder,
)
DATABASE_URL = Setting(
    "QUXUN_DATABASE_URL",
    "sqlite:///$QUXUN_HOME/quxun.db",
    "The database: `sqlite:///PATH` or `postgresql+psycopg://USER:PASSWORD@HOST/NAME`.",
    _database,
)
DISTRICT = Setting(
    "QUXUN_DISTRICT",
    "luxi",
    "The district's profile: the name of one that comes with Quxun, or the path of a TOML file.",
    _word,
)
DELAY_S = Setting(
    "QUXUN_DELAY_S",
    "2",
    "Seconds between two requests to one host; 0 is for test networks only.",
    _seconds(0, DAY_S),
)
PER_HOST = Setting(
    "QUXUN_PER_HOST",
    "1",
    "Requests in flight at one host, 1 to 16.",
    _whole(1, 16),
)
CONTACT = Setting(
    "QUXUN_CONTACT",
    "",
    "An address or URL that a webmaster can turn to; it stands in the User-Agent.",
    _contact,
)
ALLOW_PRIVATE = Setting(
    "QUXUN_ALLOW_PRIVATE",
    "0",
    "1 lets fetches reach private and loopback addresses: test networks only.",
    _flag,
)
RUNS = Setting(
    "QUXUN_RUNS",
    "max(5, cores + 3)",
    "Runs at once, 1 to 256.",
    _whole(1, 256),
)
RUN_LIMIT_S = Setting(
    "QUXUN_RUN_LIMIT_S",
    "3600",
    "Seconds that a run may last, up to a week.",
    _seconds(1, 7 * DAY_S),
)
MAX_PAGES = Setting(
    "QUXUN_MAX_PAGES",
    "100",
    "Pages of one listing that a walk reads at most; 0: no limit.",
    _whole(0, 1_000_000),
)

HOST = Setting(
    "QUXUN_HOST",
    "127.0.0.1",
    "The address on which `quxun serve` answers; any but a loopback address needs QUXUN_API_TOKEN.",
    _address,
)
PORT = Setting(
    "QUXUN_PORT",
    "8620",
    "The port on which `quxun serve` answers, 0 for any that is free.",
    _whole(0, 65535),
)
API_TOKEN = Setting(
    "QUXUN_API_TOKEN",
    "",
    "A secret that whoever wants to change something over HTTP must send; without one only this machine may.",
    _token,
)
LOG_FORMAT = Setting(
    "QUXUN_LOG_FORMAT",
    "text",
    "How the service logs: `text`, or `json` with an object a line.",
    _one_of("text", "json"),
)
ALARMS = Setting(
    "QUXUN_ALARMS",
    "",
    "Where alarms go, as Apprise URLs separated by spaces: mail, webhook, WeCom, DingTalk, Feishu.",
    _word,
)
DIGEST_AT = Setting(
    "QUXUN_DIGEST_AT",
    "08:00",
    "When the daily digest is sent, in the district's zone, or `never`.",
    _time_of_day,
)
PING_URL = Setting(
    "QUXUN_PING_URL",
    "",
    "A URL that the service calls every minute while all is well, so that somebody notices when it does not.",
    _web_address,
)
KEEP_PAYLOADS_DAYS = Setting(
    "QUXUN_KEEP_PAYLOADS_DAYS",
    "0",
    "Days for which the pages as received are kept; 0: for ever.",
    _whole(0, 36_500),
)
KEEP_TEXTS_DAYS = Setting(
    "QUXUN_KEEP_TEXTS_DAYS",
    "0",
    "Days for which texts are kept; 0: for ever.",
    _whole(0, 36_500),
)
KEEP_LOGS_DAYS = Setting(
    "QUXUN_KEEP_LOGS_DAYS",
    "90",
    "Days for which logs and issues are kept; 0: for ever.",
    _whole(0, 36_500),
)
KEEP_FINGERPRINTS_DAYS = Setting(
    "QUXUN_KEEP_FINGERPRINTS_DAYS",
    "400",
    "Days for which near copies of an article are found; 0: for ever. Exact copies always are.",
    _whole(0, 36_500),
)

#: In the order in which they are shown.
SETTINGS: tuple[Setting[object], ...] = (
    *(HOME, DATABASE_URL, DISTRICT, DELAY_S, PER_HOST),
    *(CONTACT, ALLOW_PRIVATE, RUNS, RUN_LIMIT_S, MAX_PAGES),
    *(HOST, PORT, API_TOKEN, LOG_FORMAT, ALARMS, DIGEST_AT, PING_URL),
    *(KEEP_PAYLOADS_DAYS, KEEP_TEXTS_DAYS, KEEP_LOGS_DAYS, KEEP_FINGERPRINTS_DAYS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What is in force; `origins` says where each setting comes from."""

    #: Absolute.
    home: Path
    #: With its password, if it has one: not in the repr, and shown by `effective` only masked.
    database_url: str = field(repr=False)
    #: A profile's name or path, as given.
    district: str
    delay_s: float
    per_host: int
    contact: str
    allow_private: bool
    #: Runs at once.
    runs: int
    run_limit_s: float
    #: 0: no limit.
    max_pages: int
    #: Where `quxun serve` answers.
    host: str
    port: int
    #: Empty: only this machine may change anything over HTTP.
    api_token: str = field(repr=False)
    log_format: str
    #: Apprise URLs, separated by spaces; they hold secrets.
    alarms: str = field(repr=False)
    #: None: no digest.
    digest_at: time | None
    ping_url: str = field(repr=False)
    #: 0: for ever.
    keep_payloads_days: int
    keep_texts_days: int
    keep_logs_days: int
    keep_fingerprints_days: int
    origins: Mapping[str, Origin] = field(default_factory=dict, compare=False, repr=False)

    def effective(self) -> tuple[Effective, ...]:
        """Every setting in the order of `SETTINGS`."""
        values: tuple[tuple[Setting[object], str], ...] = (
            (HOME, str(self.home)),
            (DATABASE_URL, masked(self.database_url)),
            (DISTRICT, self.district),
            (DELAY_S, f"{self.delay_s:.15g}"),
            (PER_HOST, str(self.per_host)),
            (CONTACT, self.contact),
            (ALLOW_PRIVATE, str(int(self.allow_private))),
            (RUNS, str(self.runs)),
            (RUN_LIMIT_S, f"{self.run_limit_s:.15g}"),
            (MAX_PAGES, str(self.max_pages)),
            (HOST, self.host),
            (PORT, str(self.port)),
            (API_TOKEN, MASK if self.api_token else ""),
            (LOG_FORMAT, self.log_format),
            (ALARMS, " ".join(f"{url.partition('://')[0]}://{MASK}" for url in self.alarms.split())),
            (DIGEST_AT, f"{self.digest_at:%H:%M}" if self.digest_at else "never"),
            (PING_URL, f"{self.ping_url.partition('://')[0]}://{MASK}" if self.ping_url else ""),
            (KEEP_PAYLOADS_DAYS, str(self.keep_payloads_days)),
            (KEEP_TEXTS_DAYS, str(self.keep_texts_days)),
            (KEEP_LOGS_DAYS, str(self.keep_logs_days)),
            (KEEP_FINGERPRINTS_DAYS, str(self.keep_fingerprints_days)),
        )
        return tuple(
            Effective(setting.name, value, self.origins.get(setting.name, Origin.DEFAULT)) for setting, value in values
        )


def load_config(environ: Mapping[str, str]) -> Config:
    """The configuration in an environment. Raises ConfigError for anything in it that is wrong."""
    _refuse_unknown(environ)
    given = _Given(environ)
    home = given.read(HOME, HOME.default)
    return Config(
        home=home,
        database_url=given.read(DATABASE_URL, DATABASE_URL.default.replace("$QUXUN_HOME", _quoted(home))),
        district=given.read(DISTRICT, DISTRICT.default),
        delay_s=given.read(DELAY_S, DELAY_S.default),
        per_host=given.read(PER_HOST, PER_HOST.default),
        contact=given.read(CONTACT, CONTACT.default),
        allow_private=given.read(ALLOW_PRIVATE, ALLOW_PRIVATE.default),
        runs=given.read(RUNS, str(default_runs(os.cpu_count() or 1))),
        run_limit_s=given.read(RUN_LIMIT_S, RUN_LIMIT_S.default),
        max_pages=given.read(MAX_PAGES, MAX_PAGES.default),
        host=given.read(HOST, HOST.default),
        port=given.read(PORT, PORT.default),
        api_token=given.read(API_TOKEN, API_TOKEN.default),
        log_format=given.read(LOG_FORMAT, LOG_FORMAT.default),
        alarms=given.read(ALARMS, ALARMS.default),
        digest_at=given.read(DIGEST_AT, DIGEST_AT.default),
        ping_url=given.read(PING_URL, PING_URL.default),
        keep_payloads_days=given.read(KEEP_PAYLOADS_DAYS, KEEP_PAYLOADS_DAYS.default),
        keep_texts_days=given.read(KEEP_TEXTS_DAYS, KEEP_TEXTS_DAYS.default),
        keep_logs_days=given.read(KEEP_LOGS_DAYS, KEEP_LOGS_DAYS.default),
        keep_fingerprints_days=given.read(KEEP_FINGERPRINTS_DAYS, KEEP_FINGERPRINTS_DAYS.default),
        origins=given.origins,
    )


def default_runs(cores: int) -> int:
    """Runs at once on a machine: most of a polite run is waiting, so there are more of them than cores."""
    return min(max(5, cores + 3), 256)


def masked(url: str) -> str:
    """A database URL without its password, wherever one may stand; text that is no URL is masked whole."""
    if "://" not in url:
        return MASK
    # Up to the last @: a password may hold one although it should not.
    url = re.sub(r"(://[^:/?#@]*:).*@", rf"\1{MASK}@", url, flags=re.DOTALL)
    return re.sub(r"([?&][^=&]*pass[^=&]*=)[^&]*", rf"\1{MASK}", url, flags=re.IGNORECASE)


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = [name + suffix for name in (setting.name for setting in SETTINGS) for suffix in ("", FILE_SUFFIX)]
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise ConfigError("environment", name, f"unknown variable{hint}")


class _Given:
    """The values that were given, and where each came from."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.origins: dict[str, Origin] = {}

    def read(self, setting: Setting[T], default: str) -> T:
        name, file = setting.name, setting.name + FILE_SUFFIX
        if name in self._environ and file in self._environ:
            raise ConfigError("environment", name, f"is given twice: also as {file}")
        if file in self._environ:
            origin, where, key, text = Origin.FILE, self._environ[file], file, _content(file, self._environ[file])
        elif name in self._environ:
            origin, where, key, text = Origin.ENVIRONMENT, "environment", name, self._environ[name].strip()
        else:
            origin, where, key, text = Origin.DEFAULT, "default", name, default
        if not text and setting.default:
            # Taking the default would hide a secret that failed to arrive.
            raise ConfigError(where, key, "is empty; leave it out to get the default")
        try:
            value = setting.parse(text)
        except ValueError as error:
            raise ConfigError(where, key, str(error)) from error
        self.origins[name] = origin
        return value


def _content(variable: str, path: str) -> str:
    if not path.strip():
        raise ConfigError("environment", variable, "is empty: it should name a file")
    try:
        return Path(path).read_text(encoding="utf-8-sig").strip()
    except OSError as error:
        raise ConfigError("environment", variable, f"cannot read {path!r}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError("environment", variable, f"{path!r} is not UTF-8 text") from error
