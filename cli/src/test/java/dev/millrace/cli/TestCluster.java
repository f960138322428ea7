package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.PartitionReader;
import dev.millrace.cli.connection.RecordSender;
import dev.millrace.kafka.EmbeddedKafka;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.BuiltInRegistry;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.testing.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A broker with all topics, and a registry, for the tests of one class: a static field of it. */
@SuppressWarnings("NullAway.Init") // set before the tests
public final class TestCluster implements BeforeAllCallback, AfterAllCallback {
  private static final Duration POLL = Duration.ofMillis(100);

  private final int partitions;
  private EmbeddedKafka kafka;
  private BuiltInRegistry registry;
  private Connection connection;

  /** A cluster whose topics have so many partitions. */
  public TestCluster(int partitions) {
    this.partitions = partitions;
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    kafka = EmbeddedKafka.builder().start();
    registry = BuiltInRegistry.inMemory(0);
    connection =
        new Connection(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            Optional.of(registry.url()),
            Map.of(),
            Topics.standard());
    CliRun applied = run("topics", "apply", "--partitions", Integer.toString(partitions));
    assertThat(applied.exitCode()).as(applied.err()).isZero();
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    registry.close();
    kafka.close();
  }

  /** How commands connect to it. */
  public Connection connection() {
    return connection;
  }

  /** Names of its topics. */
  public Topics topics() {
    return connection.topics();
  }

  /** Arguments and the options that say where it is. */
  public List<String> arguments(String... arguments) {
    return Stream.concat(
            Stream.of(arguments),
            Stream.of(
                "--bootstrap-servers",
                kafka.bootstrapServers(),
                "--schema-registry",
                registry.url()))
        .toList();
  }

  /** Runs the command with arguments on it. */
  public CliRun run(String... arguments) {
    return CliRun.of(arguments(arguments).toArray(String[]::new));
  }

  /** Reads and writes records of a topic. */
  public <T extends SpecificRecordBase> AvroCodec<T> codec(Class<T> type, String topic) {
    return new AvroCodec<>(type, topic, connection.registry());
  }

  /** Sends a record; its offset. */
  public <T extends SpecificRecordBase> long send(
      Class<T> type, String topic, String key, T record) {
    return RecordSender.send(connection, topic, key, codec(type, topic).encode(record));
  }

  /** The first record of a key, which may still be on its way. */
  public <T extends SpecificRecordBase> PartitionReader.Found<T> found(
      Class<T> type, String topic, String key) {
    long deadline = System.nanoTime() + Patience.LIMIT.toNanos();
    try (PartitionReader<T> reader = reader(type, topic, key)) {
      while (System.nanoTime() < deadline) {
        for (PartitionReader.Found<T> found : reader.poll(POLL)) {
          if (found.key().equals(key)) {
            return found;
          }
        }
      }
    }
    throw new AssertionError("no record with key " + key + " in " + topic);
  }

  /** What a topic holds of a key now. */
  public <T extends SpecificRecordBase> List<T> records(Class<T> type, String topic, String key) {
    List<T> records = new ArrayList<>();
    try (PartitionReader<T> reader = reader(type, topic, key)) {
      while (!reader.caughtUp()) {
        reader.poll(POLL).stream()
            .filter(found -> found.key().equals(key))
            .forEach(found -> records.add(found.value()));
      }
    }
    return records;
  }

  private <T extends SpecificRecordBase> PartitionReader<T> reader(
      Class<T> type, String topic, String key) {
    return new PartitionReader<>(connection, type, topic, key, true, warning -> {});
  }
}
