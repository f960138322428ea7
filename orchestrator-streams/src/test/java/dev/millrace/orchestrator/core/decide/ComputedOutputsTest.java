package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.Definitions.step;
import static dev.millrace.orchestrator.core.decide.Decisions.events;
import static dev.millrace.orchestrator.core.decide.Decisions.payload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowEnding;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.DuplicatePolicy;
import dev.millrace.orchestrator.core.input.StartRequested;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Outcome;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.expression.CelExpressions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Outputs that the engine computes, of steps and of workflows, and how large they may be. */
class ComputedOutputsTest {
  private static final int MIB = 1024 * 1024;
  private static final String INPUT = "\"${input}\"";

  /** One byte more than the input. */
  private static final String LONGER = "\"x${input}\"";

  private static final StepDefinition[] NO_FINALLY = {};

  @Test
  void computedOutputOfAStepMayBeAMebibyteAndNoMore() {
    assertThat(started(chain(1, LONGER), null, MIB - 1).status())
        .isEqualTo(WorkflowStatus.SUCCEEDED);

    TestWorkflow larger = new TestWorkflow(definition(chain(1, LONGER), null));
    assertThat(failures(larger.start(json(MIB), "acme", 0)))
        .containsExactly(
            new Failure(
                Failure.EXPRESSION,
                "the result is larger than 1048576 bytes; hand on less",
                false));
  }

  @Test
  void outputOfAWorkflowMayBeAMebibyteAndNoMore() {
    List<StepDefinition> small = chain(1, "1");
    assertThat(started(small, LONGER, MIB - 1).status()).isEqualTo(WorkflowStatus.SUCCEEDED);

    PackedWorkflow larger = started(small, LONGER, MIB);
    assertThat(larger.status()).isEqualTo(WorkflowStatus.FAILED);
    assertThat(type(larger)).isEqualTo(Failure.EXPRESSION);
  }

  @Test
  void computedOutputsOfOneInputHaveSixMebibytesTogether() {
    TestWorkflow workflow = new TestWorkflow(definition(chain(9, INPUT), null));

    List<Event> events = events(workflow.start(json(MIB), "acme", 0));

    assertThat(events).filteredOn(StepSucceeded.class::isInstance).hasSize(4);
    assertThat(events)
        .filteredOn(StepFailed.class::isInstance)
        .singleElement()
        .extracting(event -> ((StepFailed) event).failure().type())
        .isEqualTo(Failure.EVENTS_TOO_LARGE);
  }

  @Test
  void outputOfAWorkflowThatHasNoRoomBesideThoseOfItsStepsFailsIt() {
    PackedWorkflow workflow = started(chain(4, INPUT), INPUT, MIB);

    assertThat(workflow.succeededSteps()).isEqualTo(4);
    assertThat(type(workflow)).isEqualTo(Failure.EVENTS_TOO_LARGE);
  }

  @Test
  void definitionThatAStartBringsAlongTakesOfTheRoom() {
    assertThat(startedWithDefinitionOf(EventRoom.BYTES - 2_000))
        .isEqualTo(WorkflowStatus.SUCCEEDED);
    assertThat(startedWithDefinitionOf(EventRoom.BYTES - 100)).isEqualTo(WorkflowStatus.FAILED);
  }

  private static WorkflowStatus startedWithDefinitionOf(int bytes) {
    TestWorkflow workflow =
        new TestWorkflow(definition(chain(1, '"' + "x".repeat(200) + '"'), null));
    workflow.start(
        new StartRequested(null, "acme", 5, 0, null, bytes, null, DuplicatePolicy.REJECT));
    return workflow.state().status();
  }

  @Test
  void outputIsThatOfTheWorkflowAfterItsFinallyStepsToo() {
    TestWorkflow workflow = new TestWorkflow(definition(List.of(step("a")), INPUT, step("last")));
    workflow.start(payload("{\"n\":1}"), "acme", 0);

    assertThat(events(workflow.succeed("a", 1)))
        .contains(new WorkflowEnding(Outcome.SUCCEEDED, payload("{\"n\":1}")));
    assertThat(events(workflow.succeed("last", 1)))
        .last()
        .isEqualTo(new WorkflowEnded(Outcome.SUCCEEDED, payload("{\"n\":1}")));
  }

  @Test
  void workflowWhoseFinallyStepFailsHasNoOutput() {
    TestWorkflow workflow = new TestWorkflow(definition(List.of(step("a")), INPUT, step("last")));
    workflow.start(payload("{\"n\":1}"), "acme", 0);
    workflow.succeed("a", 1);

    assertThat(events(workflow.fail("last", 1, new Failure("broken", "for good", false))))
        .last()
        .isInstanceOfSatisfying(
            WorkflowEnded.class,
            ended -> {
              assertThat(ended.outcome().status()).isEqualTo(WorkflowStatus.FAILED);
              assertThat(ended.output()).isNull();
            });
  }

  private static PackedWorkflow started(
      List<StepDefinition> steps, @Nullable String output, int inputBytes) {
    TestWorkflow workflow = new TestWorkflow(definition(steps, output, NO_FINALLY));
    workflow.start(json(inputBytes), "acme", 0);
    return workflow.state();
  }

  private static String type(PackedWorkflow workflow) {
    return Objects.requireNonNull(workflow.failure()).type();
  }

  private static List<Failure> failures(Decision decision) {
    return events(decision).stream()
        .filter(StepFailed.class::isInstance)
        .map(event -> ((StepFailed) event).failure())
        .toList();
  }

  /** A text as JSON, of so many bytes. */
  private static Payload json(int bytes) {
    return payload('"' + "x".repeat(bytes - 2) + '"');
  }

  /** Steps one after another, each with an output that the engine computes. */
  private static List<StepDefinition> chain(int steps, String value) {
    List<StepDefinition> chain = new ArrayList<>();
    for (int number = 0; number < steps; number++) {
      String[] former = number == 0 ? new String[0] : new String[] {"s" + (number - 1)};
      chain.add(TestStep.of("s" + number, former).does(new StepAction.SetValue(value)).build());
    }
    return chain;
  }

  private static CompiledDefinition definition(
      List<StepDefinition> steps, @Nullable String output, StepDefinition... finallySteps) {
    return CompiledDefinition.compile(
        new WorkflowDefinition(
            "order", 7, Duration.ZERO, RetryPolicy.NONE, 0, output, steps, List.of(finallySteps)),
        new CelExpressions());
  }
}
