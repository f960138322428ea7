package dev.millrace.orchestrator.expression;

import dev.cel.common.types.CelType;
import dev.cel.common.values.CelValue;
import org.jspecify.annotations.Nullable;

/**
 * What a list and an object of a payload have in common. CEL takes a plain collection apart
 * whenever it passes by, however deep; a {@link CelValue} it takes as it is.
 */
@SuppressWarnings("Immutable") // the content is given away by who makes it
abstract class JsonContainer extends CelValue implements Weighed {
  private final CelType type;
  private final Object content;
  private final long weight;

  /**
   * A container.
   *
   * @param content the plain list or map that it equals
   */
  JsonContainer(CelType type, Object content, long weight) {
    this.type = type;
    this.content = content;
    this.weight = weight;
  }

  /** What is thrown at whoever wants to change one. */
  static UnsupportedOperationException unchangeable() {
    return new UnsupportedOperationException("the values of an expression do not change");
  }

  /** Whether there is nothing in it. */
  public abstract boolean isEmpty();

  @Override
  public final long weight() {
    return weight;
  }

  @Override
  public final Object value() {
    return this;
  }

  @Override
  public final boolean isZeroValue() {
    return isEmpty();
  }

  @Override
  public final CelType celType() {
    return type;
  }

  @Override
  public final boolean equals(@Nullable Object other) {
    return this == other || content.equals(other);
  }

  @Override
  public final int hashCode() {
    return content.hashCode();
  }
}
