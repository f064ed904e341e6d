"""The second half of a rebuild: what was published is taken over by the new state, and what differs goes out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import msgspec

from detectors.entries import pack_flags
from detectors.flags import new_flags
from detectors.policy import Policy
from detectors.restoring import Said, restore
from detectors.state import SellerState
from schemas import Alert, Hold, SellerStanding, topics
from streams.deadlines import deadline_id
from streams.hop import Hop, PartitionLostError, wall_clock_us
from streams.kafka_access import KafkaOptions, kafka_access
from streams.outbox import line_of
from streams.partition import Partition
from streams.said import SAID, said_in
from streams.sellers import change_of, seller_from
from streams.settings import Settings
from streams.store import Fenced, FlagWrite, PartitionCommit

SELLERS_AT_ONCE: Final = 500
_TOPICS: Final = SAID
_decoders: Final = {topic.name: msgspec.json.Decoder(topic.words[0]).decode for topic in _TOPICS}

Lines = dict[tuple[str, bytes], bytes]
Word = Alert | Hold | SellerStanding


class Handed(NamedTuple):
    """`kept`: alerts and holds that no event supports any more; `lost`: those whose subject nobody remembers."""

    lines: int = 0
    kept: int = 0
    lost: int = 0

    def plus(self, lines: int, kept: int, lost: int) -> "Handed":
        return Handed(self.lines + lines, self.kept + kept, self.lost + lost)


async def hand_over(hop: Hop, numbers: Iterable[int], settings: Settings, policy: Policy) -> Handed:
    """Partition by partition. Safe to repeat: what has gone out is no difference the next time."""
    handed = Handed()
    for number in numbers:
        partition = await hop.open(number, [topic.name for topic in topics.MARKETPLACE])
        told = await _published(kafka_access(settings).options, number)
        ours = await hop.store.load_lines(number)
        told_of, others = _by_seller(told)
        ours_of, our_others = _by_seller(ours)
        for seller_ids in _chunks(sorted(told_of.keys() | ours_of.keys())):
            handed = await _restore(hop, partition, seller_ids, told_of, ours_of, policy, handed)
        lost = [one for alert_id, one in others.items() if one.status != "withdrawn" and alert_id not in our_others]
        new = [one for alert_id, one in our_others.items() if one.status != "withdrawn" and alert_id not in others]
        await _publish(hop, partition, PartitionCommit(number, partition.epoch, outbox=[line_of(one) for one in new]))
        handed = handed.plus(len(new), 0, len(lost))
        await hop.lives.end([partition])
    return handed


async def _restore(
    hop: Hop,
    partition: Partition,
    seller_ids: Iterable[str],
    told: Mapping[str, Said],
    ours: Mapping[str, Said],
    policy: Policy,
    handed: Handed,
) -> Handed:
    commit = PartitionCommit(partition.number, partition.epoch)
    flags: list[FlagWrite] = []
    nothing = Said([], [], [])
    for seller_id, stored in (await hop.store.load_sellers(partition.number, seller_ids)).items():
        state = seller_from(seller_id, stored)
        done = restore(state, told.get(seller_id, nothing), ours.get(seller_id, nothing), policy)
        handed = handed.plus(len(done.words), done.kept, len(done.lost))
        commit.outbox += [line_of(word) for word in done.words]
        if done.kept:
            _note_flags(state, flags)
        for (kind, subject_id), due_us in state.changes.deadlines.items():
            commit.deadlines[deadline_id(seller_id, kind, subject_id)] = due_us
        change = change_of(state)
        if change.core != stored.core or change.listings:
            commit.sellers[seller_id] = change
    await _publish(hop, partition, commit, flags)
    return handed


def _note_flags(state: SellerState, flags: list[FlagWrite]) -> None:
    state.core.sequence += 1  # newer than what the events said
    told = new_flags(state, state.core.last_seen_us)
    if told is not None:
        flags.append(FlagWrite(state.seller_id, pack_flags(told)))


async def _publish(hop: Hop, partition: Partition, commit: PartitionCommit, flags: Iterable[FlagWrite] = ()) -> None:
    if not (commit.sellers or commit.outbox):
        return
    commit.now_us = wall_clock_us()
    (outcome,) = await hop.store.commit([commit], flags=list(flags))
    if isinstance(outcome, Fenced):
        raise PartitionLostError([(partition, outcome.why)])
    partition.epoch = outcome.epoch
    await hop.publisher.outbox.publish(partition.number, commit.outbox)
    await hop.store.published(partition.number, outcome.outbox_ids)


def _by_seller(lines: Lines) -> tuple[dict[str, Said], dict[str, Alert]]:
    """Each seller's lines, and the alerts that are no seller's, by id."""
    of: defaultdict[str, Said] = defaultdict(lambda: Said([], [], []))
    others: dict[str, Alert] = {}
    for (topic, _), value in lines.items():
        word: Word = _decoders[topic](value)
        if isinstance(word, Hold):
            of[word.seller_id].holds.append(word)
        elif isinstance(word, SellerStanding):
            of[word.seller_id].standings.append(word)
        elif isinstance(word.seller_id, str):
            of[word.seller_id].alerts.append(word)
        else:
            others[word.alert_id] = word
    return of, others


async def _published(kafka: KafkaOptions, number: int) -> Lines:
    """The last line of each key of that partition of the compacted topics: the one with the highest revision."""
    found: Lines = {}
    async for key, value in said_in(kafka, number):
        _keep_newest(found, key, value)
    return found


def _keep_newest(found: Lines, key: tuple[str, bytes], value: bytes | None) -> None:
    if value is None:
        found.pop(key, None)
        return
    before = found.get(key)
    decode = _decoders[key[0]]
    if before is None or decode(value).revision >= decode(before).revision:
        found[key] = value


def _chunks(seller_ids: list[str]) -> Iterator[list[str]]:
    for at in range(0, len(seller_ids), SELLERS_AT_ONCE):
        yield seller_ids[at : at + SELLERS_AT_ONCE]
