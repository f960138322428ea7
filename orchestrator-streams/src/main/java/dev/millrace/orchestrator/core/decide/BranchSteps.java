package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.effect.ReportChunk;
import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.ChunkOpened;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepFailed.Consequence;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.StepSucceeded.Source;
import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.graph.CompiledAction;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.StepLimits;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.input.ChunkRequested;
import dev.millrace.orchestrator.core.state.BatchResults;
import dev.millrace.orchestrator.core.state.Clocks;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.ItemResult;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decisions about the branches of one chunk, which are steps without edges. */
final class BranchSteps {
  private final Transition transition;
  private final CompiledDefinition definition;
  private final WorkflowView state;
  private final Steps steps;

  BranchSteps(Transition transition, Steps steps) {
    this.transition = transition;
    this.definition = transition.definition();
    this.state = transition.state();
    this.steps = steps;
  }

  private Chunk chunk() {
    Chunk chunk = transition.chunk();
    if (chunk == null) {
      throw new IllegalStateException("a workflow is no chunk of branches");
    }
    return chunk;
  }

  Decision.@Nullable Refused start(ChunkRequested request) {
    if (state.status() != WorkflowStatus.ABSENT) {
      return new Decision.Refused(Refusal.ALREADY_STARTED, "the chunk has begun");
    }
    transition.record(
        new ChunkOpened(request.tenant(), request.priority(), request.formerAttempts()));
    steps.readiness().release();
    report(0);
    return null;
  }

  Decision.@Nullable Refused report(AttemptReported report) {
    Decision.@Nullable Refused refused =
        unlessOpen(report.stepId(), report.branch(), report.attempt());
    if (refused != null) {
      return refused;
    }
    int step = indexOf(report.branch());
    int failedBefore = state.finishedSteps() - state.succeededSteps();
    Failure failure = report.failure();
    if (chunk().batchSize() > 1) {
      reportBatch(step, report);
    } else if (failure != null) {
      steps.failures().fail(step, failure);
    } else if (!report.results().isEmpty()) {
      steps.failures().fail(step, mismatch(report.results().size(), 0));
    } else {
      Payload output = report.output();
      if (output != null && output.data().length > Steps.OUTPUT_BYTES) {
        steps.failures().fail(step, Steps.outputTooLarge(output.data().length));
      } else {
        transition.record(new StepSucceeded(step, report.attempt(), output));
      }
    }
    steps.readiness().release();
    report(failedBefore);
    return null;
  }

  /** The place of a branch within the chunk. */
  int indexOf(int branch) {
    return branch - chunk().branch(0);
  }

  /** Whether an attempt of a branch is the open one. */
  Decision.@Nullable Refused unlessOpen(String stepId, int branch, int attempt) {
    int step = indexOf(branch);
    if (step < 0 || step >= state.stepCount()) {
      return new Decision.Refused(
          Refusal.UNKNOWN_BRANCH,
          "step '%s' has no branch %d; copy branch from the command".formatted(stepId, branch));
    }
    return state.stepStatus(step) == StepStatus.OPEN && state.attempt(step) == attempt
        ? null
        : new Decision.Refused(
            Refusal.ATTEMPT_NOT_OPEN,
            "attempt %d of branch %d of step '%s' is not open".formatted(attempt, branch, stepId));
  }

  Decision.@Nullable Refused fireDeadlines() {
    steps.fireDeadlines();
    report(-1);
    return null;
  }

  /** Tells the workflow what it does not know, and does not see by itself. */
  private void report(int failedBefore) {
    boolean isFinished = state.finishedSteps() == state.stepCount();
    int failed = state.finishedSteps() - state.succeededSteps();
    if (isFinished || (failed > 0 && failed != failedBefore)) {
      transition.effect(new ReportChunk());
    }
  }

  /** Sends the command of a branch. */
  void dispatch(int step) throws EvaluationException {
    int attempt = state.attempt(step) + 1;
    StepLimits limits = definition.step(step).limits();
    Clocks former = state.clocks(step);
    if (Deadlines.isDue(former.overallByMs(), transition.nowMs())) {
      steps.failures().failForGood(step, Heartbeats.scheduleToClose(limits));
      return;
    }
    boolean isBatch = chunk().batchSize() > 1;
    Expression<Payload> mapping =
        definition.step(step).action() instanceof CompiledAction.Work work ? work.input() : null;
    Payload input = isBatch ? null : mapped(step, mapping);
    List<Payload> items = isBatch ? items(step, mapping) : List.of();
    Clocks clocks = limits.dispatched(former, transition.nowMs());
    transition.record(new StepDispatched(step, attempt, clocks.earliestMs()));
    transition.effect(new DispatchStep(step, attempt, clocks.attemptByMs(), true, input, items));
    transition.armTimer(clocks.earliestMs());
  }

