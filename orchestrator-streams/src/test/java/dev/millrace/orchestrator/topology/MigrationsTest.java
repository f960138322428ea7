package dev.millrace.orchestrator.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.EventDecoder;
import dev.millrace.orchestrator.codec.InputSource;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.WorkflowMigrated;
import dev.millrace.orchestrator.core.evolve.Evolver;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.store.Keys;
import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.WorkflowEvent;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Workflows that go on with another version of their definition. */
class MigrationsTest extends DrivenEngineCase {
  private static final WorkflowDefinition FIRST =
      version(1, Definitions.step("a"), Definitions.step("b", "a"));
  private static final WorkflowDefinition SECOND =
      version(
          2,
          Definitions.step("x"),
          Definitions.step("a"),
          Definitions.step("b", "a"),
          Definitions.step("c", "b", "x"));

  @Test
  void migratedWorkflowGoesOnToItsEndThroughARestart() {
    startTheFirstAndDefineTheSecond();
    engine.migrate("w", 2, false);

    assertThat(engine.attempts()).containsExactly("x/1");
    List<WorkflowEvent> events = engine.events();
    assertThat(events)
        .extracting(WorkflowEvent::getType)
        .containsExactly(EventType.WORKFLOW_MIGRATED, EventType.STEP_DISPATCHED);
    assertThat(events.getFirst().getNumber()).isEqualTo(2);
    assertThat(events.getFirst().getReason()).isEmpty();
    assertThat(events.get(1).getStep()).isEqualTo("x");

    engine.restart(FIRST, SECOND);
    engine.succeed("w", "a", 1, DrivenEngine.payload(300)); // is read again
    engine.succeed("w", "b", 1, DrivenEngine.payload(300));
    engine.succeed("w", "x", 1, null);
    assertThat(engine.attempts()).containsExactly("c/1");
    engine.succeed("w", "c", 1, null);
    assertThat(engine.eventTypes()).endsWith(EventType.WORKFLOW_SUCCEEDED);
    engine.advance(DrivenEngine.RETENTION.plus(DrivenEngine.TICK));
    assertThat(engine.stored()).isEmpty();
  }

  @Test
  void migrationThatIsReadAgainAfterACrashIsDoneOnce() {
    startTheFirstAndDefineTheSecond();
    engine.commit();
    engine.migrate("w", 2, false);
    engine.crash(FIRST, SECOND);

    engine.migrate("w", 2, false);
    assertThat(engine.eventTypes())
        .containsExactly(EventType.WORKFLOW_MIGRATED, EventType.STEP_DISPATCHED);
    assertThat(engine.attempts()).containsExactly("x/1");
    engine.restart(FIRST, SECOND);
    engine.migrate("w", 2, false);
    assertThat(engine.events()).isEmpty();
    assertThat(engine.deadLetters()).isEmpty();
  }

  @Test
  void eventsAloneFoldToTheStateOfAMigratedWorkflow() throws Exception {
    engine.define(FIRST);
    engine.define(SECOND);
    engine.send(
        engine.topics.starts(),
        "w",
        engine.startBytesOf("versions", 1, DrivenEngine.payload(2_000)));
    engine.succeed("w", "a", 1, DrivenEngine.payload(300));
    engine.migrate("w", 2, true);
    engine.migrate("w", 7, false);
    engine.migrate("w", 2, false);
    engine.succeed("w", "b", 1, DrivenEngine.payload(300));

    List<CompiledDefinition> versions =
        List.of(CompiledDefinition.compile(FIRST), CompiledDefinition.compile(SECOND));
    CompiledDefinition current = versions.getFirst();
    PackedWorkflow folded = PackedWorkflow.absent();
    for (WorkflowEvent record : engine.events()) {
      Event event = EventDecoder.fromAvro(current, version -> versions.get(version - 1), record);
      Evolver.evolve(current, folded, event, DrivenEngine.NOON.toEpochMilli());
      if (event instanceof WorkflowMigrated migrated) {
        current = migrated.target();
      }
    }
    PackedWorkflow stored =
        PackedWorkflow.of(Objects.requireNonNull(engine.stored().get(Keys.workflow("w"))));
    for (InputSource source : InputSource.values()) {
      folded.setAppliedOffset(source, stored.appliedOffset(source));
    }
    folded.setArmedTimerMs(stored.armedTimerMs());
    folded.setIncarnation(stored.incarnation());
    assertThat(stored.version()).isEqualTo(2);
    assertThat(folded.bytes()).isEqualTo(stored.bytes());
  }

  @Test
  void dryRunChangesNothingButTheLog() {
    startTheFirstAndDefineTheSecond();
    engine.migrate("w", 2, true);

    assertThat(engine.attempts()).isEmpty();
    assertThat(engine.events())
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getType()).isEqualTo(EventType.WORKFLOW_MIGRATED);
              assertThat(event.getReason()).isEqualTo("dry-run");
              assertThat(event.getNumber()).isEqualTo(2);
              assertThat(UTF_8.decode(event.getPayload().getData()).toString())
                  .contains("\"added\":{\"count\":2,\"steps\":[\"x\",\"c\"]}")
                  .contains("\"breaches\":{\"count\":0");
            });
    engine.succeed("w", "b", 1, null);
    assertThat(engine.eventTypes()).endsWith(EventType.WORKFLOW_SUCCEEDED);
  }

  @Test
  void refusedMigrationIsAnEventThatSaysWhy() {
    startTheFirstAndDefineTheSecond();
    engine.define(version(3, Definitions.step("b")));
    engine.migrate("w", 3, false);

    assertThat(engine.deadLetters()).isEmpty();
    assertThat(engine.events())
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getType()).isEqualTo(EventType.CONTROL_REFUSED);
              assertThat(event.getReason()).isEqualTo("migration-step-removed");
              assertThat(event.getFailure().getMessage()).contains("step 'a' is SUCCEEDED");
            });
    engine.succeed("w", "b", 1, null);
    assertThat(engine.eventTypes()).endsWith(EventType.WORKFLOW_SUCCEEDED);
  }

  @Test
  void workflowWithADefinitionOfItsOwnIsNotMigrated() {
    engine.define(SECOND);
    engine.startWithItsOwn("w", FIRST, null);
    engine.events();
    engine.migrate("w", 2, false);

    assertThat(engine.events())
        .extracting(WorkflowEvent::getReason)
        .containsExactly("migration-own-definition");
  }

  @Test
  void migrationWithoutAVersionIsADeadLetter() {
    startTheFirstAndDefineTheSecond();
    engine.migrate("w", 0, false);

    assertThat(engine.events()).isEmpty();
    assertThat(engine.deadLetters())
        .singleElement()
        .satisfies(
            letter ->
                assertThat(
                        new String(
                            letter.headers().lastHeader(HeaderNames.ERROR_MESSAGE).value(), UTF_8))
                    .contains("MIGRATE needs the version", "it is 0"));
  }

  /** A workflow of the first version, of which the second step is open. */
  private void startTheFirstAndDefineTheSecond() {
    engine.define(FIRST);
    engine.start("w", "versions");
    engine.define(SECOND);
    engine.succeed("w", "a", 1, DrivenEngine.payload(300));
    assertThat(engine.attempts()).containsExactly("a/1", "b/1");
    engine.events();
  }

  private static WorkflowDefinition version(int version, StepDefinition... steps) {
    return WorkflowDefinition.of(
        "versions", version, Duration.ZERO, RetryPolicy.NONE, List.of(steps));
  }
}
