package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.DefinitionValidator;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.Violation;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Builds workflow definitions in Java, with the fields and defaults of the written language.
 *
 * <pre>{@code
 * WorkflowDefinitions.define("quake-assessment", 1)
 *     .timeout(Duration.ofHours(1))
 *     .step("validate")
 *     .step("enrich", step -> step.dependsOn("validate").queue("geo"))
 *     .build();
 * }</pre>
 */
public final class WorkflowDefinitions {
  private WorkflowDefinitions() {}

  /** Begins a definition. */
  public static Builder define(String name, int version) {
    return new Builder(name, version);
  }

  /** A definition in the making. One thread. */
  public static final class Builder {
    private final String name;
    private final int version;
    private Duration timeout = Duration.ZERO;
    private String queue = DefinitionReader.DEFAULT_QUEUE;
    private RetryPolicy retry = RetryPolicy.NONE;
    private final List<Step> steps = new ArrayList<>();

    private Builder(String name, int version) {
      this.name = name;
      this.version = version;
    }

    /** Ends a workflow this long after its start; zero means never, as without a timeout. */
    public Builder timeout(Duration timeout) {
      this.timeout = timeout;
      return this;
    }

    /** Queue of the steps that name none. */
    public Builder queue(String queue) {
      this.queue = queue;
      return this;
    }

    /** Retry policy of the steps that have none of their own. */
    public Builder retry(Consumer<Retry> policy) {
      this.retry = Retry.of(policy);
      return this;
    }

    /** Adds a step whose type is its id and that starts with the workflow. */
    public Builder step(String id) {
      return step(id, step -> {});
    }

    /** Adds a step. */
    public Builder step(String id, Consumer<Step> details) {
      Step step = new Step(id);
      details.accept(step);
      steps.add(step);
      return this;
    }

    /**
     * The definition.
     *
     * @throws InvalidDefinitionException when it breaks a rule, with all that it breaks
     */
    public WorkflowDefinition build() {
      WorkflowDefinition definition =
          WorkflowDefinition.of(
              name,
              version,
              timeout,
              retry,
              steps.stream().map(step -> step.toStep(queue)).toList());
      List<Violation> violations = DefinitionValidator.validate(definition);
      if (!violations.isEmpty()) {
        throw new InvalidDefinitionException(name, violations);
      }
      return definition;
    }
  }

  /** A step in the making. One thread. */
  public static final class Step {
    private final String id;
    private String type;
    private @Nullable String queue;
    private final List<String> dependsOn = new ArrayList<>();
    private Duration timeout = Duration.ZERO;
    private @Nullable RetryPolicy retry;

    private Step(String id) {
      this.id = id;
      this.type = id;
    }

    /** What a worker looks up its handler by. */
    public Step type(String type) {
      this.type = type;
      return this;
    }

    /** Worker queue that gets the step's commands. */
    public Step queue(String queue) {
      this.queue = queue;
      return this;
    }

    /** Adds steps that must succeed before this one starts. */
    public Step dependsOn(String... ids) {
      return dependsOn(List.of(ids));
    }

    /** Adds steps that must succeed before this one starts. */
    public Step dependsOn(List<String> ids) {
      dependsOn.addAll(ids);
      return this;
    }

    /** Fails an attempt that takes longer; zero means never, as without a timeout. */
    public Step timeout(Duration timeout) {
      this.timeout = timeout;
      return this;
    }

    /** Retry policy of the step, in place of the definition's. */
    public Step retry(Consumer<Retry> policy) {
      this.retry = Retry.of(policy);
      return this;
    }

    private StepDefinition toStep(String defaultQueue) {
      return StepDefinition.work(
          id, type, Objects.requireNonNullElse(queue, defaultQueue), dependsOn, timeout, retry);
    }
  }

  /** A retry policy in the making; what is not set is as {@link RetryDefaults} says. One thread. */
  public static final class Retry {
    private int maxAttempts = RetryDefaults.MAX_ATTEMPTS;
    private Duration initialInterval = RetryDefaults.INITIAL_INTERVAL;
    private double coefficient = RetryDefaults.COEFFICIENT;
    private @Nullable Duration maxInterval;
    private double jitter = RetryDefaults.JITTER;
    private final List<String> nonRetryable = new ArrayList<>();

    private Retry() {}

    private static RetryPolicy of(Consumer<Retry> policy) {
      Retry retry = new Retry();
      policy.accept(retry);
      return new RetryPolicy(
          retry.maxAttempts,
          retry.initialInterval,
          retry.coefficient,
          Objects.requireNonNullElseGet(
              retry.maxInterval, () -> RetryDefaults.maxInterval(retry.initialInterval)),
          retry.jitter,
          retry.nonRetryable);
    }

    /** Attempts in all, the first included. */
    public Retry maxAttempts(int maxAttempts) {
      this.maxAttempts = maxAttempts;
      return this;
    }

    /** Wait after the first failure. */
    public Retry initialInterval(Duration initialInterval) {
      this.initialInterval = initialInterval;
      return this;
    }

    /** Factor from one wait to the next. */
    public Retry coefficient(double coefficient) {
      this.coefficient = coefficient;
      return this;
    }

    /** Longest wait. */
    public Retry maxInterval(Duration maxInterval) {
      this.maxInterval = maxInterval;
      return this;
    }

    /** Fraction of a wait by which it is moved at random, 0 to 1. */
    public Retry jitter(double jitter) {
      this.jitter = jitter;
      return this;
    }

    /** Adds failure types that are never tried again. */
    public Retry nonRetryable(String... types) {
      nonRetryable.addAll(List.of(types));
      return this;
    }
  }
}
