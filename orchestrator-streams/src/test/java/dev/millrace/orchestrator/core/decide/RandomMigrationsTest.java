package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.decide.Versions.compile;
import static dev.millrace.orchestrator.core.decide.Versions.events;
import static dev.millrace.orchestrator.core.decide.Versions.json;
import static dev.millrace.orchestrator.core.decide.Versions.payload;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.Compensation;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.ResultCache;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.Timeouts;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.MigrationTried;
import dev.millrace.orchestrator.core.event.WorkflowMigrated;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random workflows that are migrated at random between versions that differ at random. After every
 * input the fold of the events and all invariants are checked, and each workflow comes to its end.
 * Other numbers of workflows with {@code -Dmillrace.migrations=N}.
 */
class RandomMigrationsTest {
  private static final int WORKFLOWS = Integer.getInteger("millrace.migrations", 400);
  private static final int VERSIONS = 4;
  private static final Timeouts OVERALL =
      new Timeouts(Duration.ZERO, Duration.ZERO, Duration.ofMinutes(5), Duration.ofMinutes(1));
  private static final int IDS = 12;
  private static final int MOST_INPUTS = 500;

  /** After so many inputs operators leave a workflow alone, so that it can end. */
  private static final int MOST_CONTROLS = 100;

  private int migrated;
  private int refused;

