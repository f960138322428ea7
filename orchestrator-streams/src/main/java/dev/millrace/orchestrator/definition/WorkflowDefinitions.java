package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.DefinitionValidator;
import dev.millrace.orchestrator.core.definition.EventVerbosity;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.Violation;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
    private int maxParallel;
    private @Nullable String output;
    private EventVerbosity events = EventVerbosity.ALL;
    private final List<StepBuilder> steps = new ArrayList<>();
    private final List<StepBuilder> finallySteps = new ArrayList<>();

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
    public Builder retry(Consumer<RetryBuilder> policy) {
      this.retry = RetryBuilder.of(policy);
      return this;
    }

    /** Most steps of one workflow that are open at once; 0 means any number. */
    public Builder maxParallel(int steps) {
      this.maxParallel = steps;
      return this;
    }

    /**
     * Output of the workflow.
     *
     * @param template maps, lists, texts, numbers, booleans and null; texts may hold <code>${...}
     *     </code>
     * @throws IllegalArgumentException for anything else
     */
    public Builder output(@Nullable Object template) {
      this.output = JsonText.of(template);
      return this;
    }

    /** Which of their events the workflows publish; all, unless it is said. */
    public Builder events(EventVerbosity verbosity) {
      this.events = verbosity;
      return this;
    }

    /** Adds a step whose type is its id and that starts with the workflow. */
    public Builder step(String id) {
      return step(id, step -> {});
    }

    /** Adds a step. */
    public Builder step(String id, Consumer<StepBuilder> details) {
      steps.add(StepBuilder.of(id, details));
      return this;
    }

    /** Adds a step that runs at the end however the workflow ends; its type is its id. */
    public Builder finallyStep(String id) {
      return finallyStep(id, step -> {});
    }

    /** Adds a step that runs at the end however the workflow ends. */
    public Builder finallyStep(String id, Consumer<StepBuilder> details) {
      finallySteps.add(StepBuilder.of(id, details));
      return this;
    }

    /**
     * The definition.
     *
     * @throws InvalidDefinitionException when it breaks a rule, with all that it breaks
     */
    public WorkflowDefinition build() {
      WorkflowDefinition definition =
          new WorkflowDefinition(
              name,
              version,
              timeout,
              retry,
              maxParallel,
              output,
              events,
              steps.stream().map(step -> step.toStep(queue)).toList(),
              finallySteps.stream().map(step -> step.toStep(queue)).toList());
      List<Violation> violations = DefinitionValidator.validate(definition);
      if (!violations.isEmpty()) {
        throw new InvalidDefinitionException(name, violations);
      }
      return definition;
    }
  }
}
