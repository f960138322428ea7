package dev.millrace.orchestrator.core.definition;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One step of a workflow definition.
 *
 * @param id name of the step, unique in its definition
 * @param type what a worker looks up its handler by
 * @param queue worker queue that gets its commands
 * @param dependsOn ids of the steps that must succeed before this one starts
 * @param timeout start-to-close timeout of one attempt; zero means none
 * @param retry retry policy of this step; null means the definition's
 */
public record StepDefinition(
    String id,
    String type,
    String queue,
    List<String> dependsOn,
    Duration timeout,
    @Nullable RetryPolicy retry) {

  public StepDefinition {
    dependsOn = List.copyOf(dependsOn);
  }
}
