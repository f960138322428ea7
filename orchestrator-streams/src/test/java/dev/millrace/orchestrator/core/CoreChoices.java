package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is left to the core, for the reference to go on with once it has checked its bounds. */
final class CoreChoices {
  private final Map<String, Long> retriesMs = new HashMap<>();
  private final Map<String, String> resultKeys = new HashMap<>();

  /** Takes what the core chose in an event. */
  void take(Event event, CompiledDefinition definition) {
    if (event instanceof AttemptFailed failed) {
      retriesMs.put(
          attempt(definition.step(failed.step()).id(), failed.attempt()), failed.retryAtMs());
    }
    if (event instanceof StepDispatched step && step.resultKey() != null) {
      resultKeys.put(attempt(definition.step(step.step()).id(), step.attempt()), step.resultKey());
    }
  }

  /** When the attempt after a failed one is due; negative when there is none. */
  long retryAtMs(String step, int attempt) {
    return retriesMs.getOrDefault(attempt(step, attempt), -1L);
  }

  /** What the result of an attempt is to be kept under; null when it is not. */
  @Nullable String resultKey(String step, int attempt) {
    return resultKeys.get(attempt(step, attempt));
  }

  private static String attempt(String step, int attempt) {
    return step + "/" + attempt;
  }
}
