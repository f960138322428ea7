package dev.millrace.orchestrator.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.ExpressionCompiler;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.ItemResult;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What should become of each item of a step that runs for all of a list. */
final class ReferenceFork {
  private static final int LARGEST_OUTPUT = 1024 * 1024;

  /** What is known of an item. */
  private enum Status {
    TO_DO,
    SUCCEEDED,
    FAILED
  }

  /** What comes of an attempt of a branch. */
  enum Turn {
    SUCCEEDED,
    TRIED_AGAIN,
    FAILED
  }

  private final ReferenceStep step;
  private final ForEach forEach;
  private final int attempt;
  private final List<Payload> items;
  private final @Nullable Payload input;
  private final Status[] statuses;
  private final @Nullable Payload[] outputs;

  /** Of each branch, its open attempt; 0 for none. */
  private final int[] open;

  /** Of each branch, how many attempts it has had. */
  private final int[] attempts;

  private int opened;

  ReferenceFork(
      ReferenceStep step,
      ForEach forEach,
      int attempt,
      List<Payload> items,
      @Nullable Payload input) {
    this.input = input;
    this.step = step;
    this.forEach = forEach;
    this.attempt = attempt;
    this.items = items;
    this.statuses = new Status[items.size()];
    Arrays.fill(statuses, Status.TO_DO);
    this.outputs = new Payload[items.size()];
    this.open = new int[Math.ceilDiv(items.size(), forEach.batchSize())];
    this.attempts = new int[open.length];
  }

  int attempt() {
    return attempt;
  }

  int items() {
    return items.size();
  }

  int branches() {
    return open.length;
  }

  boolean isOpen(int branch, int ofAttempt) {
    return branch < open.length && open[branch] == ofAttempt && ofAttempt != 0;
  }

  /** An attempt begins; answers what its command carries. */
  List<Payload> dispatched(int branch, int number, int mostAtOnce) {
    assertThat(open[branch]).as("open attempt of branch %d", branch).isZero();
    List<Payload> carried = new ArrayList<>();
    for (int item = first(branch); item < end(branch); item++) {
      if (statuses[item] == Status.TO_DO) {
        carried.add(mapped(item));
      }
    }
    assertThat(carried).as("what branch %d is sent", branch).isNotEmpty();
    open[branch] = number;
    opened++;
    attempts[branch]++;
    assertThat(attempts[branch]).as("attempts").isLessThanOrEqualTo(step.retry.maxAttempts());
    assertThat(opened).as("open branches").isLessThanOrEqualTo(mostAtOnce);
    return carried;
  }

  /** A worker reports on an open attempt. */
  Turn reported(AttemptReported report) {
    int branch = report.branch();
    boolean isBatch = forEach.batchSize() > 1;
    Failure failure = report.failure();
    int sent = 0;
    for (int item = first(branch); item < end(branch); item++) {
      sent += statuses[item] == Status.TO_DO ? 1 : 0;
    }
    if (failure == null && report.results().size() != (isBatch ? sent : 0)) {
      failure = new Failure(Failure.RESULTS_MISMATCH, "", false);
    }
    int next = 0;
    for (int item = first(branch); item < end(branch); item++) {
      if (statuses[item] == Status.TO_DO) {
        ItemResult result =
            failure != null || !isBatch
                ? new ItemResult(report.output(), failure)
                : report.results().get(next++);
        come(branch, item, result);
      }
    }
    return left(branch);
  }

  /** An attempt has timed out. */
  Turn timedOut(int branch, String type) {
    return failed(branch, new Failure(type, "", !type.equals(Failure.SCHEDULE_TO_CLOSE_TIMEOUT)));
  }

  /** All that is still to do in a branch fails at once. */
  Turn failed(int branch, Failure failure) {
    for (int item = first(branch); item < end(branch); item++) {
      if (statuses[item] == Status.TO_DO) {
        come(branch, item, new ItemResult(null, failure));
      }
    }
    return left(branch);
  }

