package dev.millrace.orchestrator.topology;

import dev.millrace.orchestrator.flow.QueueWindows;
import dev.millrace.orchestrator.flow.TenantQuota;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Windows that a test sets; the engine looks at them at each tick. */
final class TestWindows implements QueueWindows {
  final Map<String, Integer> windows = new HashMap<>();
  final Set<String> paused = new HashSet<>();
  final Map<String, Integer> weights = new HashMap<>();
  final Map<String, TenantQuota> quotas = new HashMap<>();

  @Override
  public int window(String queue) {
    return windows.getOrDefault(queue, 10_000);
  }

  @Override
  public boolean isPaused(String queue) {
    return paused.contains(queue);
  }

  @Override
  public TenantQuota quota(String tenant) {
    return quotas.getOrDefault(tenant, TenantQuota.NONE);
  }

  @Override
  public int weight(String tenant) {
    return weights.getOrDefault(tenant, 1);
  }
}
