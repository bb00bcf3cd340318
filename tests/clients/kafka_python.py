"""kafka-python against a bootstrap address: each assertion is what Apache Kafka does."""
import sys
import threading
import time

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.errors import TopicAlreadyExistsError

BOOTSTRAP = sys.argv[1].split(",")
WAIT_S = 60
GROUP_WAIT_S = 120
# kafka-python 3.0.12 loses a member whose poll ends between the broker's answer to SyncGroup and its own use of
# it: heartbeats stay off and it never joins again. So no poll is shorter than a rebalance.
POLL_MS = 2000
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


class Member(threading.Thread):
    """A group member on a thread of its own: a KafkaConsumer is not thread-safe."""

    def __init__(self):
        super().__init__(daemon=True)  # one that hangs must not keep this process alive
        self.values, self.assigned, self.error, self.leave = [], 0, None, threading.Event()

    def run(self):
        try:
            consumer = KafkaConsumer("events", bootstrap_servers=BOOTSTRAP, group_id="pair", auto_offset_reset="earliest", session_timeout_ms=6000, heartbeat_interval_ms=500)
            while not self.leave.is_set():
                for messages in consumer.poll(timeout_ms=POLL_MS).values():
                    self.values.extend(message.value for message in messages)
                self.assigned = len(consumer.assignment())
            consumer.close()
        except Exception as error:
            self.error = error


def wait(what, members, held):
    deadline = time.time() + GROUP_WAIT_S
    while not held():
        state = [(len(m.values), m.assigned, m.error) for m in members]
        assert time.time() < deadline and not any(m.error for m in members), f"{what}: read, assigned, error: {state}"
        time.sleep(0.1)


def consume():
    """Two members share the partitions; when one leaves, the other has them all."""
    members = first, second = Member(), Member()
    for member in members:
        member.start()
    wait("two members, two partitions: one each", members, lambda: [m.assigned for m in members] == [1, 1])
    wait("every message once read", members, lambda: len(set(first.values + second.values)) == 500)
    second.leave.set()
    second.join(GROUP_WAIT_S)
    wait("the one left has both", [first], lambda: first.assigned == 2)
    first.leave.set()
    first.join(GROUP_WAIT_S)
    assert not first.is_alive() and not second.is_alive(), "a member does not end"
    assert not first.error and not second.error, (first.error, second.error)


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