  @Test
  void migratedWorkflowsKeepEveryInvariantAndTheirOutputsAndEnd() {
    for (int seed = 0; seed < WORKFLOWS; seed++) {
      try {
        run(new Random(seed));
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
    assertThat(migrated).isGreaterThan(WORKFLOWS / 4);
    assertThat(refused).isGreaterThan(WORKFLOWS / 4);
  }

  private void run(Random random) {
    List<Map<Integer, StepDefinition>> versions = new ArrayList<>();
    versions.add(first(random));
    List<CompiledDefinition> compiled = new ArrayList<>();
    for (int version = 1; version <= VERSIONS; version++) {
      Map<Integer, StepDefinition> steps = versions.getLast();
      List<StepDefinition> order = new ArrayList<>(steps.values());
      Collections.shuffle(order, random);
      compiled.add(
          compile(WorkflowDefinition.of("order", version, Duration.ZERO, RetryPolicy.NONE, order)));
      versions.add(changed(random, steps));
    }
    TestWorkflow workflow = new TestWorkflow(compiled.getFirst());
    compiled.forEach(workflow::register);
    workflow.start();
    long sinceStartMs = 0;
    for (int input = 0; !workflow.state().status().hasEnded(); input++) {
      assertThat(input).as("inputs, and still no end").isLessThan(MOST_INPUTS);
      if (random.nextInt(4) == 0) {
        migrate(workflow, 1 + random.nextInt(VERSIONS));
      } else if (input < MOST_CONTROLS && random.nextInt(3) == 0) {
        control(random, workflow);
      } else if (workflow.state().isPaused() && input >= MOST_CONTROLS) {
        workflow.control(new Control.Resume());
      } else if (workflow.state().openSteps() == 0 || random.nextInt(10) == 0) {
        sinceStartMs += 10_000;
        workflow.after(sinceStartMs).fireTimer();
      } else {
        report(random, workflow, compiled.get(workflow.state().version() - 1));
      }
    }
  }

  private void migrate(TestWorkflow workflow, int version) {
    Map<String, Payload> before = outputs(workflow);
    MigrationTried tried = (MigrationTried) events(workflow.migrate(version, true)).getFirst();
    boolean isPossible = new String(tried.report().data(), UTF_8).contains("\"list\":[]");
    Event first = events(workflow.migrate(version, false)).getFirst();
    assertThat(first instanceof WorkflowMigrated).as("what the dry run says").isEqualTo(isPossible);
    if (isPossible) {
      migrated++;
      assertThat(workflow.state().version()).isEqualTo(version);
      if (!workflow.state().status().hasEnded()) {
        assertThat(outputs(workflow)).isEqualTo(before);
      }
    } else {
      refused++;
    }
  }

  private static void control(Random random, TestWorkflow workflow) {
    String id = "s" + random.nextInt(IDS);
    int kind = random.nextInt(12);
    boolean isPaused = workflow.state().isPaused();
    workflow.control(
        switch (kind) {
          case 0 -> new Control.SkipStep(id);
          case 1 -> new Control.ResolveStep(id, json("3"));
          case 2, 3, 4, 5 -> new Control.RetryStep(id);
          case 6, 7, 8, 9 -> new Control.Rerun(id);
          default -> isPaused ? new Control.Resume() : new Control.Pause();
        });
  }

  private static Map<String, Payload> outputs(TestWorkflow workflow) {
    Map<String, Payload> outputs = new HashMap<>();
    for (int id = 0; id < IDS; id++) {
      Payload output = workflow.output("s" + id);
      if (output != null) {
        outputs.put("s" + id, output);
      }
      Payload progress = workflow.progress("s" + id);
      if (progress != null) {
        outputs.put("progress of s" + id, progress);
      }
    }
    return outputs;
  }

  private static void report(Random random, TestWorkflow workflow, CompiledDefinition definition) {
    List<Integer> open = new ArrayList<>();
    for (int step = 0; step < definition.stepCount(); step++) {
      if (workflow.state().stepStatus(step) == StepStatus.OPEN) {
        open.add(step);
      }
    }
    int step = open.get(random.nextInt(open.size()));
    String id = definition.step(step).id();
    int attempt = workflow.state().attempt(step);
    if (random.nextInt(5) == 0) {
      workflow.heartbeat(id, attempt, payload(200 * random.nextInt(1, 4), random.nextInt()));
    } else if (random.nextInt(6) == 0) {
      workflow.fail(id, attempt, new Failure("flaky", "no", random.nextBoolean()));
    } else {
      boolean isLarge = random.nextBoolean();
      workflow.succeed(
          id, attempt, isLarge ? payload(300, step) : json(String.valueOf(random.nextInt(10))));
    }
  }

  /** Steps by their numbers; each depends on lower ones only. */
  private static Map<Integer, StepDefinition> first(Random random) {
    Map<Integer, StepDefinition> steps = new TreeMap<>();
    for (int id = 0; id < IDS; id++) {
      if (random.nextInt(3) > 0 || id == 0) {
        steps.put(id, step(random, id, steps));
      }
    }
    return steps;
  }

  /** A few steps more or less, or others in their places; nothing depends on what is not there. */
  private static Map<Integer, StepDefinition> changed(
      Random random, Map<Integer, StepDefinition> before) {
    Map<Integer, StepDefinition> steps = new TreeMap<>(before);
    for (int change = random.nextInt(3); change >= 0; change--) {
      int id = random.nextInt(IDS);
      if (steps.size() > 1 && random.nextBoolean() && isNeededByNone(steps, id)) {
        steps.remove(id);
      } else {
        Map<Integer, StepDefinition> lower = new TreeMap<>(steps);
        lower.keySet().removeIf(each -> each >= id);
        steps.put(id, step(random, id, lower));
      }
    }
    return steps;
  }

  private static boolean isNeededByNone(Map<Integer, StepDefinition> steps, int id) {
    return steps.values().stream().noneMatch(each -> each.dependencyIds().contains("s" + id));
  }

  private static StepDefinition step(Random random, int id, Map<Integer, StepDefinition> lower) {
    List<Dependency> dependsOn = new ArrayList<>();
    for (StepDefinition each : lower.values()) {
      if (random.nextInt(lower.size()) < 2) {
        String when = random.nextInt(8) == 0 ? "output != 3" : null;
        dependsOn.add(new Dependency(each.id(), when, null));
      }
    }
    return new StepDefinition(
        "s" + id,
        new StepAction.Work("type", "queue", null),
        dependsOn,
        join(random, dependsOn.size()),
        random.nextInt(12) == 0 ? "false" : null,
        switch (random.nextInt(6)) {
          case 0 -> Timeouts.startToClose(Duration.ofMinutes(1));
          case 1 -> OVERALL;
          default -> Timeouts.NONE;
        },
        random.nextInt(3) == 0 ? Definitions.THREE_ATTEMPTS : null,
        random.nextInt(3) == 0
            ? List.of()
            : List.of(new FailureRule(List.of("*"), new FailureRule.Reaction.GoOn())),
        null,
        null,
        random.nextInt(6) == 0
            ? new Compensation("undo", "queue", null, Duration.ZERO, null)
            : null,
        null,
        random.nextInt(6) == 0 ? new ResultCache(null, Duration.ofHours(1)) : null);
  }

  private static @Nullable JoinRule join(Random random, int dependencies) {
    return switch (dependencies == 0 ? 9 : random.nextInt(10)) {
      case 0 -> JoinRule.ANY;
      case 1 -> JoinRule.ALL_DONE;
      case 2 -> JoinRule.NONE_FAILED;
      case 3 -> JoinRule.atLeast(1 + random.nextInt(dependencies));
      default -> null;
    };
  }
}
