package dev.millrace.orchestrator.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.orchestrator.core.definition.Violation;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WorkflowDefinitionsTest {
  @Test
  void theBuilderGivesTheModelOfTheSource() {
    WorkflowDefinition built =
        WorkflowDefinitions.define("quake-assessment", 2)
            .timeout(Duration.ofHours(1))
            .queue("quakes")
            .retry(
                retry ->
                    retry
                        .maxAttempts(7)
                        .initialInterval(Duration.ofSeconds(1))
                        .coefficient(1.5)
                        .maxInterval(Duration.ofMinutes(1))
                        .jitter(0.1)
                        .nonRetryable("ValidationError", "Gone"))
            .step("validate")
            .step(
                "enrich",
                step ->
                    step.type("enrich.v2")
                        .queue("geo")
                        .dependsOn("validate")
                        .timeout(Duration.ofSeconds(30))
                        .retry(retry -> retry.initialInterval(Duration.ofSeconds(2))))
            .build();

    assertThat(built)
        .isEqualTo(
            Sources.accepted(
                """
                name: quake-assessment
                version: 2
                timeout: 1h
                queue: quakes
                retry: {maxAttempts: 7, initialInterval: 1s, coefficient: 1.5, maxInterval: 1m, jitter: 0.1, nonRetryable: [ValidationError, Gone]}
                steps:
                  - id: validate
                  - id: enrich
                    type: enrich.v2
                    queue: geo
                    dependsOn: [validate]
                    timeout: 30s
                    retry: {initialInterval: 2s}
                """));
  }

  @Test
  void buildingRefusesWithAllViolations() {
    assertThatExceptionOfType(InvalidDefinitionException.class)
        .isThrownBy(
            () ->
                WorkflowDefinitions.define("w", 0)
                    .step("a", step -> step.dependsOn("b"))
                    .step("a")
                    .build())
        .satisfies(
            e -> {
              assertThat(e.violations())
                  .extracting(Violation::code)
                  .containsExactly("bad-version", "duplicate-step", "unknown-dependency");
              assertThat(e).message().hasLineCount(4);
            })
        .withMessageStartingWith("workflow definition 'w' is invalid:")
        .withMessageContaining("steps[1].id: duplicate-step: ");
  }
}
