package dev.millrace.cli.dev;

import dev.millrace.schemas.Topics;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a dev server is to be.
 *
 * @param folder the folder in which commands find it
 * @param data where everything is kept over restarts; empty keeps nothing
 * @param brokerPort port of the broker; 0 for a free one
 * @param registryPort port of the schema registry; 0 for a free one
 * @param httpPort port of the engine's HTTP face; 0 for a free one
 * @param partitions partitions of new topics
 * @param queues worker queues that get a command topic
 * @param jsonQueues those of them whose commands are JSON
 */
public record DevSettings(
    Path folder,
    Optional<Path> data,
    int brokerPort,
    int registryPort,
    int httpPort,
    Topics topics,
    int partitions,
    List<String> queues,
    List<String> jsonQueues) {
  public DevSettings {
    queues = List.copyOf(queues);
    jsonQueues = List.copyOf(jsonQueues);
  }
}
