package dev.millrace.orchestrator.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

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
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.Timeouts;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** All that a definition can say, written, printed and built. */
class LanguageTest {
  private static final String EVERYTHING =
      """
      name: everything
      version: 1
      queue: q
      maxParallel: 10
      events: steps
      output: {total: "${steps.sum.output.total}", parts: [1, 2.50, 1e2, true, null, "a\\"b"]}
      steps:
        - id: a
          type: charge
          input: {id: "${input.id}", note: "order ${input.id}"}
          affinity: "customer ${input.customer}"
          timeout: 30s
          scheduleToStart: 1m
          scheduleToClose: 10m
          heartbeat: 10s
          onFailure:
            - {types: [Gone, "Timeout*"], then: retry}
            - {types: [Closed], then: {route: other}}
            - {then: continue}
          repeat: {until: output.done, delay: 10s, max: 7}
          compensate: {type: refund, queue: money, input: "${output.id}", timeout: 10s, retry: {maxAttempts: 2}}
          window: {timeZone: Europe/Zurich, days: [SUN, MON], from: "08:00", to: "18:30"}
          cache: {key: "${input.id}", ttl: 1h}
        - id: other
        - id: sum
          dependsOn: [a]
          set: {total: "${steps.a.output.x + 1}"}
        - {id: pause, delay: 10m}
        - {id: morning, until: "2027-01-01T00:00:00Z"}
        - {id: go, signal: approve, timeout: 2d}
        - id: review
          signal: {name: review, schema: {type: object}, form: {title: "Sure?"}}
        - id: ship
          workflow: {definition: ship, version: 2, id: "${input.id}-ship", input: {a: 1}, detached: true, onCancel: cancel}
        - {id: follow, workflow: {definition: follow}}
        - {id: later, workflow: {definition: follow, detached: true}}
        - id: size
          switch: [{case: small, when: input.n < 10}, {case: big}]
        - id: lines
          dependsOn: [{step: size, case: big}, {step: go, when: output.ok}, pause]
          join: {atLeast: 2}
          when: input.lines != null
          forEach: {items: input.lines, maxParallel: 10, batchSize: 20, tolerate: 5%}
        - {id: few, forEach: {items: input.lines, tolerate: 5}, onFailure: {route: last}}
        - {id: last, dependsOn: [go, pause], join: allDone}
      finally:
        - {id: cleanup, onFailure: continue}
        - {id: report, dependsOn: [cleanup]}
      """;