  /** Whether the input of an item that is to do, or the key of the branch, cannot be made. */
  boolean isBroken(int branch) {
    try {
      evaluatedAffinity(branch);
    } catch (EvaluationException e) {
      return true;
    }
    for (int item = first(branch); item < end(branch); item++) {
      if (statuses[item] == Status.TO_DO && !hasInput(item)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the key of a branch is one that no command can have. */
  boolean hasBadKey(int branch) {
    String affinity = affinity(branch);
    return affinity != null && !ReferenceRun.isKey(affinity);
  }

  /** The key of the commands of a branch; null for one of their own. */
  @Nullable String affinity(int branch) {
    try {
      return evaluatedAffinity(branch);
    } catch (EvaluationException e) {
      throw new AssertionError("branch %d cannot be sent".formatted(branch), e);
    }
  }

  private @Nullable String evaluatedAffinity(int branch) throws EvaluationException {
    if (!(step.definition.action() instanceof StepAction.Work work) || work.affinity() == null) {
      return null;
    }
    boolean isBatch = forEach.batchSize() > 1;
    return scope(isBatch ? null : items.get(branch))
        .evaluate(ExpressionCompiler::text, work.affinity(), null);
  }

  private Turn left(int branch) {
    opened -= open[branch] == 0 ? 0 : 1;
    open[branch] = 0;
    List<Status> left = List.of(statuses).subList(first(branch), end(branch));
    if (left.contains(Status.TO_DO)) {
      return Turn.TRIED_AGAIN;
    }
    return left.contains(Status.FAILED) ? Turn.FAILED : Turn.SUCCEEDED;
  }

  private void come(int branch, int item, ItemResult result) {
    Failure failure = result.failure();
    Payload output = result.output();
    if (failure == null && output != null && output.data().length > LARGEST_OUTPUT) {
      failure = new Failure(Failure.OUTPUT_TOO_LARGE, "", false);
    }
    if (failure == null) {
      statuses[item] = Status.SUCCEEDED;
      outputs[item] = output;
    } else if (!mayRetry(branch, failure)) {
      statuses[item] = Status.FAILED;
    }
  }

  private boolean mayRetry(int branch, Failure failure) {
    if (!failure.retryable() || attempts[branch] >= step.retry.maxAttempts()) {
      return false;
    }
    FailureRule rule = step.ruleFor(failure.type());
    if (rule != null && rule.reaction() instanceof FailureRule.Reaction.Retry) {
      return true;
    }
    return !(rule != null && rule.reaction() instanceof FailureRule.Reaction.Fail)
        && !step.retry.nonRetryable().contains(failure.type());
  }

  /** How many items have failed, of those of some branches that are done. */
  int failedItems(int firstBranch, int endBranch) {
    int failed = 0;
    for (int branch = firstBranch; branch < endBranch; branch++) {
      for (int item = first(branch); item < end(branch) && isFinished(branch, branch + 1); item++) {
        failed += statuses[item] == Status.FAILED ? 1 : 0;
      }
    }
    return failed;
  }

  int failedItems() {
    return failedItems(0, open.length);
  }

  /** Whether nothing is left to do in some branches. */
  boolean isFinished(int firstBranch, int endBranch) {
    for (int item = first(firstBranch); item < end(endBranch - 1); item++) {
      if (statuses[item] == Status.TO_DO) {
        return false;
      }
    }
    return true;
  }

  boolean isFinished() {
    return isFinished(0, open.length);
  }

  boolean hasFailedTooOften() {
    long allowed =
        forEach.percent() ? (long) items.size() * forEach.tolerated() / 100 : forEach.tolerated();
    return failedItems() > allowed;
  }

  /** What the items gave, in their order. */
  List<@Nullable Payload> outputs() {
    return Arrays.asList(outputs);
  }

  private boolean hasInput(int item) {
    try {
      evaluated(item);
      return true;
    } catch (EvaluationException e) {
      return false;
    }
  }

  private Payload mapped(int item) {
    try {
      return evaluated(item);
    } catch (EvaluationException e) {
      throw new AssertionError("item %d cannot be sent".formatted(item), e);
    }
  }

  private Payload evaluated(int item) throws EvaluationException {
    String mapping = null;
    if (step.definition.action() instanceof StepAction.Work work) {
      mapping = work.input();
    } else if (step.definition.action() instanceof StepAction.StartChild child) {
      mapping = child.input();
    }
    if (mapping == null) {
      return items.get(item);
    }
    return scope(items.get(item)).evaluate(ExpressionCompiler::template, mapping, null);
  }

  private ReferenceScope scope(@Nullable Payload item) {
    ReferenceScope scope = new ReferenceScope(Map.of());
    scope.input = input;
    scope.item = item;
    return scope;
  }

  private int first(int branch) {
    return branch * forEach.batchSize();
  }

  private int end(int branch) {
    return Math.min(items.size(), (branch + 1) * forEach.batchSize());
  }
}
