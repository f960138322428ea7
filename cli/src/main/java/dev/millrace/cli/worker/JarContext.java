package dev.millrace.cli.worker;

import dev.millrace.worker.StepHandler;
import dev.millrace.worker.spi.HandlerDecorator;
import java.util.HashMap;
import java.util.Map;

/**
 * Runs each handler with the class loader of its jar as that of the thread, by which many libraries
 * look for their parts. Filled before the worker is built.
 */
final class JarContext implements HandlerDecorator {
  private final Map<String, HandlerJar> jars = new HashMap<>();

  void add(HandlerJar jar, Iterable<String> stepTypes) {
    stepTypes.forEach(type -> jars.put(type, jar));
  }

  @Override
  public StepHandler around(String stepType, StepHandler handler) {
    HandlerJar jar = jars.get(stepType);
    if (jar == null) {
      return handler;
    }
    return context -> {
      try (HandlerJar.Entered entered = jar.enter()) {
        return handler.handle(context);
      }
    };
  }
}
