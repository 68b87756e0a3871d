"""Derived data follows the change log: here, which articles are copies and carry one story.

Nothing derived is updated inline with a crawl; a follower that was killed goes on from its cursor.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from storage.copies.settling import BATCH
from storage.records import ArticleId, Change, ChangeKind, Relation
from storage.store import Store
from text.copies.prints import Prints

STORIES = "stories"
_FOLLOWED = (ChangeKind.NEW_ARTICLE, ChangeKind.NEW_REVISION, ChangeKind.NEW_READING)
#: Batches that are decided again at once after the rules became better; the next call goes on.
_ANEW = 10
_THREAD = ThreadPoolExecutor(max_workers=1, thread_name_prefix="stories")


def follow_stories(store: Store, now: datetime, made: Prints | None = None) -> frozenset[ArticleId]:
    """Settle every changed article in a story; the new and revised articles that turned out to be copies.

    `made`: the fingerprints that an earlier call left, for callers that follow again and again.
    """
    made = Prints() if made is None else made
    copies: set[ArticleId] = set()
    cursor = store.changes.cursor(STORIES)
    while changes := store.changes.after(cursor, BATCH):
        copies |= _follow(store, changes, now, made)
        cursor = changes[-1].id
        store.changes.move_cursor(STORIES, cursor)
    for _ in range(_ANEW):
        if not store.copies.rejoin(now, made=made):
            break
    return frozenset(copies)


def follow_in_one_thread(store: Store, now: datetime) -> None:
    """The same in a thread that all calls of a process share, for a service.

    Each thread that did this work once keeps some thirty megabytes for the next time, and a service has many.
    """
    _THREAD.submit(follow_stories, store, now).result()


def _follow(store: Store, changes: Sequence[Change], now: datetime, made: Prints) -> set[ArticleId]:
    store.copies.take_out([change.article_id for change in changes if change.kind is ChangeKind.TAKEDOWN])
    changed = [change.article_id for change in changes if change.kind in _FOLLOWED]
    anew = {change.article_id for change in changes if change.kind is ChangeKind.NEW_READING}
    members = store.copies.settle(changed, now, read_anew=anew, made=made)
    came = {change.article_id for change in changes if change.kind is not ChangeKind.NEW_READING}
    return {each.article_id for each in members if each.relation is not Relation.ORIGINAL and each.article_id in came}
