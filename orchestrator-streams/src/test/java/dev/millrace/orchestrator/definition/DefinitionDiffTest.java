package dev.millrace.orchestrator.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.definition.DefinitionDiff.Change;
import dev.millrace.orchestrator.definition.DefinitionDiff.Difference;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DefinitionDiffTest {
  @Test
  void versionsWithTheSameContentDoNotDiffer() {
    assertThat(
            DefinitionDiff.between(
                WorkflowDefinitions.define("a", 1).step("x").build(),
                WorkflowDefinitions.define("b", 2).step("x").build()))
        .isEmpty();
  }

  @Test
  void everyFieldThatDiffersIsNamedWithItsPathAndBothValues() {
    WorkflowDefinition before =
        WorkflowDefinitions.define("a", 1)
            .timeout(Duration.ofMinutes(10))
            .retry(retry -> retry.maxAttempts(3))
            .step("x")
            .step("y", step -> step.dependsOn("x").retry(retry -> retry.maxAttempts(3)))
            .build();
    WorkflowDefinition after =
        WorkflowDefinitions.define("a", 2)
            .retry(retry -> retry.maxAttempts(5))
            .step("x", step -> step.type("other").timeout(Duration.ofSeconds(30)))
            .step("y", step -> step.retry(retry -> retry.maxAttempts(4).nonRetryable("Bad")))
            .build();

    assertThat(DefinitionDiff.between(before, after))
        .containsExactly(
            new Difference(Change.REMOVED, "", "timeout", "10m", null),
            new Difference(Change.CHANGED, "", "retry.maxAttempts", 3, 5),
            new Difference(Change.CHANGED, "x", "type", "x", "other"),
            new Difference(Change.ADDED, "x", "timeout", null, "30s"),
            new Difference(Change.REMOVED, "y", "dependsOn", List.of("x"), null),
            new Difference(Change.CHANGED, "y", "retry.maxAttempts", 3, 4),
            new Difference(Change.ADDED, "y", "retry.nonRetryable", null, List.of("Bad")));
  }

  @Test
  void stepsThatComeAndGoAreDifferencesAsAWhole() {
    WorkflowDefinition before = WorkflowDefinitions.define("a", 1).step("x").step("y").build();
    WorkflowDefinition after =
        WorkflowDefinitions.define("a", 1)
            .step("z", step -> step.queue("geo").dependsOn("y"))
            .step("y")
            .build();

    assertThat(DefinitionDiff.between(before, after))
        .containsExactly(
            new Difference(Change.REMOVED, "x", "", Map.of("type", "x", "queue", "default"), null),
            new Difference(
                Change.ADDED,
                "z",
                "",
                null,
                Map.of("type", "z", "queue", "geo", "dependsOn", List.of("y"))));
  }

  @Test
  void queueOfAllStepsIsComparedStepByStep() {
    WorkflowDefinition before =
        WorkflowDefinitions.define("a", 1).queue("geo").step("x").step("y").build();
    WorkflowDefinition after =
        WorkflowDefinitions.define("a", 1)
            .step("x", step -> step.queue("geo"))
            .step("y", step -> step.queue("sea"))
            .build();

    assertThat(DefinitionDiff.between(before, after))
        .containsExactly(new Difference(Change.CHANGED, "y", "queue", "geo", "sea"));
  }

  @Test
  void anotherOrderIsADifference() {
    WorkflowDefinition before =
        WorkflowDefinitions.define("a", 1).step("x").step("y").step("gone").build();
    WorkflowDefinition after = WorkflowDefinitions.define("a", 1).step("y").step("x").build();

    assertThat(DefinitionDiff.between(before, after))
        .contains(
            new Difference(
                Change.CHANGED, "", DefinitionDiff.ORDER, List.of("x", "y"), List.of("y", "x")))
        .hasSize(2);
  }

  @Test
  void largestDefinitionsCanBeCompared() {
    WorkflowDefinitions.Builder before = WorkflowDefinitions.define("a", 1);
    WorkflowDefinitions.Builder after = WorkflowDefinitions.define("a", 1);
    for (int i = 0; i < 10_000; i++) {
      int number = i;
      String longId = "s" + "x".repeat(120) + number;
      before.step(longId);
      after.step(longId, step -> step.timeout(Duration.ofSeconds(number == 77 ? 1 : 0)));
    }

    assertThat(DefinitionDiff.between(before.build(), after.build())).hasSize(1);
  }
}
