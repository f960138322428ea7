package dev.millrace.orchestrator.topology;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.Timeouts;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.store.Keys;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.ControlAction;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.EventHistory;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What operators do to a step {@code each} that runs for each item of a list. Step {@code last}
 * takes its output, however it ends; {@code other} keeps the workflow going.
 */
class ForEachControlsTest extends ForEachCase {
  private static final ForEach ITEMS = new ForEach("input", 0, 1, 0, false);

  private static StepDefinition step(
      String id, List<Dependency> dependsOn, @Nullable JoinRule join, @Nullable ForEach forEach) {
    return new StepDefinition(
        id,
        new StepAction.Work("type", "queue", forEach == null ? "{}" : null),
        dependsOn,
        join,
        null,
        Timeouts.NONE,
        null,
        forEach == null
            ? List.of()
            : List.of(new FailureRule(List.of(), new FailureRule.Reaction.GoOn())),
        null,
        forEach,
        null,
        null,
        null);
  }

  private void start(ForEach forEach, int items) {
    WorkflowDefinition definition =
        WorkflowDefinition.of(
            "forked",
            1,
            Duration.ZERO,
            RetryPolicy.NONE,
            List.of(
                step("first", List.of(), null, null),
                step("each", List.of(Dependency.on("first")), null, forEach),
                step("last", List.of(Dependency.on("each")), JoinRule.ALL_DONE, null),
                step("other", List.of(), null, null)));
    engine.define(definition);
    start("w", items);
    engine.succeed("w", "first", 1, null);
  }

  private void control(ControlAction action, String step) {
    engine.control("w", DrivenEngine.order(action).setStep(step));
  }

  /** The commands of {@code each} since the last call. */
  private List<StepCommand> branches() {
    return engine.commands().stream().filter(each -> each.getBranch() >= 0).toList();
  }

  private List<String> chunks() {
    return engine.stored().keySet().stream()
        .map(key -> key.toString())
        .filter(key -> key.contains("each/"))
        .toList();
  }

  @Test
  void aFailedStepIsTriedAgainWithAllItsItemsAndItsEarlierBranchesAreFenced() {
    start(ITEMS, 2_500);
    List<StepCommand> former = branches();
    assertThat(former).hasSize(2_500);
    assertThat(chunks()).isNotEmpty();
    fail(former.get(1_700), "fatal");
    assertThat(chunks()).isEmpty();

    control(ControlAction.RETRY_STEP, "each");

    List<StepCommand> again = branches();
    assertThat(again).hasSize(2_500);
    assertThat(again).allSatisfy(each -> assertThat(each.getAttempt()).isEqualTo(1_001));
    engine.events();
    former.forEach(this::succeed);
    assertThat(engine.events()).isEmpty();
    again.forEach(this::succeed);
    assertThat(engine.eventTypes()).contains(EventType.STEP_SUCCEEDED);
    assertThat(engine.deadLetters()).isEmpty();
  }

