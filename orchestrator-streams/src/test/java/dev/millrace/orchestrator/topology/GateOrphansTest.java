package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.WorkflowStart;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Places in a queue at which nothing waits any more. */
class GateOrphansTest extends DrivenEngineCase {
  private static final WorkflowDefinition ONE =
      WorkflowDefinition.of(
          "one", 1, Duration.ZERO, RetryPolicy.NONE, List.of(Definitions.step("a")));

  private void start(String workflowId, String tenant) {
    WorkflowStart start =
        WorkflowStart.newBuilder().setDefinition("one").setTenant(tenant).setPriority(5).build();
    engine.send(engine.topics.starts(), workflowId, engine.starts.encode(start));
    engine.advance(Duration.ofMillis(1));
  }

  private List<String> sent() {
    return engine.commands().stream().map(StepCommand::getWorkflowId).toList();
  }

  private void cancelManyOf(String tenant) {
    engine.windows.windows.put("queue", 1);
    engine.define(ONE);
    start("first", "");
    for (int i = 0; i < 50; i++) {
      start("gone-" + i, tenant);
    }
    for (int i = 0; i < 3; i++) {
      start(tenant + i, tenant);
      start("b" + i, "b");
    }
    for (int i = 0; i < 50; i++) {
      engine.cancel("gone-" + i, "enough");
    }
    sent();
  }

  @Test
  void cancelledStepsCostATenantNoTurn() {
    cancelManyOf("a");

    engine.windows.windows.put("queue", 7);
    engine.succeed("first", "a", 1, null);
    engine.advance(DrivenEngine.TICK);

    assertThat(sent()).containsExactly("a0", "b0", "a1", "b1", "a2", "b2");
  }

  @Test
  void cancelledStepsCostATenantOfWeightNoTurn() {
    engine.windows.weights.put("a", 2);
    cancelManyOf("a");

    engine.windows.windows.put("queue", 7);
    engine.succeed("first", "a", 1, null);
    engine.advance(DrivenEngine.TICK);

    assertThat(sent()).containsExactly("a0", "a1", "b0", "a2", "b1", "b2");
  }
}
