// @confluentinc/kafka-javascript against a bootstrap address: each assertion is what Apache Kafka does. The module is
// looked up in the folder that it is run in.
const assert = require("node:assert/strict");
const { createRequire } = require("node:module");
const { KafkaJS } = createRequire(`${process.cwd()}/`)("@confluentinc/kafka-javascript");

const COUNT = 500;
const LIMIT_MS = 120_000;
const kafka = new KafkaJS.Kafka({ kafkaJS: { brokers: process.argv[2].split(","), logLevel: KafkaJS.logLevel.NOTHING } });
const admin = kafka.admin();

async function topics() {
  const wanted = [{ topic: "carts", numPartitions: 3, replicationFactor: 3 }];
  assert.equal(await admin.createTopics({ topics: wanted }), true);
  assert.equal(await admin.createTopics({ topics: wanted }), false, "a second topic of the same name was accepted");
  const [described] = await admin.fetchTopicMetadata({ topics: ["carts"] });
  assert.deepEqual(described.partitions.map((p) => [p.replicas.length, p.isr.length]), Array(3).fill([3, 3]));
}

async function produce() {
  const producer = kafka.producer({ kafkaJS: { idempotent: true, acks: -1, compression: KafkaJS.CompressionTypes.GZIP } });
  await producer.connect();
  const messages = Array.from({ length: COUNT }, (_, i) => ({ key: `k${i % 7}`, value: `v${i}`, headers: { n: `${i}` } }));
  await producer.send({ topic: "carts", messages });
  await producer.disconnect();
  const ends = await admin.fetchTopicOffsets("carts");
  assert.equal(ends.reduce((sum, p) => sum + Number(p.high), 0), COUNT);
}

// Reads until `done`, then leaves the group; fails when a handler failed.
async function read(groupId, topic, done) {
  const consumer = kafka.consumer({ kafkaJS: { groupId, fromBeginning: true, autoCommitInterval: 200 } });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic] });
  let timer;
  await new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${groupId} did not read everything`)), LIMIT_MS);
    const eachMessage = async ({ message }) => {
      try {
        if (done(message)) resolve();
      } catch (error) {
        reject(error);
      }
    };
    consumer.run({ eachMessage }).catch(reject);
  });
  clearTimeout(timer);
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
  await admin.createTopics({ topics: [{ topic: "tills", numPartitions: 1 }] });
  const producer = kafka.producer({ kafkaJS: { transactionalId: "till" } });
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

async function main() {
  await admin.connect();
  for (const scenario of [topics, produce, consume, transactions, removal]) {
    await scenario();
    console.log(scenario.name, "held");
  }
  await admin.disconnect();
  console.log("all held");
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
