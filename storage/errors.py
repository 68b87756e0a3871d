"""What can go wrong so that a person must act. The message is the sentence an operator reads."""

from pathlib import Path


class QuxunError(Exception):
    """Something that a person must put right; its text says what and where."""

    #: Exit status of the command that meets it.
    exit_code = 1


class ConfigError(QuxunError):
    """A configuration value is missing or wrong; names the file or variable, the key and the value."""

    exit_code = 2

    def __init__(self, where: str, key: str, problem: str) -> None:
        super().__init__(f"{where}: {key}: {problem}" if key else f"{where}: {problem}")
        self.where, self.key, self.problem = where, key, problem


class UsageError(QuxunError):
    """An argument cannot be used; names it."""

    exit_code = 2


class DatabaseError(QuxunError):
    """The database cannot be used: unreachable, locked for too long, full, or not a database."""

    def __init__(self, url: str, problem: str) -> None:
        super().__init__(f"database {url}: {problem}")
        self.url, self.problem = url, problem


class SchemaVersionError(DatabaseError):
    """The database is older or newer than this version of Quxun."""


class NotFound(QuxunError):
    """Nothing is stored under that name or number."""

    def __init__(self, what: str, subject: object) -> None:
        super().__init__(f"no {what} {subject}")
        self.what, self.subject = what, subject


class AlreadyExists(QuxunError):
    """Something else is stored under that name."""

    def __init__(self, what: str, subject: object, problem: str = "") -> None:
        super().__init__(f"{what} {subject} exists already" + (f": {problem}" if problem else ""))
        self.what, self.subject = what, subject


class BlobDamaged(QuxunError):
    """A stored payload no longer has the digest it is stored under."""

    def __init__(self, digest: str, problem: str) -> None:
        super().__init__(f"payload {digest} is damaged: {problem}")
        self.digest, self.problem = digest, problem


class HostBusy(QuxunError):
    """Another run held the host's lock for longer than this one would wait."""

    def __init__(self, host: str, waited_s: float) -> None:
        super().__init__(f"{host} is being visited by another run (waited {waited_s:.0f} s)")
        self.host, self.waited_s = host, waited_s


class UnreadableInput(QuxunError):
    """A file given to `import` or `extract` cannot be read as what it is said to be; names file and line."""

    exit_code = 1

    def __init__(self, path: Path | str, problem: str, line: int | None = None) -> None:
        super().__init__(f"{path}{f', line {line}' if line is not None else ''}: {problem}")
        self.path, self.line, self.problem = path, line, problem
