// KafkaJS against a bootstrap address: each assertion is what Apache Kafka does.
import assert from "node:assert/strict";
import { CompressionTypes, Kafka, logLevel } from "kafkajs";

const COUNT = 500;
const kafka = new Kafka({ clientId: "scenario", brokers: process.argv[2].split(","), logLevel: logLevel.NOTHING });
const admin = kafka.admin();

async function topics() {
  const wanted = [{ topic: "carts", numPartitions: 3, replicationFactor: 3 }];
  assert.equal(await admin.createTopics({ topics: wanted, waitForLeaders: true }), true);
  assert.equal(await admin.createTopics({ topics: wanted }), false, "a second topic of the same name was accepted");
  const { topics: described } = await admin.fetchTopicMetadata({ topics: ["carts"] });
  assert.deepEqual(described[0].partitions.map((p) => [p.replicas.length, p.isr.length]), Array(3).fill([3, 3]));
}

async function produce() {
  const producer = kafka.producer({ idempotent: true });
  await producer.connect();
  const messages = Array.from({ length: COUNT }, (_, i) => ({ key: `k${i % 7}`, value: `v${i}`, headers: { n: `${i}` } }));
  const answers = await producer.send({ topic: "carts", acks: -1, compression: CompressionTypes.GZIP, messages });
  assert.ok(answers.every((answer) => answer.errorCode === 0));
  await producer.disconnect();
  const ends = await admin.fetchTopicOffsets("carts");
  assert.equal(ends.reduce((sum, p) => sum + Number(p.high), 0), COUNT);
}

// Reads until `done`, then leaves the group; fails when a handler failed.
async function read(groupId, topic, done, options = {}) {
  const consumer = kafka.consumer({ groupId, ...options });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await new Promise((resolve, reject) => {
    const eachMessage = async ({ message }) => {
      try {
        if (done(message)) resolve();
      } catch (error) {
        reject(error);
      }
    };
    consumer.run({ eachMessage }).catch(reject);
  });
  await consumer.stop();
  await consumer.disconnect();
}

async function consume() {
  const seen = new Set();
  await read("counters", "carts", (message) => {
    assert.equal(message.headers.n.toString(), message.value.toString().slice(1));
    return seen.add(message.value.toString()).size === COUNT;
  });
  const [{ partitions }] = await admin.fetchOffsets({ groupId: "counters", topics: ["carts"] });
  assert.equal(partitions.reduce((sum, p) => sum + Number(p.offset), 0), COUNT, "not all was committed on leaving");
}

async function transactions() {
  await admin.createTopics({ topics: [{ topic: "tills", numPartitions: 1 }], waitForLeaders: true });
  const producer = kafka.producer({ transactionalId: "till", maxInFlightRequests: 1, idempotent: true });
  await producer.connect();
  for (const [value, keep] of [["kept", true], ["dropped", false], ["last", true]]) {
    const transaction = await producer.transaction();
    await transaction.send({ topic: "tills", messages: [{ value }] });
    await (keep ? transaction.commit() : transaction.abort());
  }
  await producer.disconnect();
  const values = [];
  await read("tillers", "tills", (message) => values.push(message.value.toString()) && values.includes("last"));
  assert.deepEqual(values, ["kept", "last"]);
}

async function removal() {
  await admin.deleteGroups(["counters"]);
  await admin.deleteTopics({ topics: ["carts"] });
  assert.ok(!(await admin.listTopics()).includes("carts"));
}

const SCENARIOS = [topics, produce, consume, transactions, removal];

await admin.connect();
for (const scenario of SCENARIOS) {
  await scenario();
  console.log(scenario.name, "held");
}
await admin.disconnect();
console.log("all held");
