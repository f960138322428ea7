package dev.millrace.orchestrator.core.graph;

import dev.millrace.orchestrator.core.expression.Expression;
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
   */
  record Work(String type, String queue, @Nullable Expression<Payload> input)
      implements CompiledAction {}

  /** The engine computes its output. */
  record SetValue(Expression<Payload> value) implements CompiledAction {}

  /** It waits for a number of milliseconds. */
  record Delay(Expression<Long> durationMs) implements CompiledAction {}

  /** It waits for a point in time, in epoch milliseconds. */
  record Until(Expression<Long> timeMs) implements CompiledAction {}

  /** It chooses the first case that holds; a condition that is null holds. */
  record Choose(List<CompiledCase> cases) implements CompiledAction {
    public Choose {
      cases = List.copyOf(cases);
    }
  }

  /** One case of a choice. */
  record CompiledCase(String name, @Nullable Expression<Boolean> when) {}
}
