package dev.millrace.orchestrator.core.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.WindowGate;
import dev.millrace.orchestrator.core.definition.DeliveryWindow;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.Targets;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.input.StartRequested;
import dev.millrace.orchestrator.core.input.StepReleased;
import dev.millrace.orchestrator.core.state.Payloads;
import dev.millrace.orchestrator.core.state.Results;
import dev.millrace.orchestrator.core.state.WorkflowState;
import java.lang.reflect.Proxy;
import java.time.DayOfWeek;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a workflow with very many steps that wait for their queue looks at. */
class WideGateTest {
  private static final int WIDE = 2_000;

  /** Of the time of the tests, which is a quarter past midnight, it is never open. */
  private static final DeliveryWindow LATER =
      new DeliveryWindow(
          ZoneOffset.UTC, EnumSet.allOf(DayOfWeek.class), LocalTime.of(8, 0), LocalTime.of(18, 0));

  private final PackedWorkflow state = PackedWorkflow.absent();
  private final WindowGate gate = new WindowGate(1);
  private int visits;

  private static CompiledDefinition definition(int heldByItsWindow) {
    List<TestStep> steps = new ArrayList<>();
    for (int i = 0; i < WIDE; i++) {
      TestStep step = TestStep.of("s" + i);
      steps.add(i == heldByItsWindow ? step.window(LATER) : step);
    }
    return Definitions.limited(0, null, steps);
  }

  private WorkflowState counted() {
    return (WorkflowState)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {WorkflowState.class},
            (proxy, method, arguments) -> {
              visits += method.getName().startsWith("nextHeld") ? 1 : 0;
              return method.invoke(state, arguments);
            });
  }

  private void decide(CompiledDefinition definition, Input input) {
    Payloads none =
        (Payloads)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Payloads.class},
                (proxy, method, arguments) -> null);
    Situation situation =
        new Situation(
            "w",
            definition,
            counted(),
            none,
            Results.NONE,
            Targets.NONE,
            TestWorkflow.START_MS,
            null,
            gate);
    assertThat(Decider.decide(situation, input)).isInstanceOf(Decision.Accepted.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1_000, WIDE - 1})
  void completionLooksAtNoStepThatWaitsForItsQueue(int heldByItsWindow) {
    CompiledDefinition definition = definition(heldByItsWindow);
    decide(definition, new StartRequested(null, "acme", 5, 0, null));
    assertThat(state.gatedSteps()).isEqualTo(WIDE - 2);
    assertThat(state.nextHeldElsewhere(0)).isEqualTo(heldByItsWindow);
    visits = 0;

    int first = heldByItsWindow == 0 ? 1 : 0;
    decide(
        definition,
        new AttemptReported("s" + first, AttemptReported.NO_BRANCH, 1, null, List.of(), null));
    decide(definition, new StepReleased(first + 1));

    assertThat(state.openSteps()).isEqualTo(1);
    assertThat(visits).isLessThan(10);
  }
}
