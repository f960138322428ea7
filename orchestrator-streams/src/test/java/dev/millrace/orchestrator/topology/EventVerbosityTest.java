package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.EventVerbosity;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.Timeouts;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.ControlAction;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.EventHistory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the event log has of workflows whose definitions publish fewer events. */
class EventVerbosityTest extends DrivenEngineCase {
  private static final Set<EventType> OF_WORKFLOW =
      EnumSet.of(
          EventType.WORKFLOW_STARTED,
          EventType.SIGNAL_RECEIVED,
          EventType.PRIORITY_CHANGED,
          EventType.WORKFLOW_SUCCEEDED);
  private static final Set<EventType> DETAILS =
      EnumSet.of(EventType.STEP_HELD, EventType.HEARTBEAT);

  private static WorkflowDefinition definition(EventVerbosity verbosity) {
    Timeouts heartbeat =
        new Timeouts(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(10));
    return new WorkflowDefinition(
        "w",
        1,
        Duration.ZERO,
        RetryPolicy.NONE,
        0,
        null,
        verbosity,
        List.of(
            TestStep.of("a").timeouts(heartbeat).build(),
            TestStep.of("b").build(),
            TestStep.of("c", "a", "b").forEach(new ForEach("[1, 2, 3]", 0, 1, 0, false)).build(),
            TestStep.of("go", "c").does(new StepAction.AwaitSignal("go", null, null)).build()),
        List.of());
  }

  /** Runs a workflow through holding, heartbeats, branches, a control and a signal to its end. */
  private List<String> run(EventVerbosity verbosity) {
    engine.windows.windows.put("queue", 1);
    engine.define(definition(verbosity));
    engine.start("w", "w");
    List<String> sent = new ArrayList<>();
    engine.heartbeat("w", "a", 1, DrivenEngine.payload(10));
    engine.control("w", DrivenEngine.order(ControlAction.SET_PRIORITY).setPriority(7));
    for (List<StepCommand> out = engine.commands(); !out.isEmpty(); out = engine.commands()) {
      for (StepCommand command : out) {
        sent.add(command.getStep() + "/" + command.getBranch() + "/" + command.getAttempt());
        engine.complete("w", succeeded(command));
      }
    }
    engine.control("w", DrivenEngine.order(ControlAction.SIGNAL).setName("go"));
    return sent;
  }

  private static StepCompletion succeeded(StepCommand command) {
    return StepCompletion.newBuilder()
        .setStep(command.getStep())
        .setAttempt(command.getAttempt())
        .setBranch(command.getBranch())
        .setStatus(CompletionStatus.SUCCEEDED)
        .build();
  }

  @ParameterizedTest
  @EnumSource
  void workflowsDoTheSameAndTheLogHasNoGaps(EventVerbosity verbosity) {
    assertThat(run(verbosity)).containsExactly("a/-1/1", "b/-1/1", "c/0/1", "c/1/1", "c/2/1");

    EventHistory history = new EventHistory();
    long offset = 0;
    for (WorkflowEvents record : engine.eventRecords()) {
      assertThat(record.getEvents()).isNotEmpty();
      assertThat(history.add(offset++, record)).isEqualTo(EventHistory.Outcome.APPENDED);
    }
    assertThat(history.gaps()).isEmpty();
    assertThat(history.entries().getLast().endsWorkflow()).isTrue();
  }

  @Test
  void eachVerbosityHasTheEventsOfItsClass() {
    Map<EventVerbosity, Set<EventType>> types = new EnumMap<>(EventVerbosity.class);
    Map<EventVerbosity, Map<String, Long>> scopes = new HashMap<>();
    for (EventVerbosity verbosity : EventVerbosity.values()) {
      run(verbosity);
      Set<EventType> found = EnumSet.noneOf(EventType.class);
      Map<String, Long> byScope = new HashMap<>();
      for (WorkflowEvents record : engine.eventRecords()) {
        byScope.merge(record.getScope(), 1L, Long::sum);
        record.getEvents().stream().map(WorkflowEvent::getType).forEach(found::add);
      }
      types.put(verbosity, found);
      scopes.put(verbosity, byScope);
      stopEngine();
      startAnotherEngine(verbosity);
    }

    assertThat(types.get(EventVerbosity.WORKFLOW)).isEqualTo(OF_WORKFLOW);
    assertThat(scopes.get(EventVerbosity.WORKFLOW)).containsOnlyKeys("");
    assertThat(types.get(EventVerbosity.STEPS))
        .containsAll(OF_WORKFLOW)
        .contains(
            EventType.STEP_DISPATCHED,
            EventType.STEP_SUCCEEDED,
            EventType.STEP_SUSPENDED,
            EventType.BRANCHES_OPENED,
            EventType.BRANCHES_REPORTED)
        .doesNotContainAnyElementsOf(DETAILS);
    Set<EventType> all = EnumSet.copyOf(types.get(EventVerbosity.STEPS));
    all.addAll(DETAILS);
    assertThat(types.get(EventVerbosity.ALL)).isEqualTo(all);
  }

  private void startAnotherEngine(EventVerbosity former) {
    folder = folder.resolve(former.name());
    engine = new DrivenEngine(folder);
  }
}
