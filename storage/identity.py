"""Say which article a page belongs to: by its key, or by another name of it. The one place that decides it."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, union_all

from storage.columns import storable_name
from storage.errors import NotFound
from storage.intents import NewArticle
from storage.records import ArticleId, PublisherId, SourceId
from storage.schema import article_aliases, articles
from storage.upserts import among, insert

#: Articles by their names as these are stored.
Named = Mapping[str, Row[Any]]

# Built once: a batch runs them for each of its visits, and building costs more than running.
_BY_ID = select(articles).where(articles.c.id == bindparam("article_id"))
_ADD = articles.insert().returning(articles)


def by_id(connection: Connection, article_id: ArticleId) -> Row[Any]:
    """The row of an article; NotFound."""
    row = connection.execute(_BY_ID, {"article_id": article_id}).one_or_none()
    if row is None:
        raise NotFound("article", article_id)
    return row


def named(connection: Connection, publisher_id: PublisherId, names: Sequence[str]) -> Named:
    """The articles of a publisher with these keys or aliases."""
    if not names:
        return {}
    found = connection.execute(_named(connection.dialect.name), {"publisher": publisher_id, "names": list(names)})
    return {row.name: row for row in found}


def resolve(
    connection: Connection, publisher_id: PublisherId, source_id: SourceId, new: NewArticle, found: Named
) -> Row[Any]:
    """The row of the article that a page belongs to, made if there is none; `found`: who has its names.

    It is one that has this key, or this key as an alias, or one of these aliases as its key. An alias
    that both only share does not count: publishers' own ids of items are not always unique.
    """
    row = found.get(storable_name(new.key))
    if row is not None:
        return row
    for name in map(storable_name, new.aliases):
        if name in found and found[name].article_key == name:
            return found[name]
    values = {
        "publisher_id": publisher_id,
        "article_key": new.key,
        "source_id": source_id,
        "url": new.url,
        "external_id": new.external_id,
        "first_seen_at": new.visited.captured_at,
        "takedown_reason": "",
    }
    return connection.execute(_ADD, values).one()


def add_aliases(connection: Connection, article: Row[Any], names: Iterable[str], found: Named) -> None:
    """Note other names of an article; a name that leads to another article already stays there."""
    new = {storable_name(name) for name in names if name} - {article.article_key, *found}
    if new:
        values = [
            {"publisher_id": article.publisher_id, "alias": name, "article_id": article.id} for name in sorted(new)
        ]
        connection.execute(_add_alias(connection.dialect.name), values)


@cache
def _named(dialect: str) -> Any:
    by_alias = (
        select(article_aliases.c.alias.label("name"), articles)
        .join_from(article_aliases, articles, article_aliases.c.article_id == articles.c.id)
        .where(article_aliases.c.publisher_id == bindparam("publisher"))
        .where(among(dialect, article_aliases.c.alias, "names"))
    )
    by_key = (
        select(articles.c.article_key.label("name"), articles)
        .where(articles.c.publisher_id == bindparam("publisher"))
        .where(among(dialect, articles.c.article_key, "names"))
    )
    return union_all(by_alias, by_key)


@cache
def _add_alias(dialect: str) -> Any:
    return insert(dialect, article_aliases).on_conflict_do_nothing(index_elements=["publisher_id", "alias"])
