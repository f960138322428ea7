package dev.millrace.orchestrator.expression;

import java.util.Map;

/** A map that refuses to be changed, for a class that cannot extend one of Java's. */
interface ReadOnlyMap extends Map<String, Object> {
  @Override
  default Object put(String key, Object value) {
    throw JsonContainer.unchangeable();
  }

  @Override
  default Object remove(Object key) {
    throw JsonContainer.unchangeable();
  }

  @Override
  default void putAll(Map<? extends String, ?> other) {
    throw JsonContainer.unchangeable();
  }

  @Override
  default void clear() {
    throw JsonContainer.unchangeable();
  }
}
