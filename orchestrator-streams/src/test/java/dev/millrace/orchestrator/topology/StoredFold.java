package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.InputSource;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.codec.WorkflowHistory;
import dev.millrace.orchestrator.store.Keys;

/** Compares the fold of a workflow's events with its record in the store. */
final class StoredFold {
  private StoredFold() {}

  /** Asserts that they are the same bytes, but for what no event tells. */
  static void assertThatItIs(DrivenEngine engine, String workflowId, WorkflowHistory history) {
    byte[] stored = engine.stored().get(Keys.workflow(workflowId));
    assertThat(stored).isNotNull();
    PackedWorkflow record = PackedWorkflow.of(stored);
    PackedWorkflow fold = history.workflow();
    for (InputSource source : InputSource.values()) {
      fold.setAppliedOffset(source, record.appliedOffset(source));
    }
    fold.setArmedTimerMs(record.armedTimerMs());
    fold.setIncarnation(record.incarnation());
    assertThat(fold.bytes())
        .as("fold of the events up to %d", fold.nextSequence() - 1)
        .isEqualTo(stored);
  }
}
