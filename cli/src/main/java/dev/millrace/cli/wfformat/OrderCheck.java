package dev.millrace.cli.wfformat;

import dev.millrace.cli.run.HandlerRun;
import dev.millrace.cli.run.WorkflowRun;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.wire.EventHistory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks a run against its definition, from what the engine logged and what the workers reported:
 * every step is dispatched and succeeds once, no step is dispatched before all its dependencies
 * have succeeded, no handler is called before those of its dependencies have returned, and the
 * workflow ends once, after everything else. Not thread-safe.
 */
final class OrderCheck {
  private final Map<String, StepDefinition> steps = new LinkedHashMap<>();
  private final List<String> violations = new ArrayList<>();
  private final Set<String> dispatched = new HashSet<>();
  private final Map<String, Integer> succeeded = new HashMap<>();

  private OrderCheck(WorkflowDefinition definition) {
    definition.steps().forEach(step -> steps.put(step.id(), step));
  }

  /** What is wrong, one sentence each; empty for a run in order. */
  static List<String> violations(WorkflowDefinition definition, WorkflowRun run) {
    OrderCheck check = new OrderCheck(definition);
    for (EventHistory.Entry entry : run.events()) {
      check.take(entry.event());
    }
    check.ends(run);
    check.handlers(run);
    return check.violations;
  }

  private void take(WorkflowEvent event) {
    EventType type = event.getType();
    if (type == EventType.STEP_DISPATCHED) {
      dispatched(event.getStep());
    } else if (type == EventType.STEP_SUCCEEDED) {
      if (!dispatched.contains(event.getStep())) {
        violation("step '%s' succeeded before it was dispatched".formatted(event.getStep()));
      }
      succeeded.merge(event.getStep(), 1, Integer::sum);
    }
  }

  private void dispatched(String id) {
    StepDefinition step = steps.get(id);
    if (step == null) {
      violation("step '%s' was dispatched and is not in the definition".formatted(id));
      return;
    }
    if (!dispatched.add(id)) {
      violation("step '%s' was dispatched more than once".formatted(id));
    }
    for (String dependency : step.dependencyIds()) {
      if (!succeeded.containsKey(dependency)) {
        violation("step '%s' was dispatched before '%s' had succeeded".formatted(id, dependency));
      }
    }
  }

  private void ends(WorkflowRun run) {
    for (String id : steps.keySet()) {
      int times = succeeded.getOrDefault(id, 0);
      if (times != 1) {
        violation("step '%s' succeeded %d times instead of once".formatted(id, times));
      }
    }
    if (!run.hasEndedOnce()) {
      violation("the workflow did not end once and last");
    }
    run.end()
        .map(end -> end.event().getType())
        .filter(end -> end != EventType.WORKFLOW_SUCCEEDED)
        .ifPresent(end -> violation("the workflow ended as %s".formatted(end)));
  }

  /** The workers' own account, by their clock. */
  private void handlers(WorkflowRun run) {
    Map<String, Instant> returned = new HashMap<>();
    run.handlerRuns().forEach(handler -> returned.put(handler.step(), handler.endedAt()));
    for (HandlerRun handler : run.handlerRuns()) {
      StepDefinition step = steps.get(handler.step());
      if (step == null) {
        continue; // told above
      }
      for (String dependency : step.dependencyIds()) {
        Instant end = returned.get(dependency);
        if (end == null || handler.startedAt().isBefore(end)) {
          violation(
              "the handler of '%s' was called before that of '%s' had returned"
                  .formatted(handler.step(), dependency));
        }
      }
    }
  }

  private void violation(String sentence) {
    violations.add(sentence);
  }
}
