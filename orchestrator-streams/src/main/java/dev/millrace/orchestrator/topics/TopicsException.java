package dev.millrace.orchestrator.topics;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The topics are not as they have to be, or could not be looked at; the message says what to do.
 */
public final class TopicsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TopicsException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** All differences in one message, one a line. */
  static TopicsException of(String what, List<TopicDifference> differences) {
    return new TopicsException(
        differences.stream()
            .map(TopicDifference::describe)
            .collect(Collectors.joining("\n  ", what + "\n  ", "")),
        null);
  }
}
