package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.WorkflowEvent;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The keys of commands as records. */
class AffinityTest extends ForEachCase {
  private static TestStep step(String id, @Nullable String affinity) {
    return TestStep.of(id).does(new StepAction.Work("type", "queue", null, affinity)).retry(TWICE);
  }

  private void define(StepDefinition... steps) {
    engine.define(
        WorkflowDefinition.of("keyed", 1, Duration.ZERO, RetryPolicy.NONE, List.of(steps)));
  }

  @Test
  void commandsLieUnderTheAffinityOfTheirStepsAndWorkflowsDoNotTellThemApart() {
    define(step("a", "${input.customer}").build(), step("b", null).build());

    engine.start("w1", "keyed", json("{\"customer\":\"c-1\"}"), null);
    engine.start("w2", "keyed", json("{\"customer\":\"c-1\"}"), null);

    assertThat(engine.commandKeys()).containsExactly("c-1", "w1/b", "c-1", "w2/b");
  }

  @Test
  void aRetryLiesUnderTheSameKey() {
    define(step("a", "${input.customer}").build());
    engine.start("w", "keyed", json("{\"customer\":\"c-1\"}"), null);
    engine.fail("w", "a", 1);
    engine.advance(Duration.ofSeconds(2));

    assertThat(engine.commandKeys()).containsExactly("c-1", "c-1");
  }

  @Test
  void branchesLieUnderTheAffinityOfTheirItemsAndBatchesUnderOne() {
    define(
        step("each", "${item}").forEach(new ForEach("input", 0, 1, 0, false)).build(),
        step("batch", "all-${workflow.id}").forEach(new ForEach("input", 0, 2, 0, false)).build());

    engine.start("w", "keyed", json("[\"x\",\"y\",\"x\"]"), null);

    assertThat(engine.commandKeys()).containsExactlyInAnyOrder("x", "y", "x", "all-w", "all-w");
  }

  @Test
  void aKeyThatNoRecordCanHaveFailsTheWorkflowAndSendsNothing() {
    define(step("a", "${input.customer}").build());

    engine.start("w", "keyed", json("{\"customer\":\"\"}"), null);

    assertThat(engine.commandKeys()).isEmpty();
    assertThat(engine.events())
        .filteredOn(event -> event.getType() == EventType.STEP_FAILED)
        .singleElement()
        .extracting(AffinityTest::failureType)
        .isEqualTo("millrace.affinity");
    assertThat(engine.deadLetters()).isEmpty();
  }

  private static @Nullable String failureType(WorkflowEvent event) {
    return event.getFailure() == null ? null : event.getFailure().getType();
  }
}
