package dev.millrace.orchestrator.expression;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** Words for the kinds of values. Stateless. */
final class Kinds {
  private Kinds() {}

  /** What a value is, for a message. */
  static String of(Object value) {
    return switch (value) {
      case NullValue none -> "null";
      case Boolean truth -> "a boolean";
      case Long number -> "a whole number";
      case UnsignedLong number -> "an unsigned number";
      case Double number -> "a fraction";
      case Number number -> "a number beyond 64 bits";
      case String text -> "a text";
      case CelByteString bytes -> "bytes";
      case Instant time -> "a timestamp";
      case Duration duration -> "a duration";
      case Collection<?> items -> "a list";
      case Map<?, ?> fields -> "an object";
      case Optional<?> optional -> "an optional value";
      default -> "a " + value.getClass().getSimpleName();
    };
  }
}
