package dev.millrace.orchestrator.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.ForkedWorkflow.Sent;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.input.ControlRequested;
import dev.millrace.orchestrator.core.input.StartRequested;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PausedBranchesTest {
  private static final RetryPolicy TWICE =
      new RetryPolicy(2, Duration.ofSeconds(1), 1, Duration.ofSeconds(1), 0, List.of());

  @Test
  void branchThatWaitsForRoomGoesOnAfterAPauseInWhichAllOthersAreDone() {
    ForkedWorkflow workflow =
        new ForkedWorkflow(
            WorkflowDefinition.of(
                "forked",
                1,
                Duration.ZERO,
                TWICE,
                List.of(
                    TestStep.of("each")
                        .forEach(new ForEach("chance 3 of input", 1, 1, 0, false))
                        .build())),
            (key, event) -> {});
    workflow.apply(new StartRequested(new Payload("", new byte[] {1}), "acme", 5, 0, null), 1);
    int items = workflow.items().values().iterator().next().size();
    assertThat(items).isBetween(2, 40);
    Failure flaky = new Failure("flaky", "again", true);

    report(workflow, workflow.takeSent().getFirst(), flaky, 10);
    for (int i = 2; i < items; i++) {
      report(workflow, workflow.takeSent().getFirst(), null, 20);
    }
    Sent last = workflow.takeSent().getFirst();
    workflow.fire(5_000); // the first is due again, and there is no room
    workflow.apply(new ControlRequested(new Control.Pause()), 5_001);
    report(workflow, last, null, 5_002);
    assertThat(workflow.takeSent()).isEmpty();

    workflow.apply(new ControlRequested(new Control.Resume()), 6_000);
    workflow.fire(workflow.armedMs());

    assertThat(workflow.takeSent())
        .singleElement()
        .satisfies(sent -> assertThat(sent.branch()).isZero());
  }

  private static void report(
      ForkedWorkflow workflow, Sent sent, @Nullable Failure failure, long atMs) {
    AttemptReported report =
        new AttemptReported("each", sent.branch(), sent.attempt(), null, List.of(), failure);
    workflow.apply(new ForkedWorkflow.Key(0, 0), report, atMs, false);
  }
}
