"""aiokafka against a bootstrap address: each assertion is what Apache Kafka does."""
import asyncio
import sys

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import ProducerFenced, TopicAlreadyExistsError

BOOTSTRAP = sys.argv[1]
WAIT_S = 60
COUNT = 500


async def topics():
    admin = AIOKafkaAdminClient(bootstrap_servers=BOOTSTRAP)
    await admin.start()
    answer = await admin.create_topics([NewTopic("visits", 3, 3)])
    assert [error for _, error, *_ in answer.topic_errors] == [0], answer
    again = await admin.create_topics([NewTopic("visits", 3, 3)])
    assert [error for _, error, *_ in again.topic_errors] == [TopicAlreadyExistsError.errno], again
    assert "visits" in await admin.list_topics()
    await admin.close()


async def produce():
    async with AIOKafkaProducer(bootstrap_servers=BOOTSTRAP, enable_idempotence=True, compression_type="gzip") as producer:
        sent = [await producer.send("visits", b"v%d" % i, key=b"k%d" % (i % 7), headers=[("n", b"%d" % i)]) for i in range(COUNT)]
        answers = await asyncio.gather(*sent)
    by_partition = {}
    for answer in answers:
        by_partition.setdefault(answer.partition, []).append(answer.offset)
    for offsets in by_partition.values():
        assert offsets == list(range(len(offsets))), "offsets have holes"


async def consume():
    """Reads all in a group, commits, and a second member begins where the first ended."""
    async with AIOKafkaConsumer("visits", bootstrap_servers=BOOTSTRAP, group_id="counters", auto_offset_reset="earliest", enable_auto_commit=False) as consumer:
        seen: list[ConsumerRecord] = []
        while len(seen) < COUNT:
            seen.append(await consumer.getone())
        await consumer.commit()
    assert len({message.value for message in seen}) == COUNT
    assert all(dict(message.headers)["n"] == message.value[1:] for message in seen)
    async with AIOKafkaConsumer(bootstrap_servers=BOOTSTRAP, group_id="counters") as second:
        parts = [TopicPartition("visits", p) for p in range(3)]
        committed = [await second.committed(part) for part in parts]
        ends = await second.end_offsets(parts)
    assert committed == [ends[part] for part in parts] and sum(committed) == COUNT, (committed, ends)


async def transactions():
    """What was aborted is not read; a newer producer of the same name fences the older."""
    first = AIOKafkaProducer(bootstrap_servers=BOOTSTRAP, transactional_id="tills")
    await first.start()
    async with first.transaction():
        await first.send_and_wait("visits", b"kept", partition=0)
    await first.begin_transaction()
    await first.send_and_wait("visits", b"dropped", partition=0)
    await first.abort_transaction()
    async with AIOKafkaProducer(bootstrap_servers=BOOTSTRAP, transactional_id="tills") as second:
        async with second.transaction():
            await second.send_and_wait("visits", b"last", partition=0)
        await first.begin_transaction()
        try:
            await first.send_and_wait("visits", b"late", partition=0)
            raise AssertionError("the older producer still writes")
        except ProducerFenced:
            pass
    await first.stop()
    part = TopicPartition("visits", 0)
    async with AIOKafkaConsumer(bootstrap_servers=BOOTSTRAP, isolation_level="read_committed") as reader:
        reader.assign([part])
        await reader.seek_to_beginning(part)
        values = []
        while b"last" not in values:
            values.append((await reader.getone()).value)
    assert values[-2:] == [b"kept", b"last"], values[-3:]


SCENARIOS = (topics, produce, consume, transactions)


async def main():
    for scenario in SCENARIOS:
        await asyncio.wait_for(scenario(), WAIT_S)
        print(scenario.__name__, "held", flush=True)
    print("all held")


asyncio.run(main())
