package dev.millrace.worker;

import dev.millrace.schemas.Limits;
import dev.millrace.worker.spi.HandlerDecorator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The handlers that a worker is made with, by step type, and what goes around them. */
final class HandlerTable {
  private final Map<String, StepHandler> handlers = new LinkedHashMap<>();
  private final List<HandlerDecorator> decorators = new ArrayList<>();

  void add(String stepType, StepHandler handler) {
    Objects.requireNonNull(handler, "handler");
    if (stepType.isBlank() || stepType.length() > Limits.NAME_CHARS) {
      throw new IllegalArgumentException(
          "step type '%s': must be 1 to %d characters".formatted(stepType, Limits.NAME_CHARS));
    }
    if (handlers.putIfAbsent(stepType, handler) != null) {
      throw new IllegalArgumentException("step type '%s': has two handlers".formatted(stepType));
    }
  }

  void around(HandlerDecorator decorator) {
    decorators.add(Objects.requireNonNull(decorator, "decorator"));
  }

  /** In the order in which they were given a handler. */
  List<String> stepTypes() {
    return List.copyOf(handlers.keySet());
  }

  /** The handlers with all decorators around them, the first one outermost. */
  Map<String, StepHandler> decorated() {
    Map<String, StepHandler> decorated = new LinkedHashMap<>();
    handlers.forEach((stepType, handler) -> decorated.put(stepType, decorated(stepType, handler)));
    return decorated;
  }

  private StepHandler decorated(String stepType, StepHandler handler) {
    StepHandler outermost = handler;
    for (HandlerDecorator decorator : decorators.reversed()) {
      outermost = decorator.around(stepType, outermost);
      if (outermost == null) {
        throw new IllegalStateException(
            "decorator %s: returned null for step type '%s'; return the handler itself to leave it as it is"
                .formatted(decorator.getClass().getName(), stepType));
      }
    }
    return outermost;
  }
}
