package dev.millrace.orchestrator.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.definition.StepAction.StartChild;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.util.Map;

/** What holds of a workflow with branches after every input, whatever it was. */
final class ForksAtRest {
  /** Lists up to this length are looked at as a whole after every input. */
  private static final int SHORT = 60;

  private final ForkedWorkflow workflow;
  private final Map<Integer, ReferenceFork> forks;
  private final WindowGate gate;

  /**
   * Looks at a workflow.
   *
   * @param forks the branches of its steps; those that are over are taken out
   */
  ForksAtRest(ForkedWorkflow workflow, Map<Integer, ReferenceFork> forks, WindowGate gate) {
    this.workflow = workflow;
    this.forks = forks;
    this.gate = gate;
  }

  void check() {
    PackedWorkflow state = workflow.state();
    checkGate(state);
    if (state.status() != WorkflowStatus.RUNNING) {
      for (StoredRecord chunk : workflow.chunks().values()) {
        PackedWorkflow kept = chunk.state();
        assertThat(kept.finishedSteps()).as("a chunk that is kept").isEqualTo(kept.stepCount());
      }
      assertThat(workflow.items()).as("items after the end").isEmpty();
      forks.clear();
      return;
    }
    forks.keySet().removeIf(step -> isOver(state, step));
    for (ForkedWorkflow.Key key : workflow.chunks().keySet()) {
      assertThat(forks).as("branches that are kept").containsKey(key.step());
    }
    for (ForkedWorkflow.Key key : workflow.items().keySet()) {
      assertThat(state.stepStatus(key.step())).isEqualTo(StepStatus.SUSPENDED);
    }
    forks.forEach(
        (step, fork) -> {
          boolean isKnown = workflow.unsaid().stream().noneMatch(key -> key.step() == step);
          if (isKnown && state.stepStatus(step) == StepStatus.SUSPENDED && fork.items() <= SHORT) {
            assertThat(fork.hasFailedTooOften()).as("it goes on, though too many failed").isFalse();
            assertThat(fork.isFinished()).as("it goes on, though nothing is left").isFalse();
          }
        });
  }

  private void checkGate(PackedWorkflow state) {
    int open = state.openSteps();
    int held = state.gatedSteps();
    for (Map.Entry<ForkedWorkflow.Key, StoredRecord> each : workflow.chunks().entrySet()) {
      PackedWorkflow chunk = each.getValue().state();
      open += startsWorkflows(each.getKey().step()) ? 0 : chunk.openSteps();
      held += chunk.gatedSteps();
    }
    assertThat(gate.open()).as("attempts that the gate takes as open").isEqualTo(open);
    assertThat(gate.held()).as("steps that the gate takes as held").isEqualTo(held);
  }

  private static boolean isOver(PackedWorkflow state, int step) {
    StepStatus status = state.stepStatus(step);
    return status != StepStatus.SUSPENDED && status != StepStatus.SUCCEEDED;
  }

  private boolean startsWorkflows(int step) {
    StepDefinition definition = workflow.definition().source(step);
    return definition != null && definition.action() instanceof StartChild;
  }
}
