package dev.millrace.orchestrator.core.invariant;

import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.WorkflowStarted;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import java.util.List;

/** Event logs written by hand, and what is wrong with them. */
final class Logs {
  static final Failure BROKEN = new Failure("broken", "for good", false);
  static final Event STARTED = new WorkflowStarted("order", 7, null, "", 5, 0, null);

  private Logs() {}

  /** What is wrong with a log whose events are a second apart. */
  static List<String> violations(CompiledDefinition definition, Event... events) {
    EventLogInvariants log = new EventLogInvariants(definition);
    for (int i = 0; i < events.length; i++) {
      log.accept(i, events[i], 1_000 + i * 1_000L);
    }
    return log.violations();
  }

  static Event dispatched(int step) {
    return new StepDispatched(step, 1, 0);
  }

  static Event succeeded(int step) {
    return new StepSucceeded(step, 1, null);
  }
}
