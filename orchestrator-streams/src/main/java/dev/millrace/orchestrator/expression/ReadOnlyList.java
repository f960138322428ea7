package dev.millrace.orchestrator.expression;

import java.util.Collection;
import java.util.List;

/** A list that refuses to be changed, for a class that cannot extend one of Java's. */
interface ReadOnlyList extends List<Object> {
  @Override
  default boolean add(Object item) {
    throw JsonContainer.unchangeable();
  }

  @Override
  default void add(int index, Object item) {
    throw JsonContainer.unchangeable();
  }

  @Override
  default boolean addAll(Collection<?> others) {
    throw JsonContainer.unchangeable();
  }

  @Override
  default boolean addAll(int index, Collection<?> others) {
    throw JsonContainer.unchangeable();
  }

  @Override
  default Object set(int index, Object item) {
    throw JsonContainer.unchangeable();
  }

  @Override
  default Object remove(int index) {
    throw JsonContainer.unchangeable();
  }

  @Override
  default boolean remove(Object item) {
    throw JsonContainer.unchangeable();
  }

  @Override
  default boolean removeAll(Collection<?> others) {
    throw JsonContainer.unchangeable();
  }

  @Override
  default boolean retainAll(Collection<?> others) {
    throw JsonContainer.unchangeable();
  }

  @Override
  default void clear() {
    throw JsonContainer.unchangeable();
  }
}
