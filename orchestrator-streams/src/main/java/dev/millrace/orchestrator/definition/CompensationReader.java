package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.Compensation;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads a compensation, whose queue may still be named further down. One use, one thread. */
final class CompensationReader {
  private final SourceValues values;

  private @Nullable String type;
  private @Nullable String queue;
  private @Nullable String input;
  private Duration timeout = Duration.ZERO;
  private @Nullable RetryPolicy retry;

  private CompensationReader(SourceValues values) {
    this.values = values;
  }

  /** What a value says; null when it is no mapping. */
  static @Nullable CompensationReader read(SourceValues values, SourceValue value)
      throws SourceRefusedException {
    if (!values.isA(SourceEvent.Kind.MAPPING, value, "write its fields, like {type: refund}")) {
      return null;
    }
    CompensationReader reader = new CompensationReader(values);
    values.mapping(
        value, Field.OfCompensation.class, List.of(Field.OfCompensation.TYPE), reader::readField);
    return reader;
  }

  /** The compensation; what could not be read has its default. */
  Compensation toCompensation(String queueOfStep) {
    return new Compensation(
        Objects.requireNonNullElse(type, DefinitionReader.UNREADABLE),
        Objects.requireNonNullElse(queue, queueOfStep),
        input,
        timeout,
        retry);
  }

  private void readField(Field.OfCompensation field, SourceValue value)
      throws SourceRefusedException {
    switch (field) {
      case TYPE -> type = values.text(value);
      case QUEUE -> queue = values.text(value);
      case INPUT -> input = new TemplateReader(values).read(value);
      case TIMEOUT -> timeout = values.timeout(value);
      case RETRY -> retry = RetryReader.read(values, value);
    }
  }
}
