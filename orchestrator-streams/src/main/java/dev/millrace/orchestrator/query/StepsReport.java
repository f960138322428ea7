package dev.millrace.orchestrator.query;

import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.core.graph.CompiledAction;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Join;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Some steps of a running workflow, in the order of its definition.
 *
 * @param workflowId whose steps
 * @param steps none of a workflow that has ended: only its events tell of them
 * @param next where the next page begins; null when there is nothing more
 */
public record StepsReport(String workflowId, List<Step> steps, @Nullable Integer next) {
  public StepsReport {
    steps = List.copyOf(steps);
  }

  /**
   * Where a step is.
   *
   * @param step its id
   * @param type what its worker is asked to do
   * @param queue whose workers do it
   * @param status where it is in its life
   * @param attempt the current or last attempt; 0 before the first
   * @param waitsFor how many of the steps that it depends on are not finished, while it waits
   * @param due when the open attempt times out, the next one is sent, or the step goes on that
   *     waits for a time; null for never
   * @param held what holds a step that is ready: max-parallel, window, paused, queue, or what is
   *     set for its queue; where it is told of branches, what holds the first of them; null for one
   *     that nothing holds
   * @param heldSince since when it has waited for its queue; null for one that does not
   * @param child id of the workflow that it has started and waits for; null for none
   * @param signal name of the signal that it waits for; null while it waits for none
   * @param form what the definition shows to whoever sends that signal, null for nothing
   */
  public record Step(
      String step,
      String type,
      String queue,
      StepStatus status,
      int attempt,
      int waitsFor,
      @Nullable Instant due,
      @Nullable String held,
      @Nullable Instant heldSince,
      @Nullable String child,
      @Nullable String signal,
      @Nullable JsonNode form) {
    static Step of(CompiledDefinition definition, WorkflowView workflow, int step) {
      long dueMs = workflow.stepDeadlineMs(step);
      StepStatus status = workflow.stepStatus(step);
      boolean isWaiting = status == StepStatus.WAITING;
      CompiledAction.AwaitSignal awaited =
          status == StepStatus.SUSPENDED
                  && definition.step(step).action() instanceof CompiledAction.AwaitSignal wait
              ? wait
              : null;
      return new Step(
          definition.step(step).id(),
          definition.step(step).type(),
          definition.step(step).queue(),
          status,
          isWaiting ? 0 : workflow.attempt(step),
          isWaiting ? Join.lacks(definition.step(step).join(), workflow.join(step)) : 0,
          instant(dueMs),
          status == StepStatus.READY ? held(workflow, step) : null,
          status == StepStatus.READY ? instant(workflow.gatedSinceMs(step)) : null,
          status == StepStatus.SUSPENDED ? workflow.child(step) : null,
          awaited == null ? null : awaited.signal(),
          shownForm(awaited));
    }

    /** The same, held by what its queue says, if it waits for that. */
    Step heldBy(Function<Step, StepHeld.Reason> queues) {
      return StepHeld.Reason.QUEUE.code().equals(held) ? with(queues.apply(this)) : this;
    }

    /** The same, held for a reason that its queue gives. */
    Step with(StepHeld.Reason reason) {
      return new Step(
          step,
          type,
          queue,
          status,
          attempt,
          waitsFor,
          due,
          reason.code(),
          heldSince,
          child,
          signal,
          form);
    }

    private static String held(WorkflowView workflow, int step) {
      if (workflow.isGated(step)) {
        return StepHeld.Reason.QUEUE.code();
      }
      if (workflow.stepDeadlineMs(step) != WorkflowView.NO_DEADLINE) {
        return "window";
      }
      return workflow.isPaused() ? "paused" : "max-parallel";
    }

    private static @Nullable Instant instant(long ms) {
      return ms == WorkflowView.NO_DEADLINE ? null : Instant.ofEpochMilli(ms);
    }

    private static @Nullable JsonNode shownForm(CompiledAction.@Nullable AwaitSignal awaited) {
      return awaited == null || awaited.form() == null
          ? null
          : JsonMapper.shared().readTree(awaited.form());
    }
  }

  /** The same, with what the queues say of steps that wait for them. */
  StepsReport heldBy(Function<Step, StepHeld.Reason> queues) {
    return new StepsReport(
        workflowId, steps.stream().map(each -> each.heldBy(queues)).toList(), next);
  }

  static StepsReport none(String workflowId) {
    return new StepsReport(workflowId, List.of(), null);
  }

  static StepsReport of(
      String workflowId,
      CompiledDefinition definition,
      WorkflowView workflow,
      StepSelection selection,
      int from,
      int limit) {
    List<Step> steps = new ArrayList<>();
    for (int step = from; step < workflow.stepCount(); step++) {
      if (selection.includes(workflow.stepStatus(step))) {
        if (steps.size() == limit) {
          return new StepsReport(workflowId, steps, step);
        }
        steps.add(Step.of(definition, workflow, step));
      }
    }
    return new StepsReport(workflowId, steps, null);
  }
}
