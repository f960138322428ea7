package dev.millrace.orchestrator.topology;

import dev.millrace.orchestrator.flow.QueueWindows;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Windows that a test sets; the engine looks at them at each tick. */
final class TestWindows implements QueueWindows {
  final Map<String, Integer> windows = new HashMap<>();
  final Set<String> paused = new HashSet<>();
  final Map<String, Integer> weights = new HashMap<>();

  @Override
  public int window(String queue) {
    return windows.getOrDefault(queue, 10_000);
  }

  @Override
  public boolean isPaused(String queue) {
    return paused.contains(queue);
  }

  @Override
  public int weight(String tenant) {
    return weights.getOrDefault(tenant, 1);
  }
}
