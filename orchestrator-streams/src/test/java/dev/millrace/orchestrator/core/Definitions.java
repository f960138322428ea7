package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Small definitions for tests that read like a specification. */
public final class Definitions {
  /** Three attempts, one second and then two seconds apart; "fatal" is never tried again. */
  public static final RetryPolicy THREE_ATTEMPTS =
      new RetryPolicy(3, Duration.ofSeconds(1), 2, Duration.ofSeconds(60), 0, List.of("fatal"));

  private Definitions() {}

  /** A step without timeout and retries. */
  public static StepDefinition step(String id, String... dependsOn) {
    return StepDefinition.work(id, "type", "queue", List.of(dependsOn), Duration.ZERO, null);
  }

  /** A step with a timeout and three attempts. */
  public static StepDefinition guarded(String id, Duration timeout, String... dependsOn) {
    return StepDefinition.work(id, "type", "queue", List.of(dependsOn), timeout, THREE_ATTEMPTS);
  }

  /** A definition without workflow timeout and retries. */
  public static CompiledDefinition of(StepDefinition... steps) {
    return within(Duration.ZERO, steps);
  }

  /** A definition with a workflow timeout. */
  public static CompiledDefinition within(Duration timeout, StepDefinition... steps) {
    return CompiledDefinition.compile(
        WorkflowDefinition.of("order", 7, timeout, RetryPolicy.NONE, List.of(steps)));
  }

  /** A definition whose expressions are those of {@link FakeExpressions}. */
  public static CompiledDefinition of(TestStep... steps) {
    return withFinally(List.of(steps));
  }

  /** A definition with finally steps. */
  public static CompiledDefinition withFinally(List<TestStep> steps, TestStep... finallySteps) {
    return limited(0, null, steps, finallySteps);
  }

  /**
   * A definition with a limit and an output.
   *
   * @param maxParallel most steps that are open at once; 0 for any number
   */
  public static CompiledDefinition limited(
      int maxParallel, @Nullable String output, List<TestStep> steps, TestStep... finallySteps) {
    return CompiledDefinition.compile(
        new WorkflowDefinition(
            "order",
            7,
            Duration.ZERO,
            RetryPolicy.NONE,
            maxParallel,
            output,
            steps.stream().map(TestStep::build).toList(),
            Stream.of(finallySteps).map(TestStep::build).toList()),
        FakeExpressions.INSTANCE);
  }
}
