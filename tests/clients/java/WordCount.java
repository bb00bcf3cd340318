import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.StreamsGroupDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.Stores;

/**
 * Kafka Streams counts words with exactly-once, in two instances, then in one that goes on where they were.
 * Arguments: bootstrap, group protocol ("classic" or "streams"), a folder for state, and perhaps
 * "keep": the group stays. Ends with "all held".
 */
public class WordCount {
  private static final long DEADLINE_NS = System.nanoTime() + Duration.ofSeconds(400).toNanos();

  private final String bootstrap;
  private final String protocol;
  private final String folder;
  private final String application;
  private final boolean keepsGroup;
  private int produced = 0;
  private final Map<String, Long> expected = new TreeMap<>();
  private final Map<String, Long> counted = new TreeMap<>();

  private WordCount(String[] args) {
    bootstrap = args[0];
    protocol = args[1];
    folder = args[2];
    application = "words-" + protocol;
    keepsGroup = args.length > 3 && args[3].equals("keep");
  }

  public static void main(String[] args) throws Exception {
    new WordCount(args).run();
    System.out.println("all held");
  }

  private void run() throws Exception {
    try (Admin admin = Admin.create(config()); KafkaConsumer<String, String> counts = counts()) {
      admin.createTopics(List.of(topic("lines"), topic("counts"))).all().get(30, TimeUnit.SECONDS);
      produce("the quick brown fox", "the lazy dog", "the end");
      KafkaStreams first = start("1");
      KafkaStreams second = start("2");
      await(counts);
      describe(admin, 2);
      produce("the fox", "again and again");
      await(counts);
      first.close(Duration.ofSeconds(30));
      produce("the second alone");
      await(counts);
      second.close(Duration.ofSeconds(30));
      KafkaStreams third = start("3");
      produce("the third goes on");
      await(counts);
      third.close(Duration.ofSeconds(30));
      internalTopics(admin);
      if (protocol.equals("streams") && !keepsGroup) {
        admin.deleteStreamsGroups(List.of(application)).all().get(30, TimeUnit.SECONDS);
        check(groups(admin).isEmpty(), "the group is gone");
      }
    }
  }

  private NewTopic topic(String name) {
    return new NewTopic(application + "-" + name, 3, (short) -1);
  }

  private Properties config() {
    Properties config = new Properties();
    config.put("bootstrap.servers", bootstrap);
    return config;
  }

  private KafkaConsumer<String, String> counts() {
    Properties config = config();
    config.put("group.id", application + "-reader");
    config.put("isolation.level", "read_committed");
    config.put("auto.offset.reset", "earliest");
    KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
    consumer.subscribe(List.of(application + "-counts"));
    return consumer;
  }

  private KafkaStreams start(String instance) {
    Properties config = config();
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, application);
    config.put("group.protocol", protocol);
    config.put(StreamsConfig.STATE_DIR_CONFIG, folder + "/" + protocol + instance);
    config.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.String().getClass());
    config.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.String().getClass());
    config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
    config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    config.put("auto.offset.reset", "earliest");
    if (protocol.equals("classic")) {
      // A classic instance does not leave when it closes: the others wait for its session to end.
      config.put("session.timeout.ms", 6000);
      config.put("heartbeat.interval.ms", 1000);
    }
    StreamsBuilder builder = new StreamsBuilder();
    KStream<String, String> lines = builder.stream(application + "-lines");
    lines.flatMapValues(line -> Arrays.asList(line.split(" ")))
        .groupBy((key, word) -> word, Grouped.with(Serdes.String(), Serdes.String()))
        .count(Materialized.<String, Long>as(Stores.inMemoryKeyValueStore("counts"))
            .withKeySerde(Serdes.String()).withValueSerde(Serdes.Long()))
        .toStream().mapValues(count -> Long.toString(count))
        .to(application + "-counts", Produced.with(Serdes.String(), Serdes.String()));
    KafkaStreams streams = new KafkaStreams(builder.build(), config);
    streams.start();
    return streams;
  }

  private void produce(String... lines) throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(config(), new StringSerializer(), new StringSerializer())) {
      for (String line : lines) {
        for (String word : line.split(" ")) {
          expected.merge(word, 1L, Long::sum);
        }
        // Each partition gets some, so that all of them have committed offsets.
        int partition = produced++ % 3;
        producer.send(new ProducerRecord<>(application + "-lines", partition, null, line)).get(30, TimeUnit.SECONDS);
      }
    }
  }

  /** Until each word's last count is the expected one; no count may be above it, nor go back. */
  private void await(KafkaConsumer<String, String> counts) {
    while (!counted.equals(expected)) {
      check(System.nanoTime() < DEADLINE_NS, "in time: " + counted + " of " + expected);
      for (ConsumerRecord<String, String> record : counts.poll(Duration.ofMillis(200))) {
        long count = Long.parseLong(record.value());
        long before = counted.getOrDefault(record.key(), 0L);
        check(count > before, record.key() + " goes from " + before + " to " + count);
        check(count <= expected.getOrDefault(record.key(), 0L), record.key() + " is counted " + count + " times");
        counted.put(record.key(), count);
      }
    }
  }

  private void describe(Admin admin, int members) throws Exception {
    Map<String, GroupType> found = groups(admin);
    GroupType wanted = protocol.equals("streams") ? GroupType.STREAMS : GroupType.CLASSIC;
    check(found.get(application) == wanted, "the type of the group is " + found);
    if (wanted != GroupType.STREAMS) {
      return;
    }
    while (true) {
      StreamsGroupDescription group = admin.describeStreamsGroups(List.of(application)).all()
          .get(30, TimeUnit.SECONDS).get(application);
      if (group.groupState() == GroupState.STABLE && group.members().size() == members) {
        check(group.subtopologies().size() == 2, "two subtopologies: " + group.subtopologies());
        return;
      }
      check(System.nanoTime() < DEADLINE_NS, "stable in time: " + group);
      Thread.sleep(200);
    }
  }

  private Map<String, GroupType> groups(Admin admin) throws Exception {
    Map<String, GroupType> found = new HashMap<>();
    for (GroupListing group : admin.listGroups(new ListGroupsOptions()).all().get(30, TimeUnit.SECONDS)) {
      if (group.groupId().equals(application)) {
        found.put(group.groupId(), group.type().orElse(GroupType.UNKNOWN));
      }
    }
    return found;
  }

  private void internalTopics(Admin admin) throws Exception {
    Set<String> names = admin.listTopics().names().get(30, TimeUnit.SECONDS);
    for (String suffix : List.of("-counts-repartition", "-counts-changelog")) {
      check(names.contains(application + suffix), application + suffix + " is there: " + names);
    }
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
