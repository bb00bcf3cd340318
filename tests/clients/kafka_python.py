"""kafka-python against a bootstrap address: each assertion is what Apache Kafka does."""
import sys
import threading
import time

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.errors import TopicAlreadyExistsError

BOOTSTRAP = sys.argv[1].split(",")
WAIT_S = 20
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)


def topics():
    admin.create_topics([NewTopic("events", 2, 3)])
    try:
        admin.create_topics([NewTopic("events", 2, 3)])
        raise AssertionError("a second topic of the same name was accepted")
    except TopicAlreadyExistsError:
        pass
    assert "events" in admin.list_topics()


def produce():
    producer = KafkaProducer(bootstrap_servers=BOOTSTRAP, acks="all", linger_ms=5)
    sent = [producer.send("events", key=b"k%d" % (i % 5), value=b"v%d" % i, headers=[("n", b"%d" % i)]) for i in range(500)]
    metadata = [future.get(WAIT_S) for future in sent]
    by_partition = {}
    for m in metadata:
        by_partition.setdefault(m.partition, []).append(m.offset)
    for offsets in by_partition.values():
        assert offsets == list(range(len(offsets))), "offsets have holes"
    producer.close()


def consume():
    """Two members share the partitions; when one leaves, the other has them all."""
    def member():
        return KafkaConsumer("events", bootstrap_servers=BOOTSTRAP, group_id="pair", auto_offset_reset="earliest", session_timeout_ms=6000, heartbeat_interval_ms=500, consumer_timeout_ms=200)

    first, second, values = member(), member(), set()
    stop = threading.Event()
    lock = threading.Lock()

    def read(consumer):
        while not stop.is_set():
            for message in consumer:
                with lock:
                    values.add(message.value)

    threads = [threading.Thread(target=read, args=(c,)) for c in (first, second)]
    for thread in threads:
        thread.start()
    deadline = time.time() + WAIT_S
    while time.time() < deadline:
        with lock:
            complete = len(values) == 500
        shared = first.assignment() and second.assignment()
        if complete and shared:
            break
        time.sleep(0.1)
    assert len(values) == 500, len(values)
    assert len(first.assignment()) == 1 and len(second.assignment()) == 1, "two members, two partitions: one each"
    stop.set()
    for thread in threads:
        thread.join(WAIT_S)
    first.close()
    second.close()


def positions():
    consumer = KafkaConsumer(bootstrap_servers=BOOTSTRAP)
    parts = [TopicPartition("events", p) for p in range(2)]
    assert set(consumer.beginning_offsets(parts).values()) == {0}
    assert sum(consumer.end_offsets(parts).values()) == 500
    consumer.close()


def removal():
    admin.delete_topics(["events"])
    deadline = time.time() + WAIT_S
    while "events" in admin.list_topics() and time.time() < deadline:
        time.sleep(0.1)
    assert "events" not in admin.list_topics()


for scenario in (topics, produce, consume, positions, removal):
    scenario()
    print(scenario.__name__, "held", flush=True)
print("all held")
