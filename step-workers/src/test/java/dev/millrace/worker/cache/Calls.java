package dev.millrace.worker.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.worker.ContextStub;
import dev.millrace.worker.Dependency;
import dev.millrace.worker.Payload;
import dev.millrace.worker.StepContext;
import java.util.HashMap;
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
    ContextStub.Answer write = arguments -> written(arguments[0]);
    Map<String, Object> all = new HashMap<>();
    all.put("tenant", "");
    all.put("type", "price");
    all.put("input", Optional.empty());
    all.put("dependencies", List.<Dependency>of());
    all.put("items", List.<Payload>of());
    all.put("write", write);
    all.putAll(answers);
    return ContextStub.of(all);
  }

  private static Payload written(Object value) {
    return switch (value) {
      case Payload payload -> payload;
      case String text -> payload(text);
      default -> throw new IllegalArgumentException("cannot be written");
    };
  }
}
