"""Derived data follows the change log: here, which articles carry the same words and are one story.

Nothing derived is updated inline with a crawl; a follower that was killed goes on from its cursor.
"""

from datetime import datetime

from storage.records import ArticleId, ChangeKind, Relation
from storage.store import Store

STORIES = "stories"
_BATCH = 500
_FOLLOWED = (ChangeKind.NEW_ARTICLE, ChangeKind.NEW_REVISION)


def follow_stories(store: Store, now: datetime) -> frozenset[ArticleId]:
    """Settle every changed article in a story; the articles that turned out to be copies."""
    copies: set[ArticleId] = set()
    cursor = store.changes.cursor(STORIES)
    while changes := store.changes.after(cursor, _BATCH):
        for change in changes:
            if change.kind in _FOLLOWED:
                member = store.stories.settle_exact(change.article_id, now)
                if member.relation is not Relation.ORIGINAL:
                    copies.add(change.article_id)
        cursor = changes[-1].id
        store.changes.move_cursor(STORIES, cursor)
    return frozenset(copies)
