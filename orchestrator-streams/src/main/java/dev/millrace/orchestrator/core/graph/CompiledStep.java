package dev.millrace.orchestrator.core.graph;

import dev.millrace.orchestrator.core.definition.DeliveryWindow;
import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A step as the engine uses it.
 *
 * @param id name of the step
 * @param group which part of the definition it belongs to
 * @param action what it does
 * @param join how many of its dependencies must be satisfied
 * @param dependencies how many it has, those aside that route their failures to it
 * @param when condition under which it runs; null for always
 * @param limits how long its attempts may take
 * @param retry the policy that holds for it: its own, or else the definition's
 * @param onFailure what follows from its failures
 * @param repeat that it runs again until a condition holds; null for once
 * @param forEach that it runs for each item of a list; null for one run
 * @param window when it may be dispatched; null for any time
 * @param cache that its result is kept; null for not
 * @param compensation the step that undoes it, or {@link CompiledDefinition#NO_STEP}
 * @param compensates the step that it undoes, or {@link CompiledDefinition#NO_STEP}
 * @param keepsOutput whether anything reads its output
 */
public record CompiledStep(
    String id,
    Group group,
    CompiledAction action,
    JoinRule join,
    int dependencies,
    @Nullable Expression<Boolean> when,
    StepLimits limits,
    RetryPolicy retry,
    List<FailureRule> onFailure,
    @Nullable CompiledRepeat repeat,
    @Nullable CompiledForEach forEach,
    @Nullable DeliveryWindow window,
    @Nullable CompiledCache cache,
    int compensation,
    int compensates,
    boolean keepsOutput) {

  /** The parts of a definition. */
  public enum Group {
    MAIN,
    /** Runs at the end, however the workflow ends. */
    FINALLY,
    /** Runs when the workflow fails, for a step that succeeded. */
    COMPENSATION
  }

  /**
   * That a step runs again until a condition holds.
   *
   * @param until the condition
   * @param delayMs milliseconds from the end of a round to the next; 0 means at once
   * @param max most rounds
   */
  public record CompiledRepeat(Expression<Boolean> until, long delayMs, int max) {}

  /**
   * That the result of a step is kept, and taken instead of running the step again.
   *
   * @param key what tells one result from another; null takes all that the step would run with
   * @param ttlMs how long a result is kept, in milliseconds
   */
  public record CompiledCache(@Nullable Expression<Payload> key, long ttlMs) {}

  /**
   * That a step runs for each item of a list.
   *
   * @param items the list
   * @param maxParallel most branches that are under way at once
   * @param batchSize how many items one command carries
   * @param tolerated how many items may fail before the step does, or how many in a hundred
   * @param isPercent whether {@code tolerated} is a share in percent
   */
  public record CompiledForEach(
      Expression<List<Payload>> items,
      int maxParallel,
      int batchSize,
      int tolerated,
      boolean isPercent) {
    /** How many of a number of items may fail. */
    public int allowed(int itemCount) {
      return isPercent ? (int) ((long) itemCount * tolerated / 100) : tolerated;
    }
  }

  /** One branch of this step, which stands alone. */
  CompiledStep branch() {
    return new CompiledStep(
        id,
        Group.MAIN,
        action,
        JoinRule.ALL,
        0,
        null,
        limits,
        retry,
        onFailure,
        null,
        forEach,
        window,
        null,
        CompiledDefinition.NO_STEP,
        CompiledDefinition.NO_STEP,
        true);
  }

  /** The same step, undone by another one. */
  CompiledStep withCompensation(int step) {
    return new CompiledStep(
        id,
        group,
        action,
        join,
        dependencies,
        when,
        limits,
        retry,
        onFailure,
        repeat,
        forEach,
        window,
        cache,
        step,
        compensates,
        keepsOutput);
  }

  /** The same step, whose output something reads. */
  CompiledStep keepingOutput() {
    return new CompiledStep(
        id,
        group,
        action,
        join,
        dependencies,
        when,
        limits,
        retry,
        onFailure,
        repeat,
        forEach,
        window,
        cache,
        compensation,
        compensates,
        true);
  }

  /** Start-to-close timeout of one attempt in milliseconds; 0 means none. */
  public long timeoutMs() {
    return limits.startToCloseMs();
  }

  /** What a worker looks up its handler by; empty for a step that no worker runs. */
  public String type() {
    return action instanceof CompiledAction.Work work ? work.type() : "";
  }

  /** Worker queue that gets its commands; empty for a step that no worker runs. */
  public String queue() {
    return action instanceof CompiledAction.Work work ? work.queue() : "";
  }
}
