"""The command `quxun` in this process: for tests of what it says and does.

Its runs are children as ever. A test of the process itself, of its start, its signals or its end, starts one.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from click.testing import CliRunner

from quxun.cli import cli


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command printed."""

    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON objects on its standard output, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


def quxun(environ: Mapping[str, str], *arguments: object, status: int = 0) -> Said:
    """Run the command with no other settings than those of `environ`; it must end with the status."""
    strange = {name: None for name in os.environ if name.startswith("QUXUN_")}
    words = [str(each) for each in arguments]
    result = CliRunner().invoke(cli, words, env={**strange, **environ}, prog_name="quxun")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == status, result.output
    assert "Traceback" not in result.output
    return Said(out=result.stdout, err=result.stderr)
