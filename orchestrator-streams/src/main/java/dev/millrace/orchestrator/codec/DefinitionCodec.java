package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A workflow definition as the contract's record and as the core's data. Says nothing about whether
 * the definition is right: {@link dev.millrace.orchestrator.core.definition.DefinitionValidator}
 * does, and what it accepts survives a round trip unchanged. Stateless.
 */
public final class DefinitionCodec {
  private DefinitionCodec() {}

  /**
   * The record of a definition.
   *
   * @throws ArithmeticException when a duration is over 292 million years, which no validated
   *     definition has
   */
  public static dev.millrace.schemas.v1.WorkflowDefinition toAvro(WorkflowDefinition definition) {
    List<dev.millrace.schemas.v1.StepDefinition> steps = new ArrayList<>(definition.steps().size());
    for (StepDefinition step : definition.steps()) {
      steps.add(
          new dev.millrace.schemas.v1.StepDefinition(
              step.id(),
              step.type(),
              step.queue(),
              step.dependencyIds(),
              step.timeout().toMillis(),
              step.retry() == null ? null : toAvro(step.retry())));
    }
    return new dev.millrace.schemas.v1.WorkflowDefinition(
        definition.name(),
        definition.version(),
        definition.timeout().toMillis(),
        definition.retry().equals(RetryPolicy.NONE) ? null : toAvro(definition.retry()),
        steps);
  }

  /** The definition in a record. */
  public static WorkflowDefinition fromAvro(dev.millrace.schemas.v1.WorkflowDefinition record) {
    List<StepDefinition> steps = new ArrayList<>(record.getSteps().size());
    for (dev.millrace.schemas.v1.StepDefinition step : record.getSteps()) {
      steps.add(
          StepDefinition.work(
              step.getId(),
              step.getType(),
              step.getQueue(),
              step.getDependsOn(),
              Duration.ofMillis(step.getTimeoutMs()),
              fromAvro(step.getRetry())));
    }
    RetryPolicy retry = fromAvro(record.getRetry());
    return WorkflowDefinition.of(
        record.getName(),
        record.getVersion(),
        Duration.ofMillis(record.getTimeoutMs()),
        retry == null ? RetryPolicy.NONE : retry,
        steps);
  }

  private static dev.millrace.schemas.v1.RetryPolicy toAvro(RetryPolicy retry) {
    return new dev.millrace.schemas.v1.RetryPolicy(
        retry.maxAttempts(),
        retry.initialInterval().toMillis(),
        retry.coefficient(),
        retry.maxInterval().toMillis(),
        retry.jitter(),
        retry.nonRetryable());
  }

  private static @Nullable RetryPolicy fromAvro(
      dev.millrace.schemas.v1.@Nullable RetryPolicy retry) {
    if (retry == null) {
      return null;
    }
    return new RetryPolicy(
        retry.getMaxAttempts(),
        Duration.ofMillis(retry.getInitialIntervalMs()),
        retry.getCoefficient(),
        Duration.ofMillis(retry.getMaxIntervalMs()),
        retry.getJitter(),
        retry.getNonRetryable());
  }
}
