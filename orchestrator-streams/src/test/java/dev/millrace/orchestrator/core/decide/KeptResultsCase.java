package dev.millrace.orchestrator.core.decide;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.definition.ResultCache;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.effect.CacheResult;
import dev.millrace.orchestrator.core.effect.Effect;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.Results;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.expression.CelExpressions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A test of results of steps that are kept for others, on the core alone. */
abstract class KeptResultsCase {
  static final Duration TTL = Duration.ofMinutes(10);
  static final Payload OUTPUT = json("{\"score\":7}");
  static final RetryPolicy TWO_ATTEMPTS =
      new RetryPolicy(2, Duration.ofSeconds(1), 2, Duration.ofSeconds(60), 0, List.of());

  final Map<String, Results.Kept> kept = new HashMap<>();

  String keyOf(StepDefinition step) {
    TestWorkflow workflow = new TestWorkflow(definition(step), kept::get);
    workflow.start(json("{\"id\":1}"), "acme", 0);
    return String.valueOf(workflow.state().resultKey(0));
  }

  /** Runs a workflow of one step and keeps what it returns. */
  Decision run(CompiledDefinition definition, @Nullable Payload input) {
    TestWorkflow workflow = new TestWorkflow(definition, Results.NONE);
    workflow.start(input, "acme", 0);
    Decision decision = workflow.succeed(definition.step(0).id(), 1, OUTPUT);
    keep(decision);
    return decision;
  }

  void keep(Decision decision) {
    for (Effect effect : effects(decision)) {
      if (effect instanceof CacheResult result) {
        kept.put(result.key(), new Results.Kept(result.output()));
      }
    }
  }

  boolean isHit(CompiledDefinition definition, @Nullable Payload input, String tenant) {
    TestWorkflow workflow = new TestWorkflow(definition, kept::get);
    workflow.start(input, tenant, 0);
    return workflow.state().status() == WorkflowStatus.SUCCEEDED
        || workflow.state().stepStatus(0) != StepStatus.OPEN;
  }

  static CompiledDefinition definition(StepDefinition... steps) {
    return CompiledDefinition.compile(
        WorkflowDefinition.of("order", 7, Duration.ZERO, RetryPolicy.NONE, List.of(steps)),
        new CelExpressions());
  }

  static StepDefinition cached(
      String id, String type, @Nullable String input, @Nullable String key, String... dependsOn) {
    return TestStep.of(id, dependsOn)
        .does(new StepAction.Work(type, "queue", input))
        .cache(new ResultCache(key == null ? null : "\"" + key + "\"", TTL))
        .build();
  }

  static StepDefinition with(
      StepDefinition step, @Nullable Repeat repeat, RetryPolicy retry, JoinRule join) {
    return new StepDefinition(
        step.id(),
        step.action(),
        step.dependsOn(),
        join,
        null,
        step.timeouts(),
        retry,
        List.of(),
        repeat,
        null,
        null,
        null,
        step.cache());
  }

  static Payload json(String text) {
    return new Payload("", text.getBytes(UTF_8));
  }

  static List<Event> events(Decision decision) {
    return ((Decision.Accepted) decision).events();
  }

  static List<Effect> effects(Decision decision) {
    return ((Decision.Accepted) decision).effects();
  }
}