  @Test
  void aRerunOpensTheBranchesAnewAndKeepsTheirHistory() {
    start(ITEMS, 1_100);
    branches().forEach(command -> succeed(command, DrivenEngine.payload(300)));
    int stored = engine.stored().size();

    control(ControlAction.RERUN, "each");

    List<StepCommand> again = branches();
    assertThat(again).hasSize(1_100);
    again.forEach(command -> succeed(command, DrivenEngine.payload(300)));
    engine.succeed("w", "last", 2, null);
    engine.succeed("w", "last", 1, null);
    assertThat(engine.stored()).hasSizeLessThanOrEqualTo(stored + 1);
    EventHistory history = new EventHistory();
    List<WorkflowEvents> log = engine.eventRecords();
    for (int offset = 0; offset < log.size(); offset++) {
      assertThat(history.add(offset, log.get(offset))).isEqualTo(EventHistory.Outcome.APPENDED);
    }
    assertThat(
            history.entries().stream().map(EventHistory.Entry::scope).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder("", "each/0", "each/1", "each/0/2", "each/1/2");
    engine.succeed("w", "other", 1, null);
    engine.advance(DrivenEngine.RETENTION.plus(DrivenEngine.TICK));
    assertThat(engine.stored()).isEmpty();
  }

  @Test
  void aRerunFromAStepBeforeItForgetsBranchesThatStillRun() {
    start(ITEMS, 1_100);
    List<StepCommand> former = branches();
    former.subList(0, 500).forEach(this::succeed);

    control(ControlAction.RERUN, "first");

    assertThat(chunks()).isEmpty();
    succeed(former.get(700));
    engine.succeed("w", "first", 2, null);
    List<StepCommand> again = branches();
    assertThat(again).hasSize(1_100);
    succeed(former.get(701));
    again.forEach(this::succeed);
    assertThat(engine.eventTypes()).contains(EventType.STEPS_RESET, EventType.BRANCHES_REPORTED);
    assertThat(engine.deadLetters()).isEmpty();
    assertThat(engine.attempts()).containsExactly("last/1");
  }

  @Test
  void branchesOfAStepThatHasRunMillionsOfTimesAreStillNumberedFromOneUp() {
    start(ITEMS, 2);
    PackedWorkflow used =
        PackedWorkflow.of(requireNonNull(engine.stored().get(Keys.workflow("w"))));
    used.setFormerAttempts(2_147_500);
    engine.store(Keys.workflow("w"), used.bytes());
    branches();

    control(ControlAction.RERUN, "first");
    engine.succeed("w", "first", 2_147_502, null);

    List<StepCommand> again = branches();
    assertThat(again).hasSize(2).allSatisfy(each -> assertThat(each.getAttempt()).isPositive());
    again.forEach(this::succeed);
    assertThat(engine.attempts()).containsExactly("last/2147501");
    assertThat(engine.deadLetters()).isEmpty();
  }

  @Test
  void aSkippedStepForgetsItsBranches() {
    start(ITEMS, 1_100);
    List<StepCommand> out = branches();

    control(ControlAction.SKIP_STEP, "each");

    assertThat(chunks()).isEmpty();
    succeed(out.getFirst());
    assertThat(engine.attempts()).containsExactly("last/1");
    assertThat(engine.eventTypes()).contains(EventType.STEP_SKIPPED);
    assertThat(engine.deadLetters()).isEmpty();
  }

  @Test
  void aResolvedStepForgetsItsBranches() {
    start(ITEMS, 1_100);
    List<StepCommand> out = branches();

    engine.control(
        "w", DrivenEngine.order(ControlAction.RESOLVE_STEP).setStep("each").setPayload(json("7")));

    assertThat(chunks()).isEmpty();
    succeed(out.getFirst());
    assertThat(engine.attempts()).containsExactly("last/1");
    assertThat(engine.deadLetters()).isEmpty();
  }

  @Test
  void aPauseHoldsTheBranchesOfChunksThatOpenInIt() {
    start(ITEMS, 5_000);
    List<StepCommand> out = branches();
    assertThat(out).hasSize(4_000);
    engine.control("w", DrivenEngine.order(ControlAction.PAUSE));
    out.subList(0, 1_000).forEach(this::succeed);
    engine.advance(Duration.ofSeconds(30));
    assertThat(branches()).isEmpty();

    engine.control("w", DrivenEngine.order(ControlAction.RESUME));
    engine.advance(Duration.ofSeconds(11));

    assertThat(branches()).hasSize(1_000);
  }

  @Test
  void aLongPauseAddsNoMoreEventsThanAShortOne() {
    engine.define(definition(ITEMS, null, Duration.ZERO));
    start("w", 5_000);
    List<StepCommand> out = branches();
    engine.control("w", DrivenEngine.order(ControlAction.PAUSE));
    out.subList(0, 1_000).forEach(this::succeed);
    fail(out.get(1_000), "flaky");
    engine.advance(Duration.ofSeconds(30));
    assertThat(engine.eventTypes()).contains(EventType.STEP_HELD);

    for (int i = 0; i < 180; i++) {
      engine.advance(Duration.ofSeconds(20));
    }
    out.subList(1_001, 1_200).forEach(this::succeed);

    assertThat(engine.eventTypes()).doesNotContain(EventType.STEP_HELD);
    engine.control("w", DrivenEngine.order(ControlAction.RESUME));
    engine.advance(Duration.ofSeconds(11));
    assertThat(branches()).hasSize(1_001);
  }

  @Test
  void anotherPriorityIsThatOfTheChunksToCome() {
    start(ITEMS, 5_000);
    List<StepCommand> out = branches();
    int former = out.getFirst().getPriority();

    engine.control("w", DrivenEngine.order(ControlAction.SET_PRIORITY).setPriority(former + 1));
    out.subList(0, 1_000).forEach(this::succeed);

    assertThat(branches())
        .hasSize(1_000)
        .allSatisfy(each -> assertThat(each.getPriority()).isEqualTo(former + 1));
  }

  @Test
  void aHeartbeatOfABranchIsHandedToItsNextAttempt() {
    WorkflowDefinition definition =
        definition(new ForEach("input", 0, 1, 0, false), null, Duration.ofSeconds(5));
    engine.define(definition);
    start("w", 2);
    StepCommand second = branches().get(1);
    engine.complete(
        "w",
        report(second).setStatus(CompletionStatus.RUNNING).setOutput(json("\"half\"")).build());
    assertThat(engine.eventTypes()).contains(EventType.HEARTBEAT);

    fail(second, "flaky");
    engine.advance(Duration.ofSeconds(1).plus(DrivenEngine.TICK));

    StepCommand next = branches().getFirst();
    assertThat(next.getBranch()).isEqualTo(1);
    assertThat(text(next.getProgress())).isEqualTo("\"half\"");
  }

  @Test
  void resultsOfABranchThatTakesNoBatchFailIt() {
    start(ITEMS, 2);
    StepCommand command = branches().getFirst();
    engine.events();

    reportBatch(command, List.of(good("1"), good("2")));

    assertThat(engine.events())
        .anySatisfy(
            event -> {
              assertThat(event.getType()).isEqualTo(EventType.STEP_FAILED);
              assertThat(event.getFailure().getType()).isEqualTo("millrace.results-mismatch");
            });
  }
}
