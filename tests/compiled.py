"""SQL that is compiled once a process: every test opens stores of its own, and all of them say the same statements."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine


class Compiled(dict[Any, Any]):
    """What one kind of database was told; a key of SQLAlchemy begins with the dialect, of which each engine has one."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get(key[1:], default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__(key[1:], compiled)


@contextmanager
def shared() -> Iterator[None]:
    """Meanwhile the stores of this process share what they compile."""
    kinds: dict[str, Compiled] = defaultdict(Compiled)

    def create(url: Any, **options: Any) -> Engine:
        engine = create_engine(url, **options)
        engine.update_execution_options(compiled_cache=kinds[engine.dialect.name])
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("storage.database.create_engine", create)
        yield
