package dev.millrace.orchestrator.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.definition.DefinitionParser;
import dev.millrace.orchestrator.definition.ParsedDefinition;
import dev.millrace.orchestrator.expression.CelExpressions;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.WorkflowEvent;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What definitions can say about the flow of a workflow, from YAML to commands and events. */
class ControlFlowTest extends DrivenEngineCase {
  private static final DefinitionParser PARSER = new DefinitionParser(new CelExpressions());

  @Test
  void valuesAreComputedAndConditionsDecideWithoutAWorker() {
    define(
        """
        name: order
        version: 1
        queue: queue
        output: {paid: "${steps.total.output.sum}"}
        steps:
          - {id: total, set: {sum: "${input.net + input.tax}"}}
          - {id: small, dependsOn: [total], when: "steps.total.output.sum < 100"}
          - id: large
            dependsOn: [{step: total, when: "output.sum >= 100"}]
            input: {amount: "${steps.total.output.sum}", note: "order of ${input.name}"}
        """);

    engine.start("w", "order", json("{\"net\":90,\"tax\":18,\"name\":\"ada\"}"), null);

    assertThat(engine.attempts()).containsExactly("large/1");
    assertThat(skipped(engine.events())).containsExactly("small condition");
    engine.succeed("w", "large", 1, null);
    assertThat(engine.events())
        .last()
        .satisfies(
            end -> {
              assertThat(end.getType()).isEqualTo(EventType.WORKFLOW_SUCCEEDED);
              assertThat(text(end.getPayload())).isEqualTo("{\"paid\":108}");
            });
  }

  @Test
  void chosenCaseRunsAndWhatDependsOnTheOthersIsSkipped() {
    define(
        """
        name: order
        version: 1
        queue: queue
        steps:
          - {id: route, switch: [{case: small, when: "input.n < 10"}, {case: big}]}
          - {id: by-hand, dependsOn: [{step: route, case: big}]}
          - {id: by-machine, dependsOn: [{step: route, case: small}]}
          - {id: file, dependsOn: [by-hand, by-machine], join: any}
        """);

    engine.start("w", "order", json("{\"n\":3}"), null);

    assertThat(engine.attempts()).containsExactly("by-machine/1");
    assertThat(skipped(engine.events())).containsExactly("by-hand dependencies");
    engine.succeed("w", "by-machine", 1, null);
    assertThat(engine.attempts()).containsExactly("file/1");
  }

  @Test
  void expressionThatFailsFailsItsStepAndSaysWhereAndWhy() {
    define(
        """
        name: order
        version: 1
        queue: queue
        steps:
          - {id: pay, input: {amount: "${input.amount.value}"}}
        """);

    engine.start("w", "order", json("{\"amount\":{}}"), null);

    assertThat(engine.attempts()).isEmpty();
    assertThat(engine.events())
        .filteredOn(event -> event.getType() == EventType.STEP_FAILED)
        .singleElement()
        .satisfies(
            failed -> {
              assertThat(failed.getFailure().getType()).isEqualTo("millrace.expression");
              assertThat(failed.getFailure().getMessage())
                  .contains("input.amount.value")
                  .contains("at offset")
                  .contains("value");
            });
    assertThat(engine.deadLetters()).isEmpty();
  }

  @Test
  void failureIsRoutedAndTheWorkflowSucceeds() {
    define(
        """
        name: order
        version: 1
        queue: queue
        steps:
          - {id: charge, onFailure: {route: invoice}}
          - {id: ship, dependsOn: [charge]}
          - {id: invoice}
        """);
    engine.start("w", "order");
    engine.attempts();

    engine.fail("w", "charge", 1);

    assertThat(engine.attempts()).containsExactly("invoice/1");
    assertThat(skipped(engine.events())).containsExactly("ship dependencies");
    engine.succeed("w", "invoice", 1, null);
    assertThat(engine.eventTypes()).endsWith(EventType.WORKFLOW_SUCCEEDED);
  }

