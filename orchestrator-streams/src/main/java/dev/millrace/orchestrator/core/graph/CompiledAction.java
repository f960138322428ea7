package dev.millrace.orchestrator.core.graph;

import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.expression.PayloadSchema;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a step does, as the engine uses it. */
public sealed interface CompiledAction {
  /**
   * A worker runs it.
   *
   * @param type what the worker looks up its handler by
   * @param queue worker queue that gets its commands
   * @param input the command's input; null hands over the workflow's input and the outputs of the
   *     dependencies
   * @param affinity key of its commands; null makes one
   */
  record Work(
      String type,
      String queue,
      @Nullable Expression<Payload> input,
      @Nullable Expression<String> affinity)
      implements CompiledAction {}

  /** The engine computes its output. */
  record SetValue(Expression<Payload> value) implements CompiledAction {}

  /** It waits for a number of milliseconds. */
  record Delay(Expression<Long> durationMs) implements CompiledAction {}

  /** It waits for a point in time, in epoch milliseconds. */
  record Until(Expression<Long> timeMs) implements CompiledAction {}

  /**
   * It waits for a signal.
   *
   * @param signal its name
   * @param schema what its payload must be
   * @param form what a person who approves is shown, as JSON text; null for a signal that is no
   *     approval
   */
  record AwaitSignal(String signal, PayloadSchema schema, @Nullable String form)
      implements CompiledAction {}

  /** It chooses the first case that holds; a condition that is null holds. */
  record Choose(List<CompiledCase> cases) implements CompiledAction {
    public Choose {
      cases = List.copyOf(cases);
    }
  }

  /**
   * Another workflow runs.
   *
   * @param definition name of its definition
   * @param version version of its definition; 0 means the highest
   * @param workflowId its id; null makes one
   * @param input its input; null hands on the workflow's own
   * @param isDetached whether it is not waited for
   * @param isCancelled whether it is cancelled when it is not waited for any more
   */
  record StartChild(
      String definition,
      int version,
      @Nullable Expression<String> workflowId,
      @Nullable Expression<Payload> input,
      boolean isDetached,
      boolean isCancelled)
      implements CompiledAction {}

  /** One case of a choice. */
  record CompiledCase(String name, @Nullable Expression<Boolean> when) {}
}
