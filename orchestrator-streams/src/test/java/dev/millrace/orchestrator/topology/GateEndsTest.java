package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.flow.QueueEnds;
import dev.millrace.schemas.v1.ControlAction;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is counted as the end of an attempt of a queue. */
class GateEndsTest extends DrivenEngineCase {
  private static WorkflowDefinition wide(int version, StepDefinition... others) {
    StepDefinition[] steps = new StepDefinition[20 + others.length];
    for (int i = 0; i < 20; i++) {
      steps[i] = Definitions.step("s" + i);
    }
    System.arraycopy(others, 0, steps, 20, others.length);
    return WorkflowDefinition.of("wide", version, Duration.ZERO, RetryPolicy.NONE, List.of(steps));
  }

  private QueueEnds ends() {
    return engine.report.ends("queue");
  }

  @Test
  void migrationEndsNoAttemptThatGoesOn() {
    engine.define(wide(1));
    engine.start("w", "wide");
    engine.define(wide(2, Definitions.step("last", "s0")));

    engine.migrate("w", 2, false);

    assertThat(ends().ended()).isZero();
    engine.succeed("w", "s0", 1, null);
    assertThat(ends().ended()).isEqualTo(1);
  }

  @Test
  void rerunEndsOnlyTheAttemptsThatItGivesUp() {
    engine.define(wide(1, Definitions.step("b", "s0"), Definitions.step("c", "s0")));
    engine.start("w", "wide");
    engine.succeed("w", "s0", 1, null);
    assertThat(ends().ended()).isEqualTo(1);

    engine.control("w", DrivenEngine.order(ControlAction.RERUN).setStep("s0"));

    assertThat(ends().ended()).as("b and c are given up").isEqualTo(3);
  }

  @Test
  void cancelEndsEachOpenAttemptOnce() {
    engine.windows.windows.put("queue", 7);
    engine.define(wide(1));
    engine.start("w", "wide");

    engine.cancel("w", "enough");

    assertThat(ends().ended()).isEqualTo(7);
    assertThat(ends().reported()).isZero();
  }

  @Test
  void workflowThatEndsBeforeItsCompensationsEndsWhatIsOpenOnce() {
    engine.define(
        WorkflowDefinition.of(
            "wide",
            1,
            Duration.ZERO,
            RetryPolicy.NONE,
            List.of(
                TestStep.of("a").compensated().build(),
                Definitions.step("b", "a"),
                Definitions.step("c", "a"))));
    engine.start("w", "wide");
    engine.succeed("w", "a", 1, null);

    engine.fail("w", "b", 1, "broken");

    assertThat(engine.attempts()).contains("compensate:a/1");
    assertThat(ends().ended()).as("a, b, and c, which is given up").isEqualTo(3);
    engine.succeed("w", "compensate:a", 1, null);
    assertThat(ends().ended()).isEqualTo(4);
  }
}
