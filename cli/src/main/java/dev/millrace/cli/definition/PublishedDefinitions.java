package dev.millrace.cli.definition;

import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.PartitionReader;
import dev.millrace.schemas.v1.WorkflowDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

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
}
