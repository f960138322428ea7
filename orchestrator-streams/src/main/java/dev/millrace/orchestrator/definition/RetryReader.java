package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.DefinitionLimits;
import dev.millrace.orchestrator.core.definition.DefinitionRule;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads one retry policy; what is missing or unreadable has its default. One use, one thread. */
final class RetryReader {
  private final SourceValues values;
  private final SourceMap places;
  private final int step;
  private final String path;

  private int maxAttempts = RetryDefaults.MAX_ATTEMPTS;
  private Duration initialInterval = RetryDefaults.INITIAL_INTERVAL;
  private double coefficient = RetryDefaults.COEFFICIENT;
  private @Nullable Duration maxInterval;
  private double jitter = RetryDefaults.JITTER;
  private List<String> nonRetryable = List.of();

  /**
   * @param step index of the policy's step, or -1
   * @param path of the policy, with a dot at its end
   */
  RetryReader(SourceValues values, SourceMap places, int step, String path) {
    this.values = values;
    this.places = places;
    this.step = step;
    this.path = path;
  }

  /** Reads the fields of a policy whose mapping has just begun. */
  RetryPolicy read() throws SourceRefusedException {
    values.mapping(path, Field.OF_RETRY, this::readField);
    return new RetryPolicy(
        maxAttempts,
        initialInterval,
        coefficient,
        Objects.requireNonNullElseGet(
            maxInterval, () -> RetryDefaults.maxInterval(initialInterval)),
        jitter,
        nonRetryable);
  }

  private void readField(Field field, SourceEvent value) throws SourceRefusedException {
    places.put(step, field, value);
    ValuePath at = new ValuePath(path, field);
    switch (field) {
      case MAX_ATTEMPTS ->
          maxAttempts = Objects.requireNonNullElse(values.integer(at, value), maxAttempts);
      case INITIAL_INTERVAL ->
          initialInterval = Objects.requireNonNullElse(values.duration(at, value), initialInterval);
      case COEFFICIENT ->
          coefficient = Objects.requireNonNullElse(values.number(at, value), coefficient);
      case MAX_INTERVAL -> maxInterval = values.duration(at, value);
      case JITTER -> jitter = Objects.requireNonNullElse(values.number(at, value), jitter);
      case NON_RETRYABLE -> nonRetryable = readTypes(at, value);
      case NAME, VERSION, STEPS, ID, TYPE, QUEUE, DEPENDS_ON, TIMEOUT, RETRY ->
          throw new IllegalStateException("not a field of a retry policy: " + field);
    }
  }

  private List<String> readTypes(ValuePath at, SourceEvent value) throws SourceRefusedException {
    if (!values.isA(
        SourceEvent.Kind.SEQUENCE, at, value, "list the failure types in brackets, like [A, B]")) {
      return List.of();
    }
    List<String> types = new ArrayList<>();
    while (true) {
      SourceEvent item = values.next();
      if (item.kind() == SourceEvent.Kind.END) {
        return types;
      }
      if (types.size() == DefinitionLimits.NON_RETRYABLE) {
        throw new SourceRefusedException(
            DefinitionRule.RETRY_NON_RETRYABLE.code(),
            item.position(),
            at.toString(),
            "more than %d failure types; exclude fewer".formatted(DefinitionLimits.NON_RETRYABLE));
      }
      places.putItem(step, Field.NON_RETRYABLE, types.size(), item);
      String type = values.text(at.item(types.size()), item);
      types.add(type == null ? "?" + types.size() : type);
    }
  }
}
