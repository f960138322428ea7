package dev.millrace.orchestrator.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.v1.ControlAction;
import dev.millrace.schemas.v1.EventType;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;

/** What the intake rests on: how many workflows are open, and the way by which children begin. */
class IntakeTest extends DrivenEngineCase {
  private static final WorkflowDefinition CHAIN =
      definition("chain", Definitions.step("a"), Definitions.step("b", "a"));

  private static WorkflowDefinition definition(
      String name, dev.millrace.orchestrator.core.definition.StepDefinition... steps) {
    return WorkflowDefinition.of(name, 1, Duration.ZERO, RetryPolicy.NONE, List.of(steps));
  }

  private static WorkflowDefinition parent(String child, boolean detached) {
    return definition(
        "parent",
        TestStep.of("child")
            .does(new StepAction.StartChild(child, 0, null, null, detached, true))
            .build());
  }

  private long open() {
    return engine.report.workflows().count();
  }

  @Test
  void workflowsAreOpenFromTheirStartToTheirEnd() {
    engine.define(CHAIN);
    for (String id : List.of("u", "v", "w")) {
      engine.start(id, "chain");
    }
    assertThat(open()).isEqualTo(3);

    engine.succeed("u", "a", 1, null);
    engine.start("u", "chain"); // is taken
    assertThat(open()).isEqualTo(3);

    engine.succeed("u", "b", 1, null);
    engine.succeed("u", "b", 1, null);
    engine.control("v", DrivenEngine.order(ControlAction.CANCEL));
    engine.control("v", DrivenEngine.order(ControlAction.CANCEL));
    assertThat(open()).isEqualTo(1);

    engine.advance(DrivenEngine.RETENTION.multipliedBy(2));
    assertThat(open()).isEqualTo(1);
  }

  @Test
  void afterARestartEachIsCountedOnceBesideTheWork() {
    engine.define(CHAIN);
    for (String id : List.of("t", "u", "v", "w")) {
      engine.start(id, "chain");
    }
    engine.control("t", DrivenEngine.order(ControlAction.TERMINATE));
    engine.restartWhole(CHAIN);
    assertThat(open()).isZero();

    engine.succeed("u", "a", 1, null);
    assertThat(open()).as("one that is worked on").isEqualTo(1);
    engine.start("x", "chain");
    assertThat(open()).isEqualTo(2);

    engine.advance(DrivenEngine.TICK);
    assertThat(open()).isEqualTo(4);
    engine.succeed("u", "b", 1, null);
    engine.advance(DrivenEngine.TICK);
    assertThat(open()).isEqualTo(3);
  }

  @Test
  void childrenThatAreWaitedForHaveATopicOfTheirOwnAndOthersDoNot() {
    engine.define(CHAIN);
    engine.define(parent("chain", false));
    engine.start("p", "parent");

    assertThat(keys(engine.topics.children())).containsExactly("p.child.1");
    assertThat(keys(engine.topics.starts())).isEmpty();
    assertThat(engine.attempts()).containsExactly("a/1");

    stopEngine();
    startEngine();
    engine.define(CHAIN);
    engine.define(parent("chain", true));
    engine.start("p", "parent");

    assertThat(keys(engine.topics.children())).isEmpty();
    assertThat(keys(engine.topics.starts())).containsExactly("p.child.1");
    assertThat(engine.attempts()).containsExactly("a/1");
  }

  private double refused(String code) {
    return engine.meters().counter("millrace.inputs.refused", "code", code).count();
  }

  private List<String> keys(String topic) {
    return engine.read(topic).stream().map(record -> new String(record.key(), UTF_8)).toList();
  }

  @Test
  void startOfAChildThatIsReadAgainChangesNothing() {
    engine.define(CHAIN);
    engine.define(parent("chain", false));
    engine.start("p", "parent");
    TestRecord<byte[], byte[]> start = engine.read(engine.topics.children()).getFirst();
    engine.restart(CHAIN, parent("chain", false));
    engine.attempts();
    engine.eventTypes();

    engine.send(engine.topics.children(), "p.child.1", start.value()); // with its offset, 0

    assertThat(refused("already-applied")).isEqualTo(1);
    assertThat(engine.attempts()).isEmpty();
    assertThat(engine.eventTypes()).isEmpty();
    assertThat(engine.deadLetters()).isEmpty();
    engine.succeed("p.child.1", "a", 1, null);
    engine.succeed("p.child.1", "b", 1, null);
    assertThat(engine.eventTypes()).endsWith(EventType.WORKFLOW_SUCCEEDED);
    assertThat(open()).isZero();
  }

  @Test
  void startWithTheIdAndOffsetOfAChildIsNotTakenForTheChilds() {
    engine.define(CHAIN);
    engine.define(parent("chain", false));
    engine.start("p", "parent");
    engine.restart(CHAIN, parent("chain", false));

    engine.start("p.child.1", "chain"); // offset 0, too

    assertThat(refused("already-started")).isEqualTo(1);
    assertThat(refused("already-applied")).isZero();
  }

  @Test
  void childThatWaitsForItsDefinitionIsRejectedWithTheNameOfItsTopic() {
    engine.define(parent("nowhere", false));
    engine.start("p", "parent");
    engine.restart(parent("nowhere", false));

    engine.advance(DrivenEngine.DEFINITION_WAIT.plusSeconds(1));

    assertThat(engine.deadLetters())
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(header(letter, HeaderNames.ERROR_CODE)).isEqualTo("start-rejected");
              assertThat(header(letter, HeaderNames.ERROR_TOPIC))
                  .isEqualTo(engine.topics.children());
              assertThat(header(letter, HeaderNames.ERROR_OFFSET)).isEqualTo("0");
            });
    assertThat(engine.eventTypes()).contains(EventType.WORKFLOW_FAILED);
  }
}
