package dev.millrace.orchestrator.core.definition;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a step does. A template is JSON text whose strings may hold <code>${...}</code>, CEL
 * expressions that are replaced by their values.
 */
public sealed interface StepAction {
  /**
   * A worker runs it.
   *
   * @param type what the worker looks up its handler by
   * @param queue worker queue that gets its commands
   * @param input template of the command's input; null hands over the workflow's input and the
   *     outputs of the dependencies, whole
   * @param affinity key of its commands, a text that may hold <code>${...}</code>; null makes one
   *     of the workflow's id, the step and the branch
   */
  record Work(String type, String queue, @Nullable String input, @Nullable String affinity)
      implements StepAction {
    /** A step whose commands have keys of their own. */
    public Work(String type, String queue, @Nullable String input) {
      this(type, queue, input, null);
    }
  }

  /**
   * The engine computes a value, which is the step's output.
   *
   * @param value its template
   */
  record SetValue(String value) implements StepAction {}

  /**
   * The workflow waits for a while.
   *
   * @param duration how long: {@code 10m}, {@code PT10M}, or <code>${...}</code> that gives such a
   *     text, a CEL duration or a number of seconds
   */
  record Delay(String duration) implements StepAction {}

  /**
   * The workflow waits for a point in time.
   *
   * @param time when: RFC 3339, or <code>${...}</code> that gives such a text or a CEL timestamp
   */
  record Until(String time) implements StepAction {}

  /**
   * The workflow waits for a signal, whose payload is the step's output. One that came earlier is
   * taken at once.
   *
   * @param signal its name
   * @param schema JSON Schema of its payload, as JSON text; null takes any
   * @param form what a person who approves is to be shown, as JSON text; the engine does not look
   *     inside
   */
  record AwaitSignal(String signal, @Nullable String schema, @Nullable String form)
      implements StepAction {}

  /**
   * Another workflow runs, and its output is the step's.
   *
   * @param definition name of its definition
   * @param version version of its definition; 0 takes the highest there is
   * @param workflowId its id, a text that may hold <code>${...}</code>; null makes one of the
   *     parent's id, the step and the attempt
   * @param input template of its input; null hands on the workflow's own
   * @param detached whether the step succeeds as soon as the other workflow is started
   * @param cancelled whether the other workflow is cancelled when this one ends before it
   */
  record StartChild(
      String definition,
      int version,
      @Nullable String workflowId,
      @Nullable String input,
      boolean detached,
      boolean cancelled)
      implements StepAction {}

  /**
   * The engine chooses the first case whose condition holds; its name is the step's output. When
   * there is none the output is null.
   *
   * @param cases the cases in their order
   */
  record Choose(List<Case> cases) implements StepAction {
    public Choose {
      cases = List.copyOf(cases);
    }
  }

  /**
   * One case of a {@link Choose}.
   *
   * @param name its name
   * @param when its condition, as CEL; null for the case that always holds
   */
  record Case(String name, @Nullable String when) {}
}
