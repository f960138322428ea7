package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.fixture.EventLog;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.EventHistory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * At-least-once: events are out, then a crash takes the state back to before their input, and
 * another input comes first. Readers end in the later time line.
 */
class LostTimeLineTest extends DrivenEngineCase {
  private final List<WorkflowEvents> log = new ArrayList<>();

  @Test
  void cancelThatOvertakesACompletionSupersedesItsEvents() {
    WorkflowDefinition definition =
        TimersTest.definition(Duration.ZERO, Definitions.step("a"), Definitions.step("b", "a"));
    engine.define(definition);
    engine.start("w", "timed");
    engine.commit();
    engine.succeed("w", "a", 1, null);
    readLog();
    assertThat(engine.attempts()).containsExactly("a/1", "b/1");

    engine.crash(definition);
    engine.cancel("w", "enough");
    engine.succeed("w", "a", 1, null);
    engine.succeed("w", "b", 1, null);
    readLog();

    EventHistory history = new EventHistory();
    assertThat(outcomes(history))
        .containsExactly(
            EventHistory.Outcome.APPENDED,
            EventHistory.Outcome.APPENDED,
            EventHistory.Outcome.SUPERSEDED);
    assertThat(types(history))
        .containsExactly(
            EventType.WORKFLOW_STARTED, EventType.STEP_DISPATCHED, EventType.WORKFLOW_CANCELLED);
    assertThatIsPossible(history, definition, WorkflowStatus.CANCELLED);
    assertThat(engine.attempts()).as("commands of the later time line").isEmpty();
    assertThat(engine.deadLetters()).isEmpty();
  }

  @Test
  void timeoutThatOvertakesACompletionSupersedesTheEndOfItsWorkflow() {
    WorkflowDefinition definition =
        TimersTest.definition(Duration.ZERO, Definitions.guarded("a", Duration.ofSeconds(10)));
    engine.define(definition);
    engine.start("w", "timed");
    engine.commit();
    engine.succeed("w", "a", 1, null);
    readLog();
    assertThat(log.getLast().getEvents().getLast().getType())
        .isEqualTo(EventType.WORKFLOW_SUCCEEDED);

    engine.crash(definition);
    engine.advance(Duration.ofSeconds(10).plus(DrivenEngine.TICK));
    engine.advance(Duration.ofSeconds(1).plus(DrivenEngine.TICK));
    engine.succeed("w", "a", 1, null);
    readLog();
    EventHistory running = new EventHistory();
    assertThat(outcomes(running)).contains(EventHistory.Outcome.SUPERSEDED);
    assertThatIsPossible(running, definition, WorkflowStatus.RUNNING);
    assertThat(engine.attempts()).as("the first attempt is fenced").containsExactly("a/2");

    engine.succeed("w", "a", 2, null);
    readLog();
    EventHistory ended = new EventHistory();
    assertThat(outcomes(ended)).containsOnlyOnce(EventHistory.Outcome.SUPERSEDED);
    assertThat(types(ended)).containsOnlyOnce(EventType.WORKFLOW_SUCCEEDED);
    assertThatIsPossible(ended, definition, WorkflowStatus.SUCCEEDED);
  }

  private void readLog() {
    log.addAll(engine.eventRecords());
  }

  /** What each record of the log does to a history, in the order in which they were published. */
  private List<EventHistory.Outcome> outcomes(EventHistory history) {
    List<EventHistory.Outcome> outcomes = new ArrayList<>();
    log.forEach(record -> outcomes.add(history.add(outcomes.size(), record)));
    return outcomes;
  }

  private static List<EventType> types(EventHistory history) {
    return history.entries().stream().map(entry -> entry.event().getType()).toList();
  }

  private static void assertThatIsPossible(
      EventHistory history, WorkflowDefinition definition, WorkflowStatus status) {
    assertThat(EventLog.problems(CompiledDefinition.compile(definition), history, status))
        .isEmpty();
  }
}