  private static StepDefinition step(WorkflowDefinition definition, String id) {
    return definition.steps().stream()
        .filter(each -> each.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void everySettingOfAStepIsRead() {
    WorkflowDefinition read = Sources.accepted(EVERYTHING);
    StepDefinition a = step(read, "a");

    assertThat(a.action())
        .isEqualTo(
            new StepAction.Work(
                "charge",
                "q",
                "{\"id\":\"${input.id}\",\"note\":\"order ${input.id}\"}",
                "customer ${input.customer}"));
    assertThat(a.timeouts())
        .isEqualTo(
            new Timeouts(
                Duration.ofSeconds(30),
                Duration.ofMinutes(1),
                Duration.ofMinutes(10),
                Duration.ofSeconds(10)));
    assertThat(a.onFailure())
        .containsExactly(
            new FailureRule(List.of("Gone", "Timeout*"), new Reaction.Retry()),
            new FailureRule(List.of("Closed"), new Reaction.Route("other")),
            new FailureRule(List.of(), new Reaction.GoOn()));
    assertThat(a.repeat()).isEqualTo(new Repeat("output.done", Duration.ofSeconds(10), 7));
    assertThat(a.compensation())
        .extracting(Compensation::type, Compensation::queue, Compensation::input)
        .containsExactly("refund", "money", "\"${output.id}\"");
    assertThat(a.window())
        .isEqualTo(
            new DeliveryWindow(
                ZoneId.of("Europe/Zurich"),
                EnumSet.of(DayOfWeek.MONDAY, DayOfWeek.SUNDAY),
                LocalTime.of(8, 0),
                LocalTime.of(18, 30)));
    assertThat(a.cache()).isEqualTo(new ResultCache("\"${input.id}\"", Duration.ofHours(1)));
    StepDefinition lines = step(read, "lines");
    assertThat(lines.dependsOn())
        .containsExactly(
            new Dependency("size", null, "big"),
            new Dependency("go", "output.ok", null),
            Dependency.on("pause"));
    assertThat(lines.join()).isEqualTo(JoinRule.atLeast(2));
    assertThat(lines.when()).isEqualTo("input.lines != null");
    assertThat(lines.forEach()).isEqualTo(new ForEach("input.lines", 10, 20, 5, true));
  }

  @Test
  void everyActionIsRead() {
    WorkflowDefinition read = Sources.accepted(EVERYTHING);

    assertThat(read.steps())
        .extracting(StepDefinition::action)
        .filteredOn(action -> !(action instanceof StepAction.Work))
        .containsExactly(
            new StepAction.SetValue("{\"total\":\"${steps.a.output.x + 1}\"}"),
            new StepAction.Delay("10m"),
            new StepAction.Until("2027-01-01T00:00:00Z"),
            new StepAction.AwaitSignal("approve", null, null),
            new StepAction.AwaitSignal("review", "{\"type\":\"object\"}", "{\"title\":\"Sure?\"}"),
            new StepAction.StartChild("ship", 2, "${input.id}-ship", "{\"a\":1}", true, true),
            new StepAction.StartChild("follow", 0, null, null, false, true),
            new StepAction.StartChild("follow", 0, null, null, true, false),
            new StepAction.Choose(
                List.of(
                    new StepAction.Case("small", "input.n < 10"),
                    new StepAction.Case("big", null))));
    assertThat(read.output())
        .isEqualTo(
            "{\"total\":\"${steps.sum.output.total}\",\"parts\":[1,2.50,1E+2,true,null,\"a\\\"b\"]}");
    assertThat(read.maxParallel()).isEqualTo(10);
    assertThat(read.events()).isEqualTo(EventVerbosity.STEPS);
    assertThat(read.finallySteps())
        .extracting(StepDefinition::id)
        .containsExactly("cleanup", "report");
  }

  @Test
  void whatIsPrintedIsParsedToTheSame() {
    WorkflowDefinition read = Sources.accepted(EVERYTHING);
    String printed = DefinitionPrinter.print(read);

    assertThat(Sources.accepted(printed)).isEqualTo(read);
    assertThat(DefinitionPrinter.print(Sources.accepted(printed))).isEqualTo(printed);
  }

  @Test
  void theBuilderSaysTheSame() {
    WorkflowDefinition built =
        WorkflowDefinitions.define("w", 1)
            .maxParallel(10)
            .events(EventVerbosity.WORKFLOW)
            .output(Map.of("b", 1, "a", List.of("${steps.sum.output}", 2.5)))
            .step(
                "a",
                step ->
                    step.input(Map.of("id", "${input.id}"))
                        .affinity("${input.customer}")
                        .scheduleToStart(Duration.ofMinutes(1))
                        .scheduleToClose(Duration.ofMinutes(10))
                        .heartbeat(Duration.ofSeconds(10))
                        .onFailure(new Reaction.Retry(), "Timeout*")
                        .onFailure(new Reaction.Fail())
                        .repeat("output.done", Duration.ofSeconds(10), 7)
                        .compensate("refund", undo -> undo.queue("money").input("${output.id}"))
                        .window(
                            new DeliveryWindow(
                                ZoneId.of("UTC"),
                                EnumSet.of(DayOfWeek.MONDAY),
                                LocalTime.of(8, 0),
                                LocalTime.MIDNIGHT))
                        .cache(Duration.ofHours(1), "${input.id}"))
            .step("sum", step -> step.dependsOn("a").set("${steps.a.output.x}"))
            .step("pause", step -> step.delay(Duration.ofMinutes(10)))
            .step("morning", step -> step.until(Instant.parse("2027-01-01T00:00:00Z")))
            .step("go", step -> step.signal("approve"))
            .step(
                "ship",
                step -> step.workflow("ship", child -> child.id("${input.id}-s").detached()))
            .step(
                "size",
                step -> step.choose(cases -> cases.when("small", "input.n < 10").otherwise("big")))
            .step(
                "lines",
                step ->
                    step.dependsOnCase("size", "big")
                        .dependsOnWhen("go", "output.ok")
                        .join(JoinRule.ANY)
                        .when("input.n > 0")
                        .forEach("input.lines", each -> each.batchSize(20).toleratePercent(5)))
            .finallyStep("cleanup")
            .build();

    assertThat(built)
        .isEqualTo(
            Sources.accepted(
                """
                name: w
                version: 1
                maxParallel: 10
                events: workflow
                output: {a: ["${steps.sum.output}", 2.5], b: 1}
                steps:
                  - id: a
                    input: {id: "${input.id}"}
                    affinity: "${input.customer}"
                    scheduleToStart: 1m
                    scheduleToClose: 10m
                    heartbeat: 10s
                    onFailure: [{types: ["Timeout*"], then: retry}, {then: fail}]
                    repeat: {until: output.done, delay: 10s, max: 7}
                    compensate: {type: refund, queue: money, input: "${output.id}"}
                    window: {timeZone: UTC, days: [MON], from: "08:00"}
                    cache: {ttl: 1h, key: "${input.id}"}
                  - {id: sum, dependsOn: [a], set: "${steps.a.output.x}"}
                  - {id: pause, delay: 10m}
                  - {id: morning, until: "2027-01-01T00:00:00Z"}
                  - {id: go, signal: approve}
                  - {id: ship, workflow: {definition: ship, id: "${input.id}-s", detached: true}}
                  - {id: size, switch: [{case: small, when: input.n < 10}, {case: big}]}
                  - id: lines
                    dependsOn: [{step: size, case: big}, {step: go, when: output.ok}]
                    join: any
                    when: input.n > 0
                    forEach: {items: input.lines, batchSize: 20, tolerate: 5%}
                finally: [{id: cleanup}]
                """));
  }

  @Test
  void aTemplateIsJson() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WorkflowDefinitions.define("w", 1).output(Optional.of(1)))
        .withMessageContaining("java.util.Optional is not JSON");
  }

