package dev.millrace.orchestrator.core.graph;

import static dev.millrace.orchestrator.core.Definitions.THREE_ATTEMPTS;
import static dev.millrace.orchestrator.core.Definitions.guarded;
import static dev.millrace.orchestrator.core.Definitions.step;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CompiledDefinitionTest {
  private static final CompiledDefinition JOIN =
      Definitions.within(
          Duration.ofMinutes(1),
          step("join", "left", "right"),
          step("right"),
          guarded("left", Duration.ofSeconds(5)),
          step("after", "join", "left"));

  @Test
  void stepsAreNumberedInTheAuthorsOrder() {
    assertThat(JOIN.stepCount()).isEqualTo(4);
    assertThat(JOIN.indexOf("join")).isZero();
    assertThat(JOIN.step(2).id()).isEqualTo("left");
    assertThat(JOIN.indexOf("nowhere")).isEqualTo(CompiledDefinition.NO_STEP);
  }

  @Test
  void dependenciesKeepTheAuthorsOrderAndDependentsAscend() {
    assertThat(targets(JOIN.dependencies(), 0)).containsExactly(2, 1);
    assertThat(targets(JOIN.dependencies(), 1)).isEmpty();
    assertThat(targets(JOIN.dependents(), 2)).containsExactly(0, 3);
    assertThat(targets(JOIN.dependents(), 3)).isEmpty();
    assertThat(JOIN.dependents().degree(2)).isEqualTo(2);
  }

  @Test
  void stepWithoutAPolicyHasTheOneOfTheDefinition() {
    assertThat(JOIN.step(2).retry()).isEqualTo(THREE_ATTEMPTS);
    assertThat(JOIN.step(1).retry()).isEqualTo(RetryPolicy.NONE);
  }

  @Test
  void timesAreMilliseconds() {
    assertThat(JOIN.timeoutMs()).isEqualTo(60_000);
    assertThat(JOIN.step(2).timeoutMs()).isEqualTo(5_000);
    assertThat(JOIN.step(1).timeoutMs()).isZero();
  }

  @Test
  void queuesAreNamedOnce() {
    assertThat(JOIN.queues()).containsExactly("queue");
    assertThat(JOIN.name()).isEqualTo("order");
    assertThat(JOIN.version()).isEqualTo(7);
  }

  @Test
  void dependencyThatIsNoStepIsNamed() {
    assertThatThrownBy(() -> Definitions.of(step("a", "b")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("definition order/7: dependency 'b' is no step");
  }

  @Test
  void branchesAreTheSameStepWithoutEdges() {
    CompiledDefinition chunk = JOIN.branches(0, 700);
    assertThat(chunk.isOfBranches()).isTrue();
    assertThat(chunk.stepCount()).isEqualTo(700);
    assertThat(chunk.plan().joins()).hasSize(700).containsOnly(0);
    assertThat(chunk.step(0).id()).isEqualTo("join");
    assertThat(chunk.step(699)).isSameAs(chunk.step(0));
    assertThat(targets(chunk.dependencies(), 699)).isEmpty();
    assertThat(targets(chunk.dependents(), 699)).isEmpty();
    assertThat(chunk.edges().areConditional(699)).isFalse();
  }

  @Test
  void chunkOfASizeIsCompiledOnceHoweverManyOthersWereBeforeIt() {
    for (int size = 1; size <= 1_000; size++) {
      JOIN.branches(1, size);
    }

    assertThat(JOIN.branches(0, 7)).isSameAs(JOIN.branches(0, 7));
  }

  private static int[] targets(Adjacency edges, int node) {
    return IntStream.range(edges.start(node), edges.end(node)).map(edges::target).toArray();
  }

  /** It is stored with workflows: were it another in a later version, none would find its own. */
  @Test
  void fingerprintOfAContentIsTheSameForEver() {
    WorkflowDefinition definition =
        WorkflowDefinition.of(
            "order",
            7,
            Duration.ofHours(1),
            THREE_ATTEMPTS,
            List.of(step("a"), guarded("b", Duration.ofSeconds(9), "a")));

    assertThat(CompiledDefinition.compile(definition).fingerprint())
        .isEqualTo(4_811_208_099_253_870_055L);
  }

  @Test
  void fingerprintTellsEveryDifferenceThatAWorkflowWouldFeel() {
    List<CompiledDefinition> different =
        List.of(
            Definitions.of(step("a"), step("b")),
            Definitions.of(step("b"), step("a")),
            Definitions.of(step("a"), step("b", "a")),
            Definitions.of(step("a", "b"), step("b")),
            Definitions.of(step("a")),
            Definitions.of(guarded("a", Duration.ZERO)),
            Definitions.of(guarded("a", Duration.ofSeconds(1))),
            Definitions.within(Duration.ofSeconds(1), step("a")));

    assertThat(different.stream().map(CompiledDefinition::fingerprint)).doesNotHaveDuplicates();
    assertThat(Definitions.of(step("a")).fingerprint())
        .isEqualTo(Definitions.of(step("a")).fingerprint());
  }
}
