"""confluent-kafka against a bootstrap address: each assertion is what Apache Kafka does."""
import sys
import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic, OffsetSpec, ResourceType

BOOTSTRAP = sys.argv[1]
WAIT_S = 60
COMMON = {"bootstrap.servers": BOOTSTRAP, "broker.address.family": "v4"}
admin = AdminClient(COMMON)


def done(futures):
    return {key: future.result(WAIT_S) for key, future in futures.items()}


def refused(futures, name):
    for future in futures.values():
        try:
            future.result(WAIT_S)
        except KafkaException as error:
            assert error.args[0].name() == name, error
        else:
            raise AssertionError(f"expected {name}")


def topics():
    done(admin.create_topics([NewTopic("orders", 3, 3, config={"retention.ms": "3600000"})]))
    refused(admin.create_topics([NewTopic("orders", 1, 1)]), "TOPIC_ALREADY_EXISTS")
    refused(admin.create_topics([NewTopic("bad name", 1, 1)]), "TOPIC_EXCEPTION")
    refused(admin.create_topics([NewTopic("too-many", 1, 9)]), "INVALID_REPLICATION_FACTOR")
    done(admin.create_partitions([NewPartitions("orders", 4)]))
    meta = admin.list_topics("orders", timeout=WAIT_S).topics["orders"]
    assert len(meta.partitions) == 4, meta.partitions
    assert all(len(p.replicas) == 3 and len(p.isrs) == 3 for p in meta.partitions.values())
    resource = ConfigResource(ResourceType.TOPIC, "orders")
    configs = done(admin.describe_configs([resource]))[resource]
    assert configs["retention.ms"].value == "3600000" and not configs["retention.ms"].is_default
    assert configs["cleanup.policy"].is_default and configs["cleanup.policy"].value == "delete"


def produce(codec, count):
    producer = Producer({**COMMON, "compression.type": codec, "enable.idempotence": True, "linger.ms": 5})
    failed = []
    report = lambda error, _: failed.append(error) if error else None
    for i in range(count):
        headers = [("codec", codec), ("twice", b"1"), ("twice", None)]
        producer.produce("orders", key=f"{codec}-{i % 7}", value=f"{codec} {i} " + "x" * 200, headers=headers, on_delivery=report)
        producer.poll(0)
    assert producer.flush(WAIT_S) == 0 and not failed, failed


