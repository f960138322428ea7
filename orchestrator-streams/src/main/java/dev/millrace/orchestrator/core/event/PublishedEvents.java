package dev.millrace.orchestrator.core.event;

import dev.millrace.orchestrator.core.definition.EventVerbosity;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import java.util.List;

/**
 * Which events are put into the event log. Only these have sequence numbers, so that the log of a
 * workflow has no gaps whatever its definition leaves out. Stateless.
 */
public final class PublishedEvents {
  private PublishedEvents() {}

  /** Whether an event of a workflow with a definition is published. */
  public static boolean include(CompiledDefinition definition, Event event) {
    return definition.eventVerbosity() == EventVerbosity.ALL
        || definition.eventVerbosity().includes(least(event));
  }

  /**
   * Whether any of some events is published.
   *
   * @param definition the one that the workflow had before the first
   */
  public static boolean includeAny(CompiledDefinition definition, List<Event> events) {
    // A migration, which gives it another definition, is published itself.
    return events.stream().anyMatch(event -> include(definition, event));
  }

  /** The verbosity with the fewest events under which an event is published. */
  static EventVerbosity least(Event event) {
    return switch (event) {
      case StepHeld held -> EventVerbosity.ALL;
      case AttemptHeard heard -> EventVerbosity.ALL;
      case StepDispatched step -> EventVerbosity.STEPS;
      case StepSuspended step -> EventVerbosity.STEPS;
      case StepSkipped step -> EventVerbosity.STEPS;
      case StepRepeated step -> EventVerbosity.STEPS;
      case StepSucceeded step -> EventVerbosity.STEPS;
      case BranchesOpened step -> EventVerbosity.STEPS;
      case BranchesReported step -> EventVerbosity.STEPS;
      case ChunkOpened chunk -> EventVerbosity.STEPS;
      case AttemptFailed step -> EventVerbosity.STEPS;
      case StepFailed step -> EventVerbosity.STEPS;
      case WorkflowStarted workflow -> EventVerbosity.WORKFLOW;
      case StepsReset steps -> EventVerbosity.WORKFLOW;
      case SignalReceived signal -> EventVerbosity.WORKFLOW;
      case WorkflowPaused workflow -> EventVerbosity.WORKFLOW;
      case WorkflowResumed workflow -> EventVerbosity.WORKFLOW;
      case PriorityChanged workflow -> EventVerbosity.WORKFLOW;
      case WorkflowMigrated workflow -> EventVerbosity.WORKFLOW;
      case MigrationTried workflow -> EventVerbosity.WORKFLOW;
      case ControlRefused workflow -> EventVerbosity.WORKFLOW;
      case WorkflowEnding workflow -> EventVerbosity.WORKFLOW;
      case WorkflowEnded workflow -> EventVerbosity.WORKFLOW;
    };
  }
}
