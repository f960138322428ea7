package dev.millrace.worker.internal;

import dev.millrace.worker.Payload;
import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Calls a method as a handler. Thread-safe as far as the method's owner is. */
final class MethodHandler implements StepHandler {
  private final Object owner;
  private final Method method;
  private final List<Argument> arguments;
  private final Answer answer;

  private MethodHandler(Object owner, Method method, List<Argument> arguments, Answer answer) {
    this.owner = owner;
    this.method = method;
    this.arguments = arguments;
    this.answer = answer;
  }

  /** What a parameter is given. */
  private interface Argument {
    Object of(StepContext context);
  }

  /** What a returned value means. */
  private interface Answer {
    @Nullable StepResult of(@Nullable Object returned);
  }

  /**
   * A handler that calls the method.
   *
   * @throws IllegalArgumentException when it cannot be one
   */
  static MethodHandler of(Object owner, Method method) {
    if (Modifier.isStatic(method.getModifiers())) {
      throw new IllegalArgumentException(
          "%s: is static; make it a method of the object".formatted(text(method)));
    }
    if (!method.canAccess(owner)) {
      makeAccessible(method);
    }
    List<Argument> arguments = new ArrayList<>();
    Parameter context = null;
    Parameter input = null;
    for (Parameter parameter : method.getParameters()) {
      if (parameter.getType() == StepContext.class) {
        context = onlyOne("context", context, parameter, method);
        arguments.add(given -> given);
      } else {
        input = onlyOne("input", input, parameter, method);
        arguments.add(input(method, parameter));
      }
    }
    return new MethodHandler(owner, method, arguments, answer(method));
  }

  private static void makeAccessible(Method method) {
    if (!method.trySetAccessible()) {
      throw new IllegalArgumentException(
          "%s: cannot be called from here; make method and class public, or open the package to dev.millrace.worker"
              .formatted(text(method)));
    }
  }

  private static Parameter onlyOne(
      String what, @Nullable Parameter first, Parameter parameter, Method method) {
    if (first != null) {
      throw new IllegalArgumentException(
          "%s: parameters '%s' and '%s' would both be the %s of the step; keep one and take what steps before have returned from StepContext.dependency"
              .formatted(text(method), text(first), text(parameter), what));
    }
    return parameter;
  }

  private static Argument input(Method method, Parameter parameter) {
    Class<?> type = parameter.getType();
    Type generic = parameter.getParameterizedType();
    if (type == dev.millrace.schemas.v1.Payload.class) {
      throw new IllegalArgumentException(
          "%s: parameter '%s' is a record of the wire; take a %s"
              .formatted(text(method), text(parameter), Payload.class.getName()));
    }
    if (generic instanceof Class<?>) {
      return given -> given.input(type);
    }
    if (generic instanceof ParameterizedType parameterized) {
      Type[] of = parameterized.getActualTypeArguments();
      if (type == List.class && of[0] instanceof Class<?> element) {
        return given -> list(given, element);
      }
      if (type == Map.class && of[0] == String.class && of[1] == Object.class) {
        return given -> given.input(type);
      }
    }
    throw new IllegalArgumentException(
        "%s: parameter '%s' is generic, so that what to read is not known; take a record or class, an array, a List of a class or a Map<String, Object>"
            .formatted(text(method), text(parameter)));
  }

  /** The items of a batch; of a step that takes none, the elements of its input. */
  private static List<?> list(StepContext context, Class<?> element) {
    List<?> items = context.items(element);
    if (!items.isEmpty()) {
      return items;
    }
    Object[] array = (Object[]) context.input(element.arrayType());
    return Collections.unmodifiableList(Arrays.asList(array));
  }

  private static Answer answer(Method method) {
    Class<?> type = method.getReturnType();
    if (type == void.class || type == Void.class) {
      return returned -> StepResult.succeeded();
    }
    if (StepResult.class.isAssignableFrom(type)) {
      return returned -> (StepResult) returned;
    }
    if (Future.class.isAssignableFrom(type) || CompletionStage.class.isAssignableFrom(type)) {
      throw new IllegalArgumentException(
          "%s: returns a %s; wait for it and return its value, since each call has a virtual thread of its own"
              .formatted(text(method), type.getSimpleName()));
    }
    if (List.class.isAssignableFrom(type) && isOfResults(method.getGenericReturnType())) {
      return returned -> returned == null ? null : batch((List<?>) returned);
    }
    return returned -> returned == null ? StepResult.succeeded() : StepResult.succeeded(returned);
  }

  private static boolean isOfResults(Type type) {
    return type instanceof ParameterizedType parameterized
        && parameterized.getActualTypeArguments()[0] == StepResult.class;
  }

  private static StepResult batch(List<?> results) {
    return StepResult.batch(results.stream().map(StepResult.class::cast).toList());
  }

  @Override
  public StepResult handle(StepContext context) throws Exception {
    Object[] values = new Object[arguments.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = arguments.get(i).of(context);
    }
    StepResult result;
    try {
      result = answer.of(method.invoke(owner, values));
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof Exception thrown) {
        throw thrown;
      }
      if (e.getCause() instanceof Error thrown) {
        throw thrown;
      }
      throw e;
    }
    if (result == null) {
      throw new NullPointerException(
          "%s: returned null in place of a result".formatted(text(method)));
    }
    return result;
  }

  private static String text(Method method) {
    return "%s, method '%s'".formatted(method.getDeclaringClass().getName(), method.getName());
  }

  private static String text(Parameter parameter) {
    return parameter.getParameterizedType().getTypeName() + " " + parameter.getName();
  }
}
