"""How the service logs: a line an event on standard error, as words for people or as JSON for programs."""

import json
import logging
import sys
from datetime import UTC, datetime

_QUIET = ("alembic", "procrastinate", "uvicorn.access", "httpx", "httpcore")


class _Words(logging.Formatter):
    """`2026-11-22 08:00:01 INFO run ended: run=41 source=heze-gov …`; what is empty is left out."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, object] = getattr(record, "fields", {})
        told = " ".join(f"{name}={_word(value)}" for name, value in fields.items() if value not in ("", None))
        at = datetime.fromtimestamp(record.created, UTC).astimezone()
        line = f"{at:%Y-%m-%d %H:%M:%S} {record.levelname} {record.getMessage()}"
        return "\n".join(filter(None, (f"{line}: {told}" if told else line, self._trace(record))))

    def _trace(self, record: logging.LogRecord) -> str:
        return self.formatException(record.exc_info) if record.exc_info and record.exc_info[0] else ""


class _Json(logging.Formatter):
    """One JSON object a line: `at` (RFC 3339), `level`, `logger`, `event`, then the event's own fields."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, object] = getattr(record, "fields", {})
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **fields,
        }
        if record.exc_info and record.exc_info[0]:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up(log_format: str) -> None:
    """Log to standard error in that format: `text` or `json`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if log_format == "json" else _Words())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that takes longer than a second is no news


def _word(value: object) -> str:
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if any(char.isspace() or char == '"' for char in text) else text
