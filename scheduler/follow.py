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
    """Settle every changed article in a story; the new and revised articles that turned out to be copies."""
    copies: set[ArticleId] = set()
    cursor = store.changes.cursor(STORIES)
    while changes := store.changes.after(cursor, _BATCH):
        changed = [change.article_id for change in changes if change.kind in _FOLLOWED]
        settled = store.stories.settle_all_exact(changed, now)
        copies.update(member.article_id for member in settled if member.relation is not Relation.ORIGINAL)
        read_anew = [change.article_id for change in changes if change.kind is ChangeKind.NEW_READING]
        if read_anew:
            store.stories.settle_all_anew(list(dict.fromkeys(read_anew)), now)
        cursor = changes[-1].id
        store.changes.move_cursor(STORIES, cursor)
    return frozenset(copies)
