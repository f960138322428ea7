package dev.millrace.orchestrator.core.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.Compensation;
import dev.millrace.orchestrator.core.definition.DeliveryWindow;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.EventVerbosity;
import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.FailureRule.Reaction;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.definition.ResultCache;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.Timeouts;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FingerprintTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** Says everything that a step can say, each of its first parts only as far as it is asked to. */
  private static StepDefinition step(String id, StepAction action, int parts) {
    return new StepDefinition(
        id,
        action,
        List.of(new Dependency("x", parts > 0 ? "output.ok" : null, parts > 1 ? "big" : null)),
        parts > 2 ? JoinRule.ANY : null,
        parts > 3 ? "input.n > 1" : null,
        new Timeouts(
            SECOND,
            parts > 4 ? SECOND : Duration.ZERO,
            parts > 5 ? SECOND : Duration.ZERO,
            parts > 6 ? SECOND : Duration.ZERO),
        null,
        parts > 7 ? List.of(new FailureRule(List.of("A"), new Reaction.GoOn())) : List.of(),
        parts > 8 ? new Repeat("output.done", SECOND, 7) : null,
        parts > 9 ? new ForEach("input.l", 1, 2, 3, true) : null,
        parts > 10 ? new Compensation("t", "q", "1", SECOND, null) : null,
        parts > 11
            ? new DeliveryWindow(
                ZoneId.of("UTC"),
                EnumSet.of(DayOfWeek.SUNDAY, DayOfWeek.MONDAY),
                LocalTime.of(8, 0),
                LocalTime.MIDNIGHT)
            : null,
        parts > 12 ? new ResultCache("2", SECOND) : null);
  }

  private static WorkflowDefinition definition(
      StepDefinition step, int maxParallel, @Nullable String output, boolean isFinally) {
    StepDefinition x = StepDefinition.work("x", "t", "q", List.of(), Duration.ZERO, null);
    return new WorkflowDefinition(
        "w",
        1,
        SECOND,
        RetryPolicy.NONE,
        maxParallel,
        output,
        isFinally ? List.of(x) : List.of(x, step),
        isFinally ? List.of(step) : List.of());
  }

  private static List<WorkflowDefinition> different() {
    StepAction work = new StepAction.Work("t", "q", null);
    List<WorkflowDefinition> different = new ArrayList<>();
    for (int parts = 0; parts <= 13; parts++) {
      different.add(definition(step("a", work, parts), 0, null, false));
    }
    for (StepAction action :
        List.of(
            new StepAction.Work("t", "q", "1"),
            new StepAction.SetValue("1"),
            new StepAction.Delay("1"),
            new StepAction.Until("1"),
            new StepAction.AwaitSignal("1", null, null),
            new StepAction.AwaitSignal("1", "1", null),
            new StepAction.AwaitSignal("1", null, "1"),
            new StepAction.StartChild("1", 0, null, null, false, false),
            new StepAction.StartChild("1", 1, null, null, false, false),
            new StepAction.StartChild("1", 0, "1", null, false, false),
            new StepAction.StartChild("1", 0, null, "1", false, false),
            new StepAction.StartChild("1", 0, null, null, true, false),
            new StepAction.StartChild("1", 0, null, null, false, true),
            new StepAction.Choose(List.of(new StepAction.Case("1", null))),
            new StepAction.Choose(List.of(new StepAction.Case("1", "1"))))) {
      different.add(definition(step("a", action, 0), 0, null, false));
    }
    for (JoinRule join :
        List.of(JoinRule.ALL, JoinRule.atLeast(1), JoinRule.ALL_DONE, JoinRule.NONE_FAILED)) {
      different.add(definition(TestStep.of("a", "x").join(join).build(), 0, null, false));
    }
    for (Reaction reaction :
        List.of(new Reaction.Retry(), new Reaction.Fail(), new Reaction.Route("x"))) {
      different.add(
          definition(TestStep.of("a", "x").onFailure(reaction, "B").build(), 0, null, false));
    }
    different.add(
        definition(
            TestStep.of("a").forEach(new ForEach("input.l", 0, 1, 0, false)).build(),
            0,
            null,
            false));
    different.add(
        definition(TestStep.of("a").retry(Definitions.THREE_ATTEMPTS).build(), 0, null, false));
    different.add(definition(step("a", work, 0), 1, null, false));
    different.add(definition(step("a", work, 0), 0, "1", false));
    different.add(definition(step("a", work, 0), 0, null, true));
    return different;
  }

  @Test
  void everyDifferenceShows() {
    assertThat(different().stream().map(Fingerprint::of)).doesNotHaveDuplicates();
  }

  @Test
  void everyDifferenceOfFinallyStepsShows() {
    StepDefinition a = TestStep.of("a").build();
    StepDefinition b = TestStep.of("b").build();

    assertThat(
            Stream.of(
                    List.of(a, b),
                    List.of(b, a),
                    List.of(a, TestStep.of("b", "a").build()),
                    List.of(a, b, TestStep.of("c", "a").build()),
                    List.of(a, b, TestStep.of("c", "b").build()),
                    List.of(TestStep.of("a", "b").build(), b),
                    List.of(a, TestStep.of("b").when("true").build()),
                    List.of(a, TestStep.of("b").when("false").build()))
                .map(FingerprintTest::withFinally)
                .map(Fingerprint::of))
        .doesNotHaveDuplicates();
  }

  private static WorkflowDefinition withFinally(List<StepDefinition> steps) {
    StepDefinition x = TestStep.of("x").build();
    return new WorkflowDefinition("w", 1, SECOND, RetryPolicy.NONE, 0, null, List.of(x), steps);
  }

  @Test
  void whenAWindowClosesShows() {
    assertThat(Stream.of(17, 18).map(FingerprintTest::withWindowUntil).map(Fingerprint::of))
        .doesNotHaveDuplicates();
  }

  @Test
  void affinityShows() {
    assertThat(
            Stream.of(
                    new StepAction.Work("t", "q", null),
                    new StepAction.Work("t", "q", "1"),
                    new StepAction.Work("t", "q", null, "1"),
                    new StepAction.Work("t", "q", "1", "1"))
                .map(action -> Fingerprint.of(definition(step("a", action, 0), 0, null, false))))
        .doesNotHaveDuplicates();
  }

  private static WorkflowDefinition withWindowUntil(int hour) {
    DeliveryWindow window =
        new DeliveryWindow(
            ZoneId.of("UTC"),
            EnumSet.allOf(DayOfWeek.class),
            LocalTime.of(8, 0),
            LocalTime.of(hour, 0));
    return definition(TestStep.of("a", "x").window(window).build(), 0, null, false);
  }

  @Test
  void whichEventsArePublishedTellsContentsApart() {
    StepDefinition step = step("a", new StepAction.Work("t", "q", null), 0);
    assertThat(
            Arrays.stream(EventVerbosity.values())
                .map(
                    events ->
                        Fingerprint.of(
                            new WorkflowDefinition(
                                "w",
                                1,
                                SECOND,
                                RetryPolicy.NONE,
                                0,
                                null,
                                events,
                                List.of(step),
                                List.of()))))
        .doesNotHaveDuplicates();
  }

  @Test
  void contentsThatAreStoredWithWorkflowsKeepTheirFingerprints() {
    List<WorkflowDefinition> definitions = different();

    assertThat(
            List.of(definitions.getFirst(), definitions.get(13), definitions.getLast()).stream()
                .map(Fingerprint::of))
        .containsExactly(-8180951513406785364L, -6715242348463219179L, -146143890479165817L);
    assertThat(definitions.stream().map(Fingerprint::of).toList().hashCode())
        .as("all of them, as one number")
        .isEqualTo(-251986035);
  }
}
