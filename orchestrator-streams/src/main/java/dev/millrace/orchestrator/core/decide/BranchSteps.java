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
  /** Longest message of an item in the events of its batch, in characters. */
  private static final int ITEM_MESSAGE_CHARS = 256;

  /** Most bytes of the items of one command. */
  private static final int COMMAND_BYTES = 4 * 1024 * 1024;

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
      steps.failures().fail(step, failure, report.retryAfterMs());
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
    StepStatus status = state.stepStatus(step);
    boolean isOpen = status == StepStatus.OPEN || status == StepStatus.SUSPENDED;
    return isOpen && state.attempt(step) == attempt
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

  /** It is the turn of a branch that was held for its queue. */
  Decision.@Nullable Refused release(int step) {
    int failedBefore = state.finishedSteps() - state.succeededSteps();
    steps.readiness().pass(step);
    steps.readiness().release();
    report(failedBefore);
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

  /** Sends the command of a branch, or starts its workflow. */
  void run(int step) throws EvaluationException {
    if (definition.step(step).action() instanceof CompiledAction.StartChild child) {
      steps.children().start(step, definition.step(step), child);
    } else {
      dispatch(step, definition.step(step).action());
    }
  }

  private void dispatch(int step, CompiledAction action) throws EvaluationException {
    int attempt = state.attempt(step) + 1;
    StepLimits limits = definition.step(step).limits();
    Clocks former = state.clocks(step);
    if (Deadlines.isDue(former.overallByMs(), transition.nowMs())) {
      steps.failures().failForGood(step, Heartbeats.scheduleToClose(limits));
      return;
    }
    boolean isBatch = chunk().batchSize() > 1;
    Expression<Payload> mapping = action instanceof CompiledAction.Work work ? work.input() : null;
    Payload input = isBatch ? null : mapped(step, mapping);
    List<Payload> items = List.of();
    if (isBatch) {
      items = items(step, mapping);
      if (items.isEmpty()) {
        steps.failures().failForGood(step, commandTooLarge());
        return;
      }
    }
    String affinity = affinity(step, action, isBatch);
    if (affinity != null && !RecordKeys.isKey(affinity)) {
      steps.failures().failForGood(step, RecordKeys.badAffinity(affinity));
      return;
    }
    Clocks clocks = limits.dispatched(former, transition.nowMs());
    transition.record(new StepDispatched(step, attempt, clocks.earliestMs()));
    transition.effect(
        new DispatchStep(step, attempt, clocks.attemptByMs(), true, input, items, null, affinity));
    transition.armTimer(clocks.earliestMs());
  }

  /** The key of the command of a branch; that of a batch is made without any of its items. */
  private @Nullable String affinity(int step, CompiledAction action, boolean isBatch)
      throws EvaluationException {
    if (!(action instanceof CompiledAction.Work work) || work.affinity() == null) {
      return null;
    }
    return isBatch
        ? transition.evaluateAt(work.affinity(), null, 0)
        : transition.evaluateAt(work.affinity(), chunk().items().item(step), chunk().index(step));
  }

  /** What the command of a batch carries; nothing if it cannot carry it all. */
  private List<Payload> items(int step, @Nullable Expression<Payload> mapping)
      throws EvaluationException {
    List<Payload> items = new ArrayList<>();
    List<ItemResult> known = known(step);
    int first = chunk().firstItem(step);
    long bytes = 0;
    for (int i = 0; i < known.size(); i++) {
      if (known.get(i).isToDo()) {
        Payload item = mapped(first + i, mapping);
        bytes += item.data().length;
        if (bytes > COMMAND_BYTES) {
          return List.of();
        }
        items.add(item);
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
    if (failure != null) {
      failToDo(step, results, failure, report.retryAfterMs());
      return;
    }
    long bytes = results.stream().mapToLong(BatchResults::bytes).sum();
    int next = 0;
    for (int i = 0; i < results.size(); i++) {
      if (results.get(i).isToDo()) {
        ItemResult result = withinLimits(report.results().get(next++), bytes);
        bytes += BatchResults.bytes(result);
        results.set(i, result);
      }
    }
    settle(step, results, null, report.retryAfterMs());
  }

  /** The whole of a batch has failed. */
  void failBatch(int step, Failure failure) {
    failToDo(step, known(step), failure, 0);
  }

  private void failToDo(int step, List<ItemResult> results, Failure failure, long retryAfterMs) {
    ItemResult failed = new ItemResult(null, new Failure("", "", failure.retryable()));
    results.replaceAll(each -> each.isToDo() ? failed : each);
    settle(step, results, failure, retryAfterMs);
  }

  /**
   * Goes on with what became of the items of a batch: another attempt, or the end.
   *
   * @param whole why all items failed that were to be done, which they do not say one by one; null
   *     when each says so itself
   * @param retryAfterMs how long another attempt waits at least
   */
  private void settle(
      int step, List<ItemResult> results, @Nullable Failure whole, long retryAfterMs) {
    List<ItemResult> settled = new ArrayList<>(results);
    long retryAtMs = steps.failures().retryAtMs(step, retryAfterMs);
    boolean hasTime = !Deadlines.isDue(state.clocks(step).overallByMs(), retryAtMs);
    boolean isRetried = whole != null && mayRetry(step, whole);
    settled.replaceAll(
        each -> {
          Failure why = each.failure();
          boolean isToDo =
              hasTime
                  && why != null
                  && (whole == null ? mayRetry(step, why) : isRetried && why.retryable());
          return why == null || why.retryable() == isToDo
              ? each
              : new ItemResult(null, new Failure(why.type(), why.message(), isToDo));
        });
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
    settled.replaceAll(BranchSteps::shortened);
    Failure failure =
        transition
            .room()
            .shortened(ofItems(whole == null ? first : whole, failed, settled.size(), goesOn));
    if (goesOn) {
      transition.record(new AttemptFailed(step, attempt, failure, retryAtMs, settled));
      transition.armTimer(retryAtMs);
    } else {
      transition.record(
          new StepFailed(
              step, attempt, failure, Consequence.CONTINUE, CompiledDefinition.NO_STEP, settled));
    }
  }

  private boolean mayRetry(int step, Failure failure) {
    return steps.failures().mayRetry(definition.step(step), step, failure);
  }

  private static ItemResult shortened(ItemResult result) {
    Failure failure = result.failure();
    if (failure == null || failure.message().length() <= ITEM_MESSAGE_CHARS) {
      return result;
    }
    String message = Failure.cut(failure.message(), ITEM_MESSAGE_CHARS);
    return new ItemResult(null, new Failure(failure.type(), message, failure.retryable()));
  }

  /** A result, unless it, or with it the batch, is too large. */
  private static ItemResult withinLimits(ItemResult result, long bytesOfOthers) {
    Payload output = result.output();
    if (output == null) {
      return result;
    }
    int size = output.data().length;
    if (size > Steps.OUTPUT_BYTES) {
      return new ItemResult(null, Steps.outputTooLarge(size));
    }
    return bytesOfOthers + BatchResults.bytes(result) <= BatchResults.BYTES
        ? result
        : new ItemResult(
            null,
            new Failure(
                Failure.OUTPUT_TOO_LARGE,
                "output of %d bytes, with %d of other items of the batch, at most %d together"
                        .formatted(size, bytesOfOthers, BatchResults.BYTES)
                    + "; send fewer items at once, or return references",
                false));
  }

  private static Failure commandTooLarge() {
    return new Failure(
        Failure.COMMAND_TOO_LARGE,
        "the items of a batch are more than %d bytes together; send fewer at once, or references"
            .formatted(COMMAND_BYTES),
        false);
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
