package dev.millrace.orchestrator.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

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
import dev.millrace.schemas.v1.AwaitedSignal;
import dev.millrace.schemas.v1.DependencyCondition;
import dev.millrace.schemas.v1.FailureReaction;
import dev.millrace.schemas.v1.JoinKind;
import dev.millrace.schemas.v1.PublishedEvents;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DefinitionCodecTest {
  private static final RetryPolicy RETRY =
      new RetryPolicy(
          5, Duration.ofMillis(250), 1.5, Duration.ofHours(1), 0.25, List.of("BadInput", "Gone"));

  @Test
  void everyFieldSurvivesARoundTrip() throws MalformedRecordException {
    WorkflowDefinition definition =
        WorkflowDefinition.of(
            "order",
            7,
            Duration.ofDays(3),
            RETRY,
            List.of(
                StepDefinition.work("a", "charge", "payments", List.of(), Duration.ZERO, null),
                StepDefinition.work(
                    "b",
                    "ship",
                    "parcels",
                    List.of("a"),
                    Duration.ofSeconds(30),
                    new RetryPolicy(
                        2, Duration.ofMillis(1), 1, Duration.ofMillis(1), 0, List.of()))));

    assertThat(DefinitionCodec.fromAvro(DefinitionCodec.toAvro(definition))).isEqualTo(definition);
  }

  @Test
  void eventsThatAreChosenInANewerWayAreRefused() {
    dev.millrace.schemas.v1.WorkflowDefinition record =
        DefinitionCodec.toAvro(
            WorkflowDefinition.of("w", 2, Duration.ZERO, RetryPolicy.NONE, List.of()));
    record.setEvents(PublishedEvents.UNKNOWN);

    assertThat(
            catchThrowableOfType(
                MalformedRecordException.class, () -> DefinitionCodec.fromAvro(record)))
        .hasMessageContaining("definition w/2 publishes events in a way newer than this engine");
  }

  @Test
  void noRetryPolicyIsNoneAndBack() throws MalformedRecordException {
    WorkflowDefinition definition =
        WorkflowDefinition.of(
            "plain",
            1,
            Duration.ZERO,
            RetryPolicy.NONE,
            List.of(StepDefinition.work("a", "t", "q", List.of(), Duration.ZERO, null)));

    assertThat(DefinitionCodec.toAvro(definition).getRetry()).isNull();
    assertThat(DefinitionCodec.fromAvro(DefinitionCodec.toAvro(definition))).isEqualTo(definition);
  }

  @Test
  void orderOfStepsAndDependenciesIsTheAuthors() throws MalformedRecordException {
    List<StepDefinition> steps =
        IntStream.range(0, 1_000)
            .map(i -> 999 - i)
            .mapToObj(
                i ->
                    StepDefinition.work(
                        "s" + i,
                        "t",
                        "q",
                        i == 0 ? List.of() : List.of("s" + (i - 1), "s" + i / 2),
                        Duration.ZERO,
                        null))
            .toList();
    WorkflowDefinition definition = WorkflowDefinition.of("wide", 1, Duration.ZERO, RETRY, steps);

    assertThat(DefinitionCodec.fromAvro(DefinitionCodec.toAvro(definition)).steps())
        .containsExactlyElementsOf(steps);
  }

  @Test
  void everyActionAndEverySettingSurvivesARoundTrip() throws MalformedRecordException {
    List<StepDefinition> steps = new ArrayList<>();
    for (StepAction action :
        List.of(
            new StepAction.Work("charge", "payments", "{\"id\":\"${input.id}\"}"),
            new StepAction.Work("charge", "payments", null, "${input.customer}"),
            new StepAction.SetValue("[1,null]"),
            new StepAction.Delay("10m"),
            new StepAction.Until("${input.at}"),
            new StepAction.AwaitSignal("go", null, null),
            new StepAction.AwaitSignal("go", "{\"type\":\"object\"}", "{\"title\":\"Sure?\"}"),
            new StepAction.StartChild("ship", 0, null, null, false, true),
            new StepAction.StartChild("ship", 2, "\"${input.id}\"", "{}", true, false),
            new StepAction.Choose(
                List.of(
                    new StepAction.Case("small", "input.n < 10"),
                    new StepAction.Case("big", null))))) {
      steps.add(withEverything("s" + steps.size(), action, JoinRule.ANY));
    }
    for (JoinRule join :
        List.of(JoinRule.ALL, JoinRule.ALL_DONE, JoinRule.NONE_FAILED, JoinRule.atLeast(2))) {
      steps.add(withEverything("s" + steps.size(), new StepAction.Work("t", "q", null), join));
    }
    WorkflowDefinition definition =
        new WorkflowDefinition(
            "all",
            1,
            Duration.ZERO,
            RETRY,
            10,
            "{\"total\":\"${steps.s1.output}\"}",
            EventVerbosity.WORKFLOW,
            steps,
            List.of(
                StepDefinition.work("cleanup", "cleanup", "q", List.of(), Duration.ZERO, null)));

    assertThat(DefinitionCodec.fromAvro(DefinitionCodec.toAvro(definition))).isEqualTo(definition);
  }

  private static StepDefinition withEverything(String id, StepAction action, JoinRule join) {
    return new StepDefinition(
        id,
        action,
        List.of(
            Dependency.on("x"),
            new Dependency("y", "output.ok", null),
            new Dependency("z", null, "big")),
        join,
        "input.n > 1",
        new Timeouts(
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(3),
            Duration.ofSeconds(4)),
        RETRY,
        List.of(
            new FailureRule(List.of("A", "B*"), new Reaction.Retry()),
            new FailureRule(List.of("C"), new Reaction.GoOn()),
            new FailureRule(List.of("D"), new Reaction.Route("y")),
            new FailureRule(List.of(), new Reaction.Fail())),
        new Repeat("output.done", Duration.ofSeconds(5), 6),
        new ForEach("input.lines", 7, 8, 9, true),
        new Compensation("refund", "payments", "\"${output}\"", Duration.ofSeconds(10), RETRY),
        new DeliveryWindow(
            ZoneId.of("Europe/Zurich"),
            EnumSet.of(DayOfWeek.SUNDAY, DayOfWeek.MONDAY),
            LocalTime.of(8, 30),
            LocalTime.of(23, 59)),
        new ResultCache("\"${input.id}\"", Duration.ofHours(1)));
  }

  @Test
  void whatNoDefinitionCanSayIsRefused() {
    assertThat(refusal(step -> step.setSet("1"))).contains("'a': it does 2 things");
    assertThat(
            refusal(
                step -> {
                  step.setType("");
                  step.setQueue("");
                  step.setSet("1");
                  step.setAffinity("c");
                }))
        .contains("'a': it does 2 things");
    assertThat(
            refusal(
                step -> {
                  step.setType("");
                  step.setQueue("");
                  step.setDelay("1s");
                  step.setUntil("${input.at}");
                }))
        .contains("'a': it does 2 things");
    assertThat(refusal(step -> step.setSignal(new AwaitedSignal("go", "{", null))))
        .contains("signal.payloadSchema is not JSON");
    assertThat(
            refusal(step -> step.setConditions(List.of(new DependencyCondition("b", "x", null)))))
        .contains("condition of step 'b', which is not in dependsOn");
    assertThat(
            refusal(
                step -> {
                  step.setDependsOn(List.of("b"));
                  step.setConditions(
                      List.of(
                          new DependencyCondition("b", "x", null),
                          new DependencyCondition("b", null, "y")));
                }))
        .contains("two conditions of step 'b'");
    assertThat(
            refusal(
                step -> step.setJoin(new dev.millrace.schemas.v1.JoinRule(JoinKind.UNKNOWN, 0))))
        .contains("newer than this engine");
    assertThat(
            refusal(
                step ->
                    step.setOnFailure(
                        List.of(
                            new dev.millrace.schemas.v1.FailureRule(
                                List.of(), FailureReaction.UNKNOWN, "")))))
        .contains("newer than this engine");
    assertThat(refusal(step -> step.setWindow(window("Atlantis", 1, 0))))
        .contains("the window cannot be: ")
        .contains("Atlantis");
    assertThat(refusal(step -> step.setWindow(window("UTC", 8, 0)))).contains("days from 1 to 7");
    assertThat(refusal(step -> step.setWindow(window("UTC", 1, 1_440)))).contains("minute 1440");
  }

  private static dev.millrace.schemas.v1.DeliveryWindow window(String zone, int day, int from) {
    return new dev.millrace.schemas.v1.DeliveryWindow(zone, List.of(day), from, 0);
  }

  private static String refusal(Consumer<dev.millrace.schemas.v1.StepDefinition> change) {
    dev.millrace.schemas.v1.WorkflowDefinition record =
        DefinitionCodec.toAvro(
            WorkflowDefinition.of(
                "w",
                1,
                Duration.ZERO,
                RETRY,
                List.of(StepDefinition.work("a", "t", "q", List.of(), Duration.ZERO, null))));
    change.accept(record.getSteps().getFirst());
    return String.valueOf(
        catchThrowableOfType(MalformedRecordException.class, () -> DefinitionCodec.fromAvro(record))
            .getMessage());
  }
}
