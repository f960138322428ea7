package dev.millrace.cli.definition;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.PartitionReader;
import dev.millrace.cli.connection.UngroupedConsumer;
import dev.millrace.schemas.v1.WorkflowDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What the definitions topic has under a name and version.
 *
 * @param contents all that was published under them, in order; a version should have one content,
 *     and new workflows get the first
 * @param highestVersion of the name, among those that lie in the same partition; 0 for none
 */
public record PublishedDefinitions(List<WorkflowDefinition> contents, int highestVersion) {
  private static final Duration POLL = Duration.ofMillis(200);

  public PublishedDefinitions {
    contents = List.copyOf(contents);
  }

  /**
   * Reads them.
   *
   * @param warnings told of each record that cannot be read, in one sentence
   * @throws dev.millrace.cli.CommandFailedException when the topic cannot be read
   */
  public static PublishedDefinitions read(
      Connection connection, String name, int version, Consumer<String> warnings) {
    List<WorkflowDefinition> contents = new ArrayList<>();
    int highestVersion = 0;
    try (PartitionReader<WorkflowDefinition> reader =
        new PartitionReader<>(
            connection,
            WorkflowDefinition.class,
            connection.topics().definitions(),
            name + "/" + version,
            true,
            warnings)) {
      while (!reader.caughtUp()) {
        for (PartitionReader.Found<WorkflowDefinition> found : reader.poll(POLL)) {
          WorkflowDefinition definition = found.value();
          if (definition.getName().equals(name)) {
            highestVersion = Math.max(highestVersion, definition.getVersion());
            if (definition.getVersion() == version && !contents.contains(definition)) {
              contents.add(definition);
            }
          }
        }
      }
    }
    return new PublishedDefinitions(contents, highestVersion);
  }

  /**
   * Whether a definition is published.
   *
   * @param version its version; 0 for any
   * @throws dev.millrace.cli.CommandFailedException when the topic cannot be read
   */
  public static boolean has(Connection connection, String name, int version) {
    Predicate<String> fits =
        version == 0 ? key -> key.startsWith(name + "/") : (name + "/" + version)::equals;
    Set<String> found = new HashSet<>();
    try (UngroupedConsumer consumer =
        new UngroupedConsumer(connection, connection.topics().definitions())) {
      consumer.assign(consumer.partitions());
      Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.partitions());
      consumer.seekToBeginning(consumer.partitions());
      while (consumer.isBefore(ends)) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          String key = record.key() == null ? "" : new String(record.key(), UTF_8);
          if (record.value() == null) {
            found.remove(key);
          } else if (fits.test(key)) {
            found.add(key);
          }
        }
      }
    }
    return !found.isEmpty();
  }
}
