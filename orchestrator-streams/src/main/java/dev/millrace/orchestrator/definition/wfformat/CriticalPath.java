package dev.millrace.orchestrator.definition.wfformat;

import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The shortest time in which a workflow can run, whatever the number of workers. Stateless. */
public final class CriticalPath {
  private CriticalPath() {}

  /**
   * Length in seconds of the longest chain of dependent steps.
   *
   * @param runtimes run times by step id; a step without one takes none
   * @throws IllegalArgumentException when the definition has a cycle or an unknown dependency
   */
  public static double seconds(WorkflowDefinition definition, Map<String, Duration> runtimes) {
    Map<String, Integer> waitsFor = new HashMap<>();
    Map<String, List<String>> dependents = new HashMap<>();
    Map<String, Duration> earliestStart = new HashMap<>();
    ArrayDeque<String> ready = new ArrayDeque<>();
    for (StepDefinition step : definition.steps()) {
      waitsFor.put(step.id(), step.dependsOn().size());
      if (step.dependsOn().isEmpty()) {
        ready.add(step.id());
      }
      step.dependsOn().stream()
          .map(Dependency::step)
          .forEach(id -> dependents.computeIfAbsent(id, any -> new ArrayList<>()).add(step.id()));
    }
    Duration longest = Duration.ZERO;
    int reached = 0;
    while (!ready.isEmpty()) {
      String id = ready.remove();
      reached++;
      Duration end =
          earliestStart
              .getOrDefault(id, Duration.ZERO)
              .plus(runtimes.getOrDefault(id, Duration.ZERO));
      longest = later(longest, end);
      for (String dependent : dependents.getOrDefault(id, List.of())) {
        earliestStart.merge(dependent, end, CriticalPath::later);
        int waiting = Objects.requireNonNull(waitsFor.get(dependent)) - 1;
        waitsFor.put(dependent, waiting);
        if (waiting == 0) {
          ready.add(dependent);
        }
      }
    }
    if (reached < definition.steps().size()) {
      throw new IllegalArgumentException(
          "only %d of the %d steps of '%s' can ever start; validate the definition first"
              .formatted(reached, definition.steps().size(), definition.name()));
    }
    return longest.toNanos() / 1e9;
  }

  private static Duration later(Duration a, Duration b) {
    return a.compareTo(b) >= 0 ? a : b;
  }
}
