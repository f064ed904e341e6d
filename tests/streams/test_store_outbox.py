"""Deadlines, outbox, lines sent again, markets' neighbours: what any store promises around the commit.

Seen red: `due` with `<=`; the heap of `Times` without its check of what stands, without its check for repeats, or
rebuilt with one missing;
`published` that empties the outbox; a tombstone that leaves its line; `reemitted` that drops all reports; each mutant
of last lines in `lua_mutants.toml`; decisions stamped by event time, see `tests/guarantees/test_kills.py`.
"""

from streams.store import LAST_LINE_KEPT_US, Line, PartitionCommit

ALERTS, HOLDS, DEAD = "assay.alerts.v1", "assay.holds.v1", "assay.dead-letters.v1"
US_2099 = 4_102_444_799_999_999


async def commit(store, partition=0, **changes):
    (committed,) = await store.commit([PartitionCommit(partition, (await store.open(partition)).epoch, **changes)])
    return committed


def test_deadlines_come_by_due_time_and_then_by_the_bytes_of_their_id(world):
    async def story():
        store = world.store()
        ids = ["b", "a", "Z", "é", "z", "\U0001f600", "\uffee", "aa", "a\x00"]
        await commit(store, deadlines={**dict.fromkeys(ids, 5), "last": US_2099, "first": -7})
        ordered = [("first", -7), *((id_, 5) for id_ in sorted(ids, key=str.encode)), ("last", US_2099)]
        assert await store.next_due(0, 99) == ordered
        assert await store.next_due(0, 4) == ordered[:4]
        assert await store.next_due(0, 0) == []
        assert await store.next_due(1, 99) == []

    world.run(story())


def test_a_deadline_is_due_once_the_time_is_past_it_and_not_at_that_instant(world):
    async def story():
        store = world.store()
        await commit(store, deadlines={"a": US_2099 - 1, "b": US_2099})
        assert await store.due(0, US_2099 - 1, 9) == []
        assert await store.due(0, US_2099, 9) == [("a", US_2099 - 1)]
        assert await store.due(0, US_2099 + 1, 9) == [("a", US_2099 - 1), ("b", US_2099)]
        assert await store.due(0, US_2099 + 1, 1) == [("a", US_2099 - 1)]
        assert len(await store.next_due(0, 9)) == 2

    world.run(story())


def test_a_deadline_moves_and_goes(world):
    async def story():
        store = world.store()
        for due_us, standing in ((5, [("d", 5)]), (9, [("d", 9)]), (5, [("d", 5)]), (None, []), (9, [("d", 9)])):
            await commit(store, deadlines={"d": due_us})
            assert await store.next_due(0, 9) == standing
            assert await store.due(0, 10, 9) == standing

    world.run(story())


def test_a_deadline_moved_away_and_back_before_anybody_looked_is_there_once(world):
    async def story():
        store = world.store()
        for due_us in (5, 9, 5, None, 5):
            await commit(store, deadlines={"d": due_us, "e": 6})
        assert await store.next_due(0, 9) == [("d", 5), ("e", 6)]

    world.run(story())


def test_deadlines_are_each_there_once_however_often_the_others_have_moved(world):
    async def story():
        store = world.store()
        await commit(store, deadlines={"stays": 0})
        for shift in range(60):
            await commit(store, deadlines={f"d{i}": 1 + (i * 7 + shift) % 50 for i in range(50)})
        assert [due for _, due in await store.next_due(0, 99)] == list(range(51))

    world.run(story())


def test_lines_stay_in_the_outbox_in_their_order_until_they_are_acknowledged(world):
    async def story():
        store = world.store()
        first = await commit(store, outbox=[Line(ALERTS, b"%d" % i, b"x", True) for i in range(3)])
        second = await commit(store, outbox=[Line(DEAD, b"", b"y", False), Line(HOLDS, b"h", None, True)])
        await commit(store, partition=1, outbox=[Line(DEAD, b"", b"z", False)])
        ids = first.outbox_ids + second.outbox_ids
        assert [each.id for each in (await store.open(0)).unpublished] == list(ids)
        await store.published(0, [ids[1], ids[3], ids[1], "99999999999999-0"])
        await store.published(0, [])
        assert [each.id for each in (await store.open(0)).unpublished] == [ids[0], ids[2], ids[4]]
        assert (await store.open(0)).unpublished[-1].line == Line(HOLDS, b"h", None, True)
        await store.published(0, ids)
        assert (await store.open(0)).unpublished == []
        (new,) = (await commit(store, outbox=[Line(DEAD, b"", b"z", False)])).outbox_ids
        assert new not in ids
        assert len((await store.open(1)).unpublished) == 1

    world.run(story())


