package dev.millrace.deploy;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Finds what Strimzi's models took without knowing it, at any depth. */
final class UnknownFields {
  private static final String MODELS = "io.strimzi.api.";
  private static final String UNKNOWN = "getAdditionalProperties";

  private UnknownFields() {}

  static void assertNone(Manifest manifest, Object model) {
    List<String> found = new ArrayList<>();
    look(model, "", found, new IdentityHashMap<>());
    if (!found.isEmpty()) {
      throw new AssertionError("%s: unknown fields %s".formatted(manifest, found));
    }
  }

  private static void look(
      Object value, String path, List<String> found, IdentityHashMap<Object, Boolean> seen) {
    switch (value) {
      case null -> {}
      case Collection<?> items -> items.forEach(item -> look(item, path + "[]", found, seen));
      case Map<?, ?> entries ->
          entries.forEach((key, item) -> look(item, path + "." + key, found, seen));
      default -> {
        if (value.getClass().getName().startsWith(MODELS)
            && !value.getClass().isEnum()
            && seen.put(value, true) == null) {
          lookInto(value, path, found, seen);
        }
      }
    }
  }

  private static void lookInto(
      Object model, String path, List<String> found, IdentityHashMap<Object, Boolean> seen) {
    for (Method getter : model.getClass().getMethods()) {
      if (getter.getParameterCount() > 0 || !getter.getName().startsWith("get")) {
        continue;
      }
      Object value = valueOf(getter, model);
      if (value == null) {
        continue;
      }
      if (getter.getName().equals(UNKNOWN)) {
        ((Map<?, ?>) value).keySet().forEach(name -> found.add(path + "." + name));
      } else {
        look(value, path + "." + getter.getName().substring(3), found, seen);
      }
    }
  }

  private static Object valueOf(Method getter, Object model) {
    try {
      return getter.invoke(model);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(getter + ": " + e, e);
    }
  }
}
