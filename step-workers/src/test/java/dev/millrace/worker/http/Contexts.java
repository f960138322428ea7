package dev.millrace.worker.http;

import dev.millrace.worker.Payload;
import dev.millrace.worker.StepContext;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Contexts of attempts that say what an HTTP step asks for, and nothing else. */
final class Contexts {
  /** The idempotency key of all attempts of the step. */
  static final String KEY = "order-1/charge";

  static final String TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  private Contexts() {}

  static StepContext of(String json) {
    return of(Map.of("input", Optional.of(Payload.json(json.getBytes(StandardCharsets.UTF_8)))));
  }

  @SuppressWarnings("unchecked")
  private static @Nullable Object onCancel(@Nullable Object listener, Runnable action) {
    if (listener != null) {
      ((Consumer<Runnable>) listener).accept(action);
    }
    return null;
  }

  /** A context with other answers, by the names of its methods. */
  static StepContext of(Map<String, Object> answers) {
    Map<String, Object> usual =
        Map.of(
            "input", Optional.empty(),
            "items", List.of(),
            "workflowId", "order-1",
            "step", "charge",
            "branch", OptionalInt.empty(),
            "commandId", "order-1/charge/2",
            "deadline", Optional.empty(),
            "isCancelled", false,
            "traceparent", Optional.of(TRACEPARENT));
    return (StepContext)
        Proxy.newProxyInstance(
            StepContext.class.getClassLoader(),
            new Class<?>[] {StepContext.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("onCancel")) {
                return onCancel(answers.get("onCancel"), (Runnable) arguments[0]);
              }
              Object answer = answers.getOrDefault(method.getName(), usual.get(method.getName()));
              if (answer == null) {
                throw new UnsupportedOperationException(method.getName());
              }
              return answer;
            });
  }
}