def test_what_a_fenced_worker_reports_comes_back_as_the_last_line_of_each_key(world):
    async def story():
        fenced, owner = world.store(), world.store()
        old = [Line(ALERTS, b"a", b"1", True), Line(HOLDS, b"h", b"1", True), Line(DEAD, b"d", b"1", False)]
        done = await commit(owner, outbox=[*old, Line(ALERTS, b"a", b"2", True), Line(HOLDS, b"h", None, True)])
        await owner.published(0, done.outbox_ids)
        reports = [(HOLDS, b"h"), (ALERTS, b"a"), (ALERTS, b"never"), (DEAD, b"d")]
        await fenced.reemit(0, reports)
        await fenced.reemit(0, [])
        found = await owner.to_reemit(0)
        assert [each.line for each in found] == [
            Line(ALERTS, b"a", b"2", True),
            Line(ALERTS, b"never", None, True),
            Line(DEAD, b"d", None, True),
            Line(HOLDS, b"h", None, True),
        ]
        assert (await owner.open(0)).reemit == found
        assert await owner.to_reemit(1) == []

    world.run(story())


def test_a_report_that_comes_while_the_owner_publishes_is_not_lost(world):
    async def story():
        fenced, owner = world.store(), world.store()
        await commit(owner, outbox=[Line(ALERTS, b"a", b"1", True)])
        await fenced.reemit(0, [(ALERTS, b"a")])
        found = await owner.to_reemit(0)
        await fenced.reemit(0, [(ALERTS, b"a")])
        await owner.reemitted(0, [each.id for each in found])
        await owner.reemitted(0, [])
        (late,) = await owner.to_reemit(0)
        assert late.line == Line(ALERTS, b"a", b"1", True)
        await owner.reemitted(0, [late.id])
        assert await owner.to_reemit(0) == []

    world.run(story())


def test_what_the_state_was_written_with_is_written_once(world):
    async def story():
        store = world.store()
        assert await store.meta() == {}
        await store.set_meta({})
        await store.set_meta({"partitions": "12", "topics": "é,\x00"})
        await store.set_meta({"partitions": "24", "assignor": "range"})
        assert await store.meta() == {"partitions": "12", "topics": "é,\x00"}

    world.run(story())


def last(key, value=b"x"):
    return Line(ALERTS, key, value, True, is_last=True)


def test_the_last_line_of_a_key_is_kept_for_a_week_and_goes_with_a_later_one(world):
    async def story():
        store = world.store()
        await commit(store, outbox=[Line(ALERTS, b"open", b"x", True), last(b"a"), last(b"b")], now_us=5)
        await commit(store, outbox=[last(b"c")], now_us=5 + LAST_LINE_KEPT_US)
        await commit(store, outbox=[Line(ALERTS, b"open", b"y", True)], now_us=6 + LAST_LINE_KEPT_US)
        assert [key for _, key in sorted(await store.load_lines(0))] == [b"a", b"b", b"c", b"open"]
        await commit(store, outbox=[last(b"d")], now_us=6 + LAST_LINE_KEPT_US)
        assert [key for _, key in sorted(await store.load_lines(0))] == [b"c", b"d", b"open"]

    world.run(story())


def test_each_last_line_takes_two_older_ones_with_it_the_oldest_first(world):
    async def story():
        store = world.store()
        for at_us, key in enumerate((b"c", b"b", b"a", b"d")):
            await commit(store, outbox=[last(key)], now_us=at_us)
        for left in ([b"a", b"d", b"later"], [b"later"], [b"later"]):
            await commit(store, outbox=[last(b"later")], now_us=9 + LAST_LINE_KEPT_US)
            assert [key for _, key in sorted(await store.load_lines(0))] == left

    world.run(story())


def test_a_key_that_speaks_again_or_is_given_up_is_no_longer_one_that_ends(world):
    async def story():
        store = world.store()
        await commit(store, outbox=[last(b"again"), last(b"gone"), last(b"late")], now_us=5)
        await commit(store, outbox=[Line(ALERTS, b"again", b"2", True), Line(ALERTS, b"gone", None, True)], now_us=6)
        await commit(store, outbox=[last(b"late")], now_us=9)
        await commit(store, outbox=[last(b"new")], now_us=8 + LAST_LINE_KEPT_US)
        assert [key for _, key in sorted(await store.load_lines(0))] == [b"again", b"late", b"new"]

    world.run(story())
