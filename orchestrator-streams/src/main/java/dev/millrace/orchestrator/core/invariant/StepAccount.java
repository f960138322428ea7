package dev.millrace.orchestrator.core.invariant;

import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.event.StepFailed.Consequence;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.graph.CompiledStep.Group;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;

/** What the events of a workflow say of one step, so far. Not thread-safe. */
final class StepAccount {
  private final CompiledStep step;
  private final int edges;
  private StepStatus status = StepStatus.WAITING;
  private long dueMs = WorkflowView.NO_DEADLINE;
  private int attempts;
  private int attemptsOfFormerRounds;
  private int rounds;
  private boolean isFree;
  private boolean isGated;

  /** Whether it had begun when the workflow was migrated, so that its join is behind it. */
  private boolean hadBegun;

  // How the edges to it ended: those that are satisfied, that are not, and of failed steps.
  private int satisfied;
  private int unsatisfied;
  private int failed;

  StepAccount(CompiledStep step, int edges) {
    this.step = step;
    this.edges = edges;
  }

  /** The accounts of the steps of a workflow that has not begun. */
  static StepAccount[] all(CompiledDefinition definition) {
    StepAccount[] steps = new StepAccount[definition.stepCount()];
    for (int step = 0; step < steps.length; step++) {
      steps[step] = new StepAccount(definition.step(step), definition.dependencies().degree(step));
    }
    return steps;
  }

  /** The account of the same step in another version, but for the edges to it. */
  StepAccount migrated(CompiledStep later, int laterEdges) {
    StepAccount account = new StepAccount(later, laterEdges);
    account.become(status, dueMs);
    account.isGated = isGated;
    account.attempts = attempts;
    account.attemptsOfFormerRounds = attemptsOfFormerRounds;
    account.rounds = rounds;
    account.hadBegun = status != StepStatus.WAITING;
    account.isFree = isFree;
    return account;
  }

  CompiledStep step() {
    return step;
  }

  StepStatus status() {
    return status;
  }

  /** When its attempt times out, or it goes on; {@link WorkflowView#NO_DEADLINE} for never. */
  long dueMs() {
    return dueMs;
  }

  int attempts() {
    return attempts;
  }

  int attemptsOfRound() {
    return attempts - attemptsOfFormerRounds;
  }

  int rounds() {
    return rounds;
  }

  void become(StepStatus next, long nextDueMs) {
    status = next;
    dueMs = nextDueMs;
    isGated = false;
  }

  /** It may start and is held, for its queue or something else. */
  void hold(long untilMs, boolean atGate) {
    become(StepStatus.READY, untilMs);
    isGated = atGate;
  }

  /** Whether it is held for its queue. */
  boolean isGated() {
    return isGated;
  }

  void attempt(int attempt) {
    attempts = attempt;
  }

  /** Its attempts are numbered from behind those of others, and counted anew. */
  void follow(int formerAttempts) {
    attempts = formerAttempts;
    attemptsOfFormerRounds = formerAttempts;
  }

  void nextRound() {
    rounds++;
    attemptsOfFormerRounds = attempts;
  }

  /** An edge to the step has ended. */
  void edgeEnded(boolean isSatisfied, boolean isOfFailure) {
    satisfied += isSatisfied ? 1 : 0;
    unsatisfied += isSatisfied ? 0 : 1;
    failed += isOfFailure ? 1 : 0;
  }

  /** An edge to the step has not ended after all. */
  void edgeReopened(boolean wasSatisfied, boolean wasOfFailure) {
    satisfied -= wasSatisfied ? 1 : 0;
    unsatisfied -= wasSatisfied ? 0 : 1;
    failed -= wasOfFailure ? 1 : 0;
  }

  /**
   * It waits again, and its attempts are counted on.
   *
   * @param mayStartAtOnce whether somebody has started it, whatever it depends on
   */
  void reset(boolean mayStartAtOnce) {
    become(StepStatus.WAITING, WorkflowView.NO_DEADLINE);
    attemptsOfFormerRounds = attempts;
    rounds = 0;
    hadBegun = false;
    isFree = mayStartAtOnce;
  }

  /** Whether its join rule lets it start; a compensation has none. */
  boolean mayStart() {
    if (hadBegun || edges == 0 || isFree || step.group() == Group.COMPENSATION) {
      return true;
    }
    boolean isAllDone = satisfied + unsatisfied == edges;
    return switch (step.join().kind()) {
      case ALL -> satisfied == edges;
      case ANY -> satisfied > 0;
      case AT_LEAST -> satisfied >= step.join().atLeast();
      case ALL_DONE -> isAllDone;
      case NONE_FAILED -> isAllDone && failed == 0;
    };
  }

  /** Whether its join rule cannot be satisfied any more. */
  boolean isMissed() {
    if (edges == 0) {
      return false;
    }
    return switch (step.join().kind()) {
      case ALL -> unsatisfied > 0;
      case ANY -> unsatisfied == edges;
      case AT_LEAST -> edges - unsatisfied < step.join().atLeast();
      case ALL_DONE -> false;
      case NONE_FAILED -> failed > 0;
    };
  }

  /** Whether there may be another attempt after a failure. */
  boolean mayRetry(Failure failure) {
    RetryPolicy retry = step.retry();
    if (!failure.retryable() || attemptsOfRound() >= retry.maxAttempts()) {
      return false;
    }
    boolean isExcluded = retry.nonRetryable().contains(failure.type());
    for (FailureRule rule : step.onFailure()) {
      if (rule.matches(failure.type())) {
        return switch (rule.reaction()) {
          case FailureRule.Reaction.Retry again -> true;
          case FailureRule.Reaction.Fail no -> false;
          case FailureRule.Reaction.GoOn later -> !isExcluded;
          case FailureRule.Reaction.Route later -> !isExcluded;
        };
      }
    }
    return !isExcluded;
  }

  /** What follows when a failure was the last. */
  Consequence consequence(Failure failure) {
    for (FailureRule rule : step.onFailure()) {
      if (rule.matches(failure.type())) {
        return switch (rule.reaction()) {
          case FailureRule.Reaction.Retry again -> Consequence.FAIL;
          case FailureRule.Reaction.Fail ends -> Consequence.FAIL;
          case FailureRule.Reaction.GoOn goesOn -> Consequence.CONTINUE;
          case FailureRule.Reaction.Route route -> Consequence.ROUTE;
        };
      }
    }
    return Consequence.FAIL;
  }
}
