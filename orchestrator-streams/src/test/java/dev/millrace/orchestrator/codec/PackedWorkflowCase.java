package dev.millrace.orchestrator.codec;

import static dev.millrace.orchestrator.core.Definitions.step;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Payload;

/** A test of packed workflows. */
abstract class PackedWorkflowCase {
  static PackedWorkflow running(CompiledDefinition definition) {
    PackedWorkflow workflow = PackedWorkflow.absent();
    workflow.begin(definition.plan(), null, "", 5, 0, 1_000);
    return workflow;
  }

  static void succeed(PackedWorkflow workflow, int step, Payload output) {
    workflow.open(step, 1, 0);
    workflow.succeed(step, 1, output, true);
  }

  static Payload payload(int bytes) {
    return new Payload("", new byte[bytes]);
  }

  /** Parents and a step that depends on all of them. */
  static CompiledDefinition join(int parents) {
    StepDefinition[] steps = new StepDefinition[parents + 1];
    String[] ids = new String[parents];
    for (int parent = 0; parent < parents; parent++) {
      ids[parent] = "step-" + parent;
      steps[parent] = step(ids[parent]);
    }
    steps[parents] = step("join", ids);
    return Definitions.of(steps);
  }
}
