package dev.millrace.worker.internal;

import dev.millrace.worker.Step;
import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.TypedStepHandler;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds the handlers of an object whose methods, or whose class, are marked as {@link Step}. */
public final class AnnotatedHandlers {
  private AnnotatedHandlers() {}

  /**
   * The handlers of an object, by step type.
   *
   * @throws IllegalArgumentException when it has none, has two of one type, or has a marked method
   *     that cannot be one; the message names class, method and parameter and says what to do
   */
  public static Map<String, StepHandler> of(Object owner) {
    Class<?> type = owner.getClass();
    Map<String, StepHandler> handlers = new LinkedHashMap<>();
    Step onClass = type.getAnnotation(Step.class);
    if (onClass != null) {
      handlers.put(onClass.value(), ofClass(owner, type));
    }
    for (Method method : marked(type)) {
      String stepType = method.getAnnotation(Step.class).value();
      if (handlers.put(stepType, MethodHandler.of(owner, method)) != null) {
        throw new IllegalArgumentException(
            "%s: step type '%s' has two handlers; give one of them another type"
                .formatted(type.getName(), stepType));
      }
    }
    if (handlers.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: has no method marked with @Step(\"type\"), and is not marked itself"
              .formatted(type.getName()));
    }
    return handlers;
  }

  private static StepHandler ofClass(Object owner, Class<?> type) {
    if (owner instanceof StepHandler handler) {
      return handler;
    }
    if (owner instanceof TypedStepHandler<?>) {
      List<Method> handles =
          Arrays.stream(type.getMethods()).filter(AnnotatedHandlers::isTypedHandle).toList();
      if (handles.size() == 1) {
        return MethodHandler.of(owner, handles.getFirst());
      }
      throw new IllegalArgumentException(
          "%s: has %d methods handle(input, StepContext), so that what its input is read as is not known; keep one, or mark it with @Step"
              .formatted(type.getName(), handles.size()));
    }
    throw new IllegalArgumentException(
        "%s: is marked with @Step, but is neither a StepHandler nor a TypedStepHandler; implement one of them, or mark a method"
            .formatted(type.getName()));
  }

  private static boolean isTypedHandle(Method method) {
    return method.getName().equals("handle")
        && !method.isBridge()
        && method.getParameterCount() == 2
        && method.getParameterTypes()[1] == StepContext.class;
  }

  /** Marked methods of the class and those above it, but none that is overridden; by step type. */
  private static List<Method> marked(Class<?> type) {
    Set<String> seen = new HashSet<>();
    List<Method> marked = new ArrayList<>();
    for (Class<?> level = type; level != null; level = level.getSuperclass()) {
      for (Method method : level.getDeclaredMethods()) {
        boolean isTopmost =
            !method.isSynthetic()
                && seen.add(method.getName() + Arrays.toString(method.getParameterTypes()));
        if (isTopmost && method.isAnnotationPresent(Step.class)) {
          marked.add(method);
        }
      }
    }
    marked.sort(Comparator.comparing(method -> method.getAnnotation(Step.class).value()));
    return marked;
  }
}
