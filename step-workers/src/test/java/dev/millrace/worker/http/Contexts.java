package dev.millrace.worker.http;

import dev.millrace.worker.ContextStub;
import dev.millrace.worker.Payload;
import dev.millrace.worker.StepContext;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Contexts of attempts that say what an HTTP step asks for, and nothing else. */
final class Contexts {
  /** The idempotency key of all attempts of the step. */
  static final String KEY = "order-1/charge";

  static final String TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  private Contexts() {}

  static StepContext of(String json) {
    return of(Map.of("input", Optional.of(Payload.json(json.getBytes(StandardCharsets.UTF_8)))));
  }

  /** A context with other answers, by the names of its methods. */
  static StepContext of(Map<String, Object> answers) {
    ContextStub.Answer onCancel = arguments -> null;
    Map<String, Object> all = new HashMap<>();
    all.put("input", Optional.empty());
    all.put("items", List.of());
    all.put("workflowId", "order-1");
    all.put("step", "charge");
    all.put("branch", OptionalInt.empty());
    all.put("commandId", "order-1/charge/2");
    all.put("deadline", Optional.empty());
    all.put("isCancelled", false);
    all.put("traceparent", Optional.of(TRACEPARENT));
    all.put("onCancel", onCancel);
    all.putAll(answers);
    return ContextStub.of(all);
  }
}
