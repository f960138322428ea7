package dev.millrace.orchestrator.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.definition.DefinitionParser;
import dev.millrace.orchestrator.definition.ParsedDefinition;
import dev.millrace.orchestrator.expression.CelExpressions;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.WorkflowEvent;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Workflows that workflows start; the test driver hands their records on to each other. */
class ChildrenTest extends DrivenEngineCase {
  private static final DefinitionParser PARSER = new DefinitionParser(new CelExpressions());
  private static final String CHILD =
      """
      name: ship
      version: 1
      queue: queue
      output: {parcel: "${input.order + '-p'}"}
      steps: [{id: pack}]
      """;

  @BeforeEach
  void define() {
    define(CHILD);
  }

  @Test
  void outputOfTheChildIsThatOfTheStep() {
    define(
        """
        name: order
        version: 1
        queue: queue
        output: "${steps.ship.output.parcel}"
        steps:
          - id: ship
            workflow: {definition: ship, id: "${input.id}-ship", input: {order: "${input.id}"}}
        """);
    engine.start("w", "order", json("{\"id\":\"o7\"}"), null);
    assertThat(engine.attempts()).containsExactly("pack/1");

    engine.succeed("o7-ship", "pack", 1, null);

    assertThat(engine.events())
        .last()
        .satisfies(
            end -> {
              assertThat(end.getType()).isEqualTo(EventType.WORKFLOW_SUCCEEDED);
              assertThat(UTF_8.decode(end.getPayload().getData().duplicate()).toString())
                  .isEqualTo("\"o7-p\"");
            });
  }

  @Test
  void failureOfTheChildIsThatOfTheStepWhichMayStartAnother() {
    define(
        """
        name: order
        version: 1
        queue: queue
        retry: {maxAttempts: 2, initialInterval: 1s, jitter: 0}
        steps:
          - {id: ship, workflow: {definition: ship, input: {order: "o"}}}
        """);
    engine.start("w", "order");
    engine.fail("w.ship.1", "pack", 1, "out-of-stock");
    engine.advance(Duration.ofSeconds(1).plus(DrivenEngine.TICK));
    assertThat(engine.attempts()).containsExactly("pack/1", "pack/1");

    engine.fail("w.ship.2", "pack", 1, "out-of-stock");

    assertThat(engine.events())
        .last()
        .satisfies(
            end -> {
              assertThat(end.getType()).isEqualTo(EventType.WORKFLOW_FAILED);
              assertThat(end.getFailure().getType()).isEqualTo("out-of-stock");
              assertThat(end.getFailure().getMessage()).contains("workflow 'w.ship.2'");
            });
  }

  @Test
  void cancelReachesTheChildUnlessItIsAbandoned() {
    define(
        """
        name: order
        version: 1
        queue: queue
        steps:
          - {id: ship, workflow: {definition: ship, input: {order: "o"}}}
          - {id: tell, workflow: {definition: ship, input: {order: "o"}, onCancel: abandon}}
        """);
    engine.start("w", "order");
    engine.events();

    engine.cancel("w", "enough");

    assertThat(engine.eventTypes())
        .containsExactly(EventType.WORKFLOW_CANCELLED, EventType.WORKFLOW_CANCELLED);
    engine.succeed("w.tell.1", "pack", 1, null);
    assertThat(engine.eventTypes()).endsWith(EventType.WORKFLOW_SUCCEEDED);
  }

  @Test
  void detachedChildIsNotWaitedFor() {
    define(
        """
        name: order
        version: 1
        queue: queue
        steps:
          - {id: ship, workflow: {definition: ship, input: {order: "o"}, detached: true}}
        """);

    engine.start("w", "order");

    assertThat(engine.attempts()).containsExactly("pack/1");
    assertThat(engine.eventTypes()).contains(EventType.WORKFLOW_SUCCEEDED);
  }

  @Test
  void childWhoseIdIsTakenFailsItsStep() {
    define(
        """
        name: order
        version: 1
        queue: queue
        steps:
          - {id: ship, workflow: {definition: ship, id: taken, input: {order: "o"}}}
        """);
    engine.start("taken", "ship", json("{\"order\":\"x\"}"), null);

    engine.start("w", "order");

    assertThat(failures(engine.events())).containsExactly("child.id-taken");
  }

  @Test
  void childWithTheIdOfAScheduleFailsItsStep() {
    define(
        """
        name: order
        version: 1
        queue: queue
        steps:
          - {id: ship, workflow: {definition: ship, id: nightly, input: {order: "o"}}}
        """);
    engine.schedule("nightly", ScheduleCase.setting(spec -> spec.setDefinition("ship")));

    engine.start("w", "order");

    assertThat(failures(engine.events())).containsExactly("child.id-taken");
    assertThat(engine.deadLetters()).hasSize(1);
  }

  @Test
  void childWithoutADefinitionFailsItsStepWhenThatIsNotRegisteredInTime() {
    define(
        """
        name: order
        version: 1
        queue: queue
        steps:
          - {id: ship, workflow: {definition: nowhere}}
        """);
    engine.start("w", "order");

    engine.advance(DrivenEngine.DEFINITION_WAIT.plusSeconds(1));

    assertThat(failures(engine.events())).containsExactly("child.not-started");
  }

  @Test
  void workflowsThatStartThemselvesComeToAnEnd() {
    define(
        """
        name: endless
        version: 1
        queue: queue
        steps:
          - {id: again, workflow: {definition: endless}}
        """);

    engine.start("w", "endless");

    assertThat(failures(engine.events()).getFirst()).isEqualTo("millrace.child-depth");
    assertThat(engine.deadLetters()).isEmpty();
  }

  private void define(String yaml) {
    switch (PARSER.parse(yaml.getBytes(UTF_8))) {
      case ParsedDefinition.Accepted accepted -> engine.define(accepted.definition());
      case ParsedDefinition.Refused refused ->
          throw new AssertionError(refused.problems().toString());
    }
  }

  private static Payload json(String text) {
    return new Payload("", ByteBuffer.wrap(text.getBytes(UTF_8)));
  }

  private static List<String> failures(List<WorkflowEvent> events) {
    return events.stream()
        .filter(event -> event.getType() == EventType.STEP_FAILED)
        .map(event -> event.getFailure().getType())
        .toList();
  }
}
