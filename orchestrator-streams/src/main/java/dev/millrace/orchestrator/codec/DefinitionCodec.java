package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.definition.EventVerbosity;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.v1.PublishedEvents;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

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
    return new dev.millrace.schemas.v1.WorkflowDefinition(
        definition.name(),
        definition.version(),
        definition.timeout().toMillis(),
        definition.retry().equals(RetryPolicy.NONE)
            ? null
            : StepSettingsCodec.toAvro(definition.retry()),
        definition.steps().stream().map(StepCodec::toAvro).toList(),
        definition.maxParallel(),
        definition.output(),
        definition.finallySteps().stream().map(StepCodec::toAvro).toList(),
        switch (definition.events()) {
          case ALL -> PublishedEvents.ALL;
          case STEPS -> PublishedEvents.STEPS;
          case WORKFLOW -> PublishedEvents.WORKFLOW;
        });
  }

  /**
   * The definition in a record.
   *
   * @throws MalformedRecordException when the record says what no definition can: several actions
   *     of one step, an unknown time zone, something newer than this version
   */
  public static WorkflowDefinition fromAvro(dev.millrace.schemas.v1.WorkflowDefinition record)
      throws MalformedRecordException {
    RetryPolicy retry = StepSettingsCodec.fromAvro(record.getRetry());
    return new WorkflowDefinition(
        record.getName(),
        record.getVersion(),
        Duration.ofMillis(record.getTimeoutMs()),
        retry == null ? RetryPolicy.NONE : retry,
        record.getMaxParallel(),
        record.getOutput(),
        events(record),
        steps(record.getSteps()),
        steps(record.getFinallySteps()));
  }

  private static EventVerbosity events(dev.millrace.schemas.v1.WorkflowDefinition record)
      throws MalformedRecordException {
    return switch (record.getEvents()) {
      case ALL -> EventVerbosity.ALL;
      case STEPS -> EventVerbosity.STEPS;
      case WORKFLOW -> EventVerbosity.WORKFLOW;
      case UNKNOWN ->
          throw new MalformedRecordException(
              "definition %s/%d publishes events in a way newer than this engine; update the engine"
                  .formatted(record.getName(), record.getVersion()),
              null);
    };
  }

  private static List<StepDefinition> steps(List<dev.millrace.schemas.v1.StepDefinition> records)
      throws MalformedRecordException {
    List<StepDefinition> steps = new ArrayList<>(records.size());
    for (dev.millrace.schemas.v1.StepDefinition record : records) {
      steps.add(StepCodec.fromAvro(record));
    }
    return steps;
  }
}