  @Test
  void whatSucceededIsUndoneBackwardsAndFinallyStepsRunBeforeTheEnd() {
    define(
        """
        name: order
        version: 1
        queue: queue
        steps:
          - {id: reserve, compensate: {type: release, input: {id: "${output.id}"}}}
          - {id: charge, dependsOn: [reserve], compensate: {type: refund}}
          - {id: ship, dependsOn: [charge]}
        finally:
          - {id: tidy}
        """);
    engine.start("w", "order");
    engine.succeed("w", "reserve", 1, json("{\"id\":7}"));
    engine.succeed("w", "charge", 1, null);
    engine.attempts();
    engine.events();

    engine.fail("w", "ship", 1);

    assertThat(engine.attempts()).containsExactly("compensate:charge/1");
    engine.succeed("w", "compensate:charge", 1, null);
    assertThat(engine.attempts()).containsExactly("compensate:reserve/1");
    engine.succeed("w", "compensate:reserve", 1, null);
    assertThat(engine.attempts()).containsExactly("tidy/1");
    engine.succeed("w", "tidy", 1, null);
    assertThat(engine.eventTypes())
        .contains(EventType.WORKFLOW_ENDING)
        .endsWith(EventType.WORKFLOW_FAILED);
  }

  @Test
  void stepIsRepeatedUntilItsConditionHolds() {
    define(
        """
        name: order
        version: 1
        queue: queue
        steps:
          - {id: poll, repeat: {until: "output.done", delay: 10s, max: 5}}
        """);
    engine.start("w", "order");
    assertThat(engine.attempts()).containsExactly("poll/1");

    engine.succeed("w", "poll", 1, json("{\"done\":false}"));
    engine.advance(Duration.ofSeconds(9));
    assertThat(engine.attempts()).isEmpty();
    engine.advance(Duration.ofSeconds(1).plus(DrivenEngine.TICK));
    assertThat(engine.attempts()).containsExactly("poll/2");
    engine.succeed("w", "poll", 2, json("{\"done\":true}"));

    assertThat(engine.eventTypes()).endsWith(EventType.WORKFLOW_SUCCEEDED);
  }

  @Test
  void delayOutlivesARestart() {
    WorkflowDefinition definition =
        define(
            """
            name: order
            version: 1
            queue: queue
            steps:
              - {id: rest, delay: "${string(input.minutes)}m"}
              - {id: work, dependsOn: [rest]}
            """);
    engine.start("w", "order", json("{\"minutes\":5}"), null);
    engine.restart(definition);

    engine.advance(Duration.ofMinutes(5).minusMillis(1));
    assertThat(engine.attempts()).isEmpty();
    engine.advance(DrivenEngine.TICK);
    assertThat(engine.attempts()).containsExactly("work/1");
  }

  @Test
  void noMoreStepsOfAWorkflowAreOpenThanItsDefinitionAllows() {
    define(
        """
        name: order
        version: 1
        queue: queue
        maxParallel: 2
        steps: [{id: a}, {id: b}, {id: c}, {id: d}]
        """);

    engine.start("w", "order");

    assertThat(engine.attempts()).containsExactly("a/1", "b/1");
    engine.succeed("w", "b", 1, null);
    assertThat(engine.attempts()).containsExactly("c/1");
    engine.succeed("w", "a", 1, null);
    assertThat(engine.attempts()).containsExactly("d/1");
  }

  private WorkflowDefinition define(String yaml) {
    WorkflowDefinition definition =
        switch (PARSER.parse(yaml.getBytes(UTF_8))) {
          case ParsedDefinition.Accepted accepted -> accepted.definition();
          case ParsedDefinition.Refused refused ->
              throw new AssertionError(refused.problems().toString());
        };
    engine.define(definition);
    return definition;
  }

  private static Payload json(String text) {
    return new Payload("", ByteBuffer.wrap(text.getBytes(UTF_8)));
  }

  private static String text(Payload payload) {
    return UTF_8.decode(payload.getData().duplicate()).toString();
  }

  private static List<String> skipped(List<WorkflowEvent> events) {
    return events.stream()
        .filter(event -> event.getType() == EventType.STEP_SKIPPED)
        .map(event -> event.getStep() + " " + event.getReason())
        .toList();
  }
}
