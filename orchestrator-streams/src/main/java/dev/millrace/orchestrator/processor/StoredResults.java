package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.core.effect.CacheResult;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.Results;
import dev.millrace.orchestrator.metrics.EngineMetrics;
import dev.millrace.orchestrator.store.StoredResult;
import dev.millrace.orchestrator.store.WorkflowStore;
import org.jspecify.annotations.Nullable;

/** The results of steps that one stream task keeps, as one decision sees them. */
record StoredResults(WorkflowStore store, EngineMetrics metrics, long nowMs) implements Results {
  @Override
  public @Nullable Kept find(String key) {
    StoredResult result = store.results().find(key);
    if (result == null || result.expiresAtMs() <= nowMs) {
      metrics.result("miss");
      return null;
    }
    metrics.result("hit");
    return new Kept(result.output());
  }

  /**
   * Keeps a result, unless it is too large or there is no room. When that happens in a transition
   * matters not: a result speaks of no output that would have to be sent before it, and one that
   * outlives the transition in a crash is what a worker returned all the same.
   */
  void keep(CacheResult result) {
    Payload output = result.output();
    if (output != null && output.data().length > OUTPUT_BYTES) {
      metrics.result("too-large");
      return;
    }
    StoredResult stored = new StoredResult(result.expiresAtMs(), output);
    metrics.result(store.results().put(result.key(), stored) ? "kept" : "full");
  }
}