  private List<Payload> items(int step, @Nullable Expression<Payload> mapping)
      throws EvaluationException {
    List<Payload> items = new ArrayList<>();
    List<ItemResult> known = known(step);
    int first = chunk().firstItem(step);
    for (int i = 0; i < known.size(); i++) {
      if (known.get(i).isToDo()) {
        items.add(mapped(first + i, mapping));
      }
    }
    return items;
  }

  private Payload mapped(int place, @Nullable Expression<Payload> mapping)
      throws EvaluationException {
    Payload item = chunk().items().item(place);
    return mapping == null ? item : transition.evaluateAt(mapping, item, chunk().index(place));
  }

  /** What is known of the items of a batch; before its first attempt, that all are to do. */
  private List<ItemResult> known(int step) {
    Payload kept = state.attempt(step) == 0 ? null : transition.payloads().output(step);
    if (kept != null) {
      return BatchResults.unpack(kept);
    }
    List<ItemResult> toDo = new ArrayList<>();
    Failure notYet = new Failure("", "", true);
    for (int i = 0; i < chunk().itemCount(step); i++) {
      toDo.add(new ItemResult(null, notYet));
    }
    return toDo;
  }

  private void reportBatch(int step, AttemptReported report) {
    List<ItemResult> results = known(step);
    long sent = results.stream().filter(ItemResult::isToDo).count();
    Failure failure = report.failure();
    if (failure == null && report.results().size() != sent) {
      failure = mismatch(report.results().size(), sent);
    }
    int next = 0;
    for (int i = 0; i < results.size(); i++) {
      if (results.get(i).isToDo()) {
        results.set(
            i,
            failure == null
                ? withinLimit(report.results().get(next++))
                : new ItemResult(null, failure));
      }
    }
    settle(step, results);
  }

  /** The whole of a batch has failed. */
  void failBatch(int step, Failure failure) {
    List<ItemResult> results = known(step);
    results.replaceAll(each -> each.isToDo() ? new ItemResult(null, failure) : each);
    settle(step, results);
  }

  /** Goes on with what became of the items of a batch: another attempt, or the end. */
  private void settle(int step, List<ItemResult> results) {
    List<ItemResult> settled = new ArrayList<>(results);
    long retryAtMs = steps.failures().retryAtMs(step);
    boolean hasTime = !Deadlines.isDue(state.clocks(step).overallByMs(), retryAtMs);
    settled.replaceAll(each -> hasTime && mayRetry(step, each) ? each : last(each));
    Failure first = null;
    int failed = 0;
    boolean goesOn = false;
    for (ItemResult each : settled) {
      if (each.failure() != null) {
        failed++;
        boolean tellsMore = first == null || first.type().isEmpty() || (!goesOn && each.isToDo());
        first = tellsMore ? each.failure() : first;
        goesOn |= each.isToDo();
      }
    }
    int attempt = state.attempt(step);
    if (first == null) {
      transition.record(new StepSucceeded(step, attempt, null, List.of(), Source.ATTEMPT, settled));
      return;
    }
    Failure failure = ofItems(first, failed, settled.size(), goesOn);
    if (goesOn) {
      transition.record(new AttemptFailed(step, attempt, failure, retryAtMs, settled));
      transition.armTimer(retryAtMs);
    } else {
      transition.record(
          new StepFailed(
              step, attempt, failure, Consequence.CONTINUE, CompiledDefinition.NO_STEP, settled));
    }
  }

  private boolean mayRetry(int step, ItemResult result) {
    Failure failure = result.failure();
    return failure != null && steps.failures().mayRetry(definition.step(step), step, failure);
  }

  private static ItemResult last(ItemResult result) {
    Failure failure = result.failure();
    return failure == null || !failure.retryable()
        ? result
        : new ItemResult(null, new Failure(failure.type(), failure.message(), false));
  }

  private static ItemResult withinLimit(ItemResult result) {
    Payload output = result.output();
    return output != null && output.data().length > Steps.OUTPUT_BYTES
        ? new ItemResult(null, Steps.outputTooLarge(output.data().length))
        : result;
  }

  private static Failure ofItems(Failure first, int failed, int all, boolean retryable) {
    String message = "%d of %d items failed: %s".formatted(failed, all, first.message());
    return new Failure(first.type(), Failure.cut(message, Failure.MESSAGE_CHARS), retryable);
  }

  private static Failure mismatch(int results, long items) {
    String what = "%d results for a command of %d items; ".formatted(results, items);
    String instead = items == 0 ? "report one output" : "report one for each, in their order";
    return new Failure(Failure.RESULTS_MISMATCH, what + instead, false);
  }
}
