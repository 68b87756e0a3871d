from tests.builders import *
def test_x(world):
    print(world.record(entries_seen(world.listing.id, "1", "2")))
    assert world.due() == ["1","2"]
    print(world.record(new_article("1", aliases=("http://x/",))), world.record(new_article("1")))
    print(world.known())
    r = world.visit(new_revision(world.known(), "neu", later(hours=1)))
    print(r, world.store.articles.list(), world.store.articles.revisions(world.known().id))
    r = world.visit(revisit(world.known(), later(hours=2)))
    print(r, world.known(), world.due(), list(world.store.check()))
    print(world.store.stories.settle_exact(1, NOW))
    r = world.visit(gone(world.known(), at=later(hours=3)))
    print(r, world.store.articles.find(url()).gone_at, world.store.changes.after(0))
    assert 0
