package dev.millrace.worker.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.worker.Dependency;
import dev.millrace.worker.Payload;
import dev.millrace.worker.StepContext;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Contexts of attempts that say what a cache asks for, and nothing else. */
final class Calls {
  private Calls() {}

  static Payload payload(String text) {
    return new Payload("text/plain", text.getBytes(UTF_8));
  }

  /** A call of step type {@code price} with an input. */
  static StepContext with(String input) {
    return with(Map.of("input", Optional.of(payload(input))));
  }

  /** A call with other answers, by the names of the context's methods. */
  static StepContext with(Map<String, Object> answers) {
    Map<String, Object> usual =
        Map.of(
            "tenant", "",
            "type", "price",
            "input", Optional.empty(),
            "dependencies", List.<Dependency>of(),
            "items", List.<Payload>of());
    return (StepContext)
        Proxy.newProxyInstance(
            StepContext.class.getClassLoader(),
            new Class<?>[] {StepContext.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("write")) {
                return written(arguments[0]);
              }
              Object answer = answers.getOrDefault(method.getName(), usual.get(method.getName()));
              if (answer == null) {
                throw new UnsupportedOperationException(method.getName());
              }
              return answer;
            });
  }

  private static Payload written(Object value) {
    return switch (value) {
      case Payload payload -> payload;
      case String text -> payload(text);
      default -> throw new IllegalArgumentException("cannot be written");
    };
  }
}
