package dev.millrace.worker.testing;

import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepResult;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong with a step, in all workflows and attempts unless said otherwise. Several things
 * can go wrong with the same attempt. One thread.
 */
public final class StepFaults {
  /** A fault and which attempts it is of. */
  record Rule(String step, @Nullable String workflowId, int attempt, int branch, Fault fault) {
    boolean isOf(String ofWorkflow, String ofStep, int ofAttempt, int ofBranch) {
      return step.equals(ofStep)
          && (workflowId == null || workflowId.equals(ofWorkflow))
          && (attempt == ANY || attempt == ofAttempt)
          && (branch == ANY || branch == ofBranch);
    }

    boolean isOf(StepContext context) {
      return isOf(
          context.workflowId(), context.step(), context.attempt(), context.branch().orElse(ANY));
    }
  }

  /** What can go wrong. */
  sealed interface Fault {
    /** The handler's place is taken. */
    record Handler(dev.millrace.worker.StepHandler instead) implements Fault {}

    /** No worker ever takes the command. */
    record NotTaken() implements Fault {}

    /** The command comes once more. */
    record CommandTwice() implements Fault {}

    /** The worker dies after the effect; another one gets the command later. */
    record WorkerDies() implements Fault {}

    /** The completion never comes. */
    record CompletionLost() implements Fault {}

    /** The completion comes once more. */
    record CompletionTwice() implements Fault {}

    /** The completion comes late. */
    record CompletionLate(Duration by) implements Fault {}
  }

  private static final int ANY = -1;

  private final FaultPlan plan;
  private final String step;
  private @Nullable String workflowId;
  private int attempt = ANY;
  private int branch = ANY;

  StepFaults(FaultPlan plan, String step) {
    this.plan = plan;
    this.step = step;
  }

  /** What follows is of this workflow only. */
  public StepFaults ofWorkflow(String id) {
    this.workflowId = id;
    return this;
  }

  /** What follows is of this attempt only; the first is 1. */
  public StepFaults onAttempt(int number) {
    if (number < 1) {
      throw new IllegalArgumentException("attempt %d: the first is 1".formatted(number));
    }
    this.attempt = number;
    return this;
  }

  /** What follows is of this branch of a {@code forEach} step only; the first is 0. */
  public StepFaults onBranch(int number) {
    if (number < 0) {
      throw new IllegalArgumentException("branch %d: the first is 0".formatted(number));
    }
    this.branch = number;
    return this;
  }

  /** The attempt fails, and the retry policy decides; the handler is not called. */
  public StepFaults fail(String type, String message) {
    return instead(context -> StepResult.failed(type, message));
  }

  /** The attempt fails, and no other follows; the handler is not called. */
  public StepFaults failForGood(String type, String message) {
    return instead(context -> StepResult.failedForGood(type, message));
  }

  /** The handler throws, an {@link Error} if you like; your own is not called. */
  public StepFaults throwing(Throwable thrown) {
    return instead(
        context -> {
          switch (thrown) {
            case Error error -> throw error;
            case Exception exception -> throw exception;
            default -> throw new IllegalArgumentException("neither Error nor Exception", thrown);
          }
        });
  }

  private StepFaults instead(dev.millrace.worker.StepHandler handler) {
    return add(new Fault.Handler(handler));
  }

  /** No worker takes the command: the timeouts of the definition decide. */
  public StepFaults leaveCommand() {
    return add(new Fault.NotTaken());
  }

  /** The command comes twice, one right after the other, and the handler runs twice. */
  public StepFaults deliverTwice() {
    return add(new Fault.CommandTwice());
  }

  /**
   * The worker dies when the handler has returned: what it did stays done, its completion is lost,
   * and {@link TestEngine#REDELIVERY} later another worker gets the same command.
   */
  public StepFaults killWorker() {
    return add(new Fault.WorkerDies());
  }

  /** The handler runs and its completion is lost for good: the definition's timeouts decide. */
  public StepFaults loseCompletion() {
    return add(new Fault.CompletionLost());
  }

  /** The completion comes twice, one right after the other. */
  public StepFaults completeTwice() {
    return add(new Fault.CompletionTwice());
  }

  /**
   * The completion comes so much later, as if the handler had taken that long. Meanwhile the worker
   * gives the signs of life that the step asks for. The handler itself has run at the beginning.
   */
  public StepFaults completeLate(Duration by) {
    if (by.isNegative()) {
      throw new IllegalArgumentException("late by %s: must not be negative".formatted(by));
    }
    return add(new Fault.CompletionLate(by));
  }

  private StepFaults add(Fault fault) {
    plan.add(new Rule(step, workflowId, attempt, branch, fault));
    return this;
  }
}
