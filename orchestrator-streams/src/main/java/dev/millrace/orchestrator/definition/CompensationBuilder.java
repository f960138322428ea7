package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.Compensation;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What undoes a step, in the making. One thread. */
public final class CompensationBuilder {
  private final String type;
  private @Nullable String queue;
  private @Nullable String input;
  private Duration timeout = Duration.ZERO;
  private @Nullable RetryPolicy retry;

  private CompensationBuilder(String type) {
    this.type = type;
  }

  static CompensationBuilder of(String type, Consumer<CompensationBuilder> details) {
    CompensationBuilder compensation = new CompensationBuilder(type);
    details.accept(compensation);
    return compensation;
  }

  /** Worker queue that gets its commands; without, the step's. */
  public CompensationBuilder queue(String queue) {
    this.queue = queue;
    return this;
  }

  /** Template of its input, as in {@link StepBuilder}; without, the step's output. */
  public CompensationBuilder input(@Nullable Object template) {
    this.input = JsonText.of(template);
    return this;
  }

  /** Fails an attempt that takes longer; zero means never, as without a timeout. */
  public CompensationBuilder timeout(Duration timeout) {
    this.timeout = timeout;
    return this;
  }

  /** Its retry policy, in place of the definition's. */
  public CompensationBuilder retry(Consumer<RetryBuilder> policy) {
    this.retry = RetryBuilder.of(policy);
    return this;
  }

  Compensation toCompensation(String queueOfStep) {
    return new Compensation(
        type, Objects.requireNonNullElse(queue, queueOfStep), input, timeout, retry);
  }
}
