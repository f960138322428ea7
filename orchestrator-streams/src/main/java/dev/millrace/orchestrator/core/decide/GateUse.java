package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.HashMap;
import java.util.Map;

/**
 * What a workflow, or a chunk of branches, takes of a queue.
 *
 * @param open how many of its attempts are open
 * @param held how many of its steps are held for the queue
 */
public record GateUse(int open, int held) {
  static final GateUse NONE = new GateUse(0, 0);

  private static final GateUse OPEN = new GateUse(1, 0);
  private static final GateUse HELD = new GateUse(0, 1);

  /** What it takes of each queue; looks at its steps only when it takes anything. */
  public static Map<String, GateUse> of(CompiledDefinition definition, WorkflowView state) {
    if (!takesAny(state)) {
      return Map.of();
    }
    Map<String, GateUse> uses = new HashMap<>();
    for (int step = 0; step < state.stepCount(); step++) {
      if (state.stepStatus(step) == StepStatus.OPEN) {
        uses.merge(definition.step(step).queue(), OPEN, GateUse::plus);
      } else if (state.isGated(step)) {
        uses.merge(definition.step(step).queue(), HELD, GateUse::plus);
      }
    }
    return uses;
  }

  /** Whether anything of it is under way or held, as far as can be told without its steps. */
  public static boolean takesAny(WorkflowView state) {
    return state.status() == WorkflowStatus.RUNNING
        && (state.openSteps() > 0 || state.gatedSteps() > 0);
  }

  private GateUse plus(GateUse other) {
    return new GateUse(open + other.open, held + other.held);
  }
}
