"""What any store takes: any text as an id, any bytes as content, and commits of tens of thousands of entries.

Seen red: with CHUNK in `commit.lua` at 100,000, the big commit; with fields of lines joined without NUL, or deadlines
ordered by due time alone, the test of odd ids.
"""

from streams.store import Line, PartitionCommit, SellerBytes, SellerChange

ALERTS, DEAD = "assay.alerts.v1", "assay.dead-letters.v1"
ODD = ["a:b", "{0}", "}{", "é", "商家", "\x00", "a\x00b", "\x7f", "*", " ", "\U0001f600", "seller:1", "x" * 256]
ODD_BYTES = bytes(range(256)) + b"\r\n$-1\r\n\x00\xff"


def test_any_text_is_an_id_and_any_bytes_are_content(world):
    async def story():
        store = world.store()
        entries = dict.fromkeys(ODD, ODD_BYTES)
        commit = PartitionCommit(
            0,
            (await store.open(0)).epoch,
            sellers={id_: SellerChange(ODD_BYTES, False, entries, entries, entries) for id_ in ODD},
            deadlines=dict.fromkeys(ODD, 7),
            outbox=[Line(ALERTS, id_.encode(), ODD_BYTES, True) for id_ in ODD] + [Line(DEAD, b"\xff\x00", b"", False)],
        )
        await store.commit([commit])
        assert await store.load_sellers(0, ODD) == {
            id_: SellerBytes(ODD_BYTES, entries, entries, entries) for id_ in ODD
        }
        assert await store.next_due(0, 99) == [(id_, 7) for id_ in sorted(ODD, key=str.encode)]
        assert [each.line for each in (await store.open(0)).unpublished] == commit.outbox
        keys = [(ALERTS, id_.encode()) for id_ in ODD]
        await store.reemit(0, keys)
        assert [each.line for each in await store.to_reemit(0)] == [Line(*key, ODD_BYTES, True) for key in sorted(keys)]

    world.run(story())


def test_a_commit_of_fifty_thousand_entries_goes_through_whole(world):
    async def story():
        store = world.store()
        entries = {f"order {i}": b"%d" % i for i in range(25_000)}
        sellers = {f"seller {i}": SellerChange(b"%d" % i) for i in range(7_000)} | {"big": SellerChange(orders=entries)}
        deadlines = {f"due {i}": i for i in range(12_000)}
        outbox = [Line(ALERTS, b"%d" % i, b"x", True) for i in range(11_000)]
        for emptied in (False, True):
            if emptied:
                sellers = {id_: SellerChange(gone=True) for id_ in sellers if id_ != "big"}
                sellers["big"] = SellerChange(orders=dict.fromkeys(entries))
                deadlines = dict.fromkeys(deadlines)
            commit = PartitionCommit(0, (await store.open(0)).epoch, sellers=sellers, deadlines=deadlines)
            commit.outbox = outbox
            (committed,) = await store.commit([commit])
            stored = await store.load_sellers(0, sellers)
            assert len(set(committed.outbox_ids)) == 11_000
            assert stored.pop("big") == SellerBytes(orders={} if emptied else entries)
            assert [seller.core for seller in stored.values()] == [
                change.core for change in list(sellers.values())[:-1]
            ]
            assert dict(await store.next_due(0, 99_999)) == ({} if emptied else deadlines)
        assert len((await store.open(0)).unpublished) == 22_000

    world.run(story())