  @Test
  void problemsWithinValuesHaveTheirPlaces() {
    assertThat(
            Sources.refused(
                """
                name: w
                version: 1
                steps:
                  - id: a
                    dependsOn:
                      - {step: b, when: ""}
                      - {step: b, case: x}
                    join: {atLeast: 3}
                    onFailure:
                      - {types: [A, A], then: fail}
                      - then: {route: nowhere}
                    window: {timeZone: UTC, days: [MON, MON]}
                    compensate: {type: u, retry: {jitter: 2}}
                  - id: b
                    switch:
                      - {case: x}
                      - {case: x, when: input.n}
                  - id: c
                    delay: 1s
                    cache: {ttl: 4000d}
                finally:
                  - {id: d, dependsOn: [a], repeat: {until: output.x, max: 0}}
                """))
        .containsExactly(
            "6:25 expression-text steps[0].dependsOn[0].when",
            "7:9 duplicate-dependency steps[0].dependsOn[1]",
            "8:21 join-range steps[0].join.atLeast",
            "10:21 failure-rule steps[0].onFailure[0].types[1]",
            "11:23 unknown-route steps[0].onFailure[1].then.route",
            "12:41 window-range steps[0].window.days[1]",
            "13:43 retry-jitter steps[0].compensate.retry.jitter",
            "16:9 switch-cases steps[1].switch[0]",
            "17:16 switch-cases steps[1].switch[1].case",
            "20:12 not-together steps[2].cache",
            "20:18 cache-ttl steps[2].cache.ttl",
            "22:25 other-part finally[0].dependsOn[0]",
            "22:60 repeat-range finally[0].repeat.max");
  }

  @Test
  void expressionsAreCompiledAndWhatTheyReadComesBefore() {
    assertThat(
            Sources.refused(
                """
                name: w
                version: 1
                output: {x: "${steps.z.output}"}
                steps:
                  - id: a
                    when: input.n >
                    input:
                      lines:
                        - "${1 +}"
                  - id: b
                    set: "${steps.a.output}"
                  - id: c
                    dependsOn: [{step: a, when: steps.b.output}]
                    set: "${steps.aa.output}"
                finally:
                  - {id: z, set: "${steps.c.output}"}
                """))
        .containsExactly(
            "3:9 not-upstream output",
            "6:11 bad-expression steps[0].when",
            "9:11 bad-expression steps[0].input.lines[0]",
            "11:10 not-upstream steps[1].set",
            "13:33 not-upstream steps[2].dependsOn[0].when",
            "14:10 unknown-reference steps[2].set");
  }

  @Test
  void aStepDoesOneThing() {
    assertThat(
            Sources.refused(
                """
                name: w
                version: 1
                steps:
                  - {id: a, type: t, delay: 1s, signal: go, queue: q}
                  - {id: b, workflow: {definition: d}, affinity: c}
                """))
        .containsExactly(
            "4:19 several-actions steps[0].type",
            "4:41 several-actions steps[0].signal",
            "4:52 several-actions steps[0].queue",
            "5:50 several-actions steps[1].affinity");
  }

  @Test
  void pointlessSettingsAreWarnedOf() {
    assertThat(
            Sources.parse(
                    """
                    name: w
                    version: 1
                    steps:
                      - {id: a, join: any, repeat: {until: output.x, max: 1}}
                      - {id: b, heartbeat: 10s, timeout: 5s, scheduleToClose: 5s}
                      - {id: c, forEach: {items: input.l, tolerate: 100%}}
                      - {id: d, set: 1, timeout: 1s, retry: {maxAttempts: 2}, window: {timeZone: UTC, to: "08:00"}}
                      - {id: e, window: {timeZone: UTC}}
                      - {id: f, onFailure: [{then: fail}, {types: [A], then: continue}]}
                    """)
                .problems())
        .extracting(problem -> problem.line() + " " + problem.code())
        .containsExactly(
            "4 pointless-join",
            "4 pointless-repeat",
            "5 pointless-heartbeat",
            "5 pointless-timeout",
            "6 pointless-tolerate",
            "7 pointless-timeout",
            "7 pointless-retry",
            "7 pointless-window",
            "8 pointless-window",
            "9 unreachable-rule");
  }
}