def consume(group, wanted):
    consumer = Consumer({**COMMON, "group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False, "session.timeout.ms": 6000})
    consumer.subscribe(["orders"])
    seen, deadline = [], time.time() + WAIT_S
    while len(seen) < wanted and time.time() < deadline:
        message = consumer.poll(0.2)
        if message is not None:
            assert not message.error(), message.error()
            seen.append(message)
    assert len(seen) == wanted, (len(seen), wanted)
    consumer.commit(asynchronous=False)
    return consumer, seen


def groups():
    codecs = ["none", "gzip", "snappy", "lz4", "zstd"]
    for codec in codecs:
        produce(codec, 200)
    consumer, seen = consume("readers", 200 * len(codecs))
    for codec in codecs:
        values = [m.value() for m in seen if dict(m.headers()[:1])["codec"] == codec.encode()]
        assert len(set(values)) == 200, (codec, len(values))
    assert seen[0].headers()[1:] == [("twice", b"1"), ("twice", None)], seen[0].headers()
    listed = {g.group_id: g for g in admin.list_consumer_groups().result(WAIT_S).valid}
    assert "readers" in listed
    described = done(admin.describe_consumer_groups(["readers"]))["readers"]
    assert described.state.name == "STABLE" and len(described.members) == 1, described
    assert sum(len(m.assignment.topic_partitions) for m in described.members) == 4
    consumer.close()
    committed = Consumer({**COMMON, "group.id": "readers"}).committed([TopicPartition("orders", p) for p in range(4)], timeout=WAIT_S)
    assert sum(tp.offset for tp in committed) == 1000, committed


def member(group, **further):
    settings = {"group.id": group, "group.protocol": "consumer", "auto.offset.reset": "earliest", "enable.auto.commit": False}
    return Consumer({**COMMON, **settings, **further})


def settled(members, partitions):
    """Polls until the members have all partitions, each some."""
    deadline = time.time() + 3 * WAIT_S
    while time.time() < deadline:
        for one in members:
            one.poll(0.1)
        assigned = [{tp.partition for tp in one.assignment()} for one in members]
        if all(assigned) and sorted(sum(map(list, assigned), [])) == list(range(partitions)):
            return assigned
    raise AssertionError([one.assignment() for one in members])


def consumer_protocol():
    """KIP-848: the broker assigns; partitions move without stopping the others."""
    done(admin.create_topics([NewTopic("moving", 4, 3)]))
    first = member("modern", **{"group.remote.assignor": "uniform"})
    first.subscribe(["moving"])
    assert settled([first], 4) == [{0, 1, 2, 3}]
    second = member("modern", **{"group.instance.id": "second"})
    second.subscribe(["^mov.*"])
    assert all(len(partitions) == 2 for partitions in settled([first, second], 4))
    first.commit(offsets=[TopicPartition("moving", p, 7) for p in range(4)], asynchronous=False)
    described = done(admin.describe_consumer_groups(["modern"]))["modern"]
    assert described.state.name == "STABLE" and len(described.members) == 2, described
    assert described.type.name == "CONSUMER", described.type
    assert all(len(m.target_assignment.topic_partitions) == 2 for m in described.members), described
    refused(admin.delete_consumer_groups(["modern"]), "NON_EMPTY_GROUP")
    second.close()
    first.close()
    committed = member("modern").committed([TopicPartition("moving", p) for p in range(4)], timeout=WAIT_S)
    assert [tp.offset for tp in committed] == [7] * 4, committed
    # A classic consumer takes the group over, and hands it back.
    classic = Consumer({**COMMON, "group.id": "mixed", "partition.assignment.strategy": "range"})
    classic.subscribe(["moving"])
    settled([classic], 4)
    modern = member("mixed")
    modern.subscribe(["moving"])
    settled([classic, modern], 4)
    modern.close()
    settled([classic], 4)
    classic.close()


def offsets():
    parts = [TopicPartition("orders", p) for p in range(4)]
    latest = done(admin.list_offsets({tp: OffsetSpec.latest() for tp in parts}))
    assert sum(result.offset for result in latest.values()) == 1000
    future = int(time.time() * 1000) + 3_600_000
    later = done(admin.list_offsets({tp: OffsetSpec.for_timestamp(future) for tp in parts}))
    assert all(result.offset == -1 for result in later.values()), later


def large():
    producer = Producer({**COMMON, "message.max.bytes": 20_000_000})
    errors = []
    producer.produce("orders", value=b"y" * 10_000_000, on_delivery=lambda error, _: errors.append(error))
    producer.flush(WAIT_S)
    assert errors and errors[0].name() == "MSG_SIZE_TOO_LARGE", errors


def read_all(isolation, wanted):
    """The values of "ledger" that a consumer of this isolation level is shown, until there is nothing more."""
    consumer = Consumer({**COMMON, "group.id": f"reads-{isolation}-{time.time()}", "auto.offset.reset": "earliest", "isolation.level": isolation, "enable.partition.eof": True})
    consumer.subscribe(["ledger"])
    seen, ends, deadline = [], set(), time.time() + WAIT_S
    while len(ends) < 2 and time.time() < deadline:
        message = consumer.poll(0.2)
        if message is None:
            continue
        if message.error():
            ends.add(message.partition())
        else:
            seen.append(message.value().decode())
    consumer.close()
    assert sorted(seen) == sorted(wanted), (isolation, seen, wanted)


def transactional(name):
    producer = Producer({**COMMON, "transactional.id": name, "transaction.timeout.ms": 30_000})
    producer.init_transactions(WAIT_S)
    return producer


def write(producer, *values):
    for at, value in enumerate(values):
        producer.produce("ledger", value=value, partition=at % 2)
    assert producer.flush(WAIT_S) == 0


def transactions():
    done(admin.create_topics([NewTopic("ledger", 2, 3)]))
    producer = transactional("books")
    producer.begin_transaction()
    write(producer, "a1", "a2", "a3")
    read_all("read_committed", [])
    read_all("read_uncommitted", ["a1", "a2", "a3"])
    producer.commit_transaction(WAIT_S)
    producer.begin_transaction()
    write(producer, "b1", "b2")
    producer.abort_transaction(WAIT_S)
    producer.begin_transaction()
    write(producer, "c1", "c2")
    producer.commit_transaction(WAIT_S)
    kept = ["a1", "a2", "a3", "c1", "c2"]
    read_all("read_committed", kept)
    read_all("read_uncommitted", kept + ["b1", "b2"])
    for _ in range(50):
        producer.begin_transaction()
        write(producer, "d1", "d2")
        producer.commit_transaction(WAIT_S)
    read_all("read_committed", kept + ["d1", "d2"] * 50)
    fenced(producer)


def fenced(old):
    old.begin_transaction()
    write(old, "late")
    transactional("books")
    try:
        old.commit_transaction(WAIT_S)
    except KafkaException as error:
        assert error.args[0].fatal() and error.args[0].name() == "_FENCED", error
    else:
        raise AssertionError("a fenced producer committed")


def offsets_in_transactions():
    """Consume, transform, produce: offsets move with the transaction, or not at all."""
    done(admin.create_topics([NewTopic("copies", 1, 3)]))
    consumer = Consumer({**COMMON, "group.id": "copiers", "auto.offset.reset": "earliest", "enable.auto.commit": False, "isolation.level": "read_committed"})
    consumer.subscribe(["ledger"])
    producer = transactional("copier")
    committed = lambda: sum(max(tp.offset, 0) for tp in consumer.committed(parts, timeout=WAIT_S))
    parts = [TopicPartition("ledger", p) for p in range(2)]
    for keep in (False, True):
        message, deadline = None, time.time() + WAIT_S
        while message is None and time.time() < deadline:
            message = consumer.poll(0.2)
        assert message is not None and not message.error()
        producer.begin_transaction()
        producer.produce("copies", value=message.value())
        producer.send_offsets_to_transaction(consumer.position(consumer.assignment()), consumer.consumer_group_metadata(), WAIT_S)
        if keep:
            producer.commit_transaction(WAIT_S)
            assert committed() > 0
        else:
            producer.abort_transaction(WAIT_S)
            assert committed() == 0, committed()
    consumer.close()


def removal():
    done(admin.delete_consumer_groups(["readers"]))
    done(admin.delete_topics(["orders"]))
    deadline = time.time() + WAIT_S
    while "orders" in admin.list_topics(timeout=WAIT_S).topics and time.time() < deadline:
        time.sleep(0.1)
    assert "orders" not in admin.list_topics(timeout=WAIT_S).topics


for scenario in (topics, groups, consumer_protocol, offsets, large, transactions, offsets_in_transactions, removal):
    scenario()
    print(scenario.__name__, "held", flush=True)
print("all held")
