package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.event.StepFailed.Consequence;
import dev.millrace.orchestrator.core.state.StepStatus;
import java.util.Map;

/** Whether steps may start, by how all the others are. */
final class ReferenceJoins {
  /** What becomes of a step that waits. */
  enum Verdict {
    WAITS,
    MAY_START,
    NEVER_STARTS
  }

  private final Map<String, ReferenceStep> steps;

  ReferenceJoins(Map<String, ReferenceStep> steps) {
    this.steps = steps;
  }

  Verdict verdict(ReferenceStep step) {
    int all = step.definition.dependsOn().size() + step.routedFrom.size();
    int done = 0;
    int satisfied = 0;
    int failed = 0;
    for (Dependency dependency : step.definition.dependsOn()) {
      ReferenceStep other = step(dependency.step());
      done += other.status.isFinal() ? 1 : 0;
      satisfied += isSatisfied(other, step, dependency) ? 1 : 0;
      failed += other.status == StepStatus.FAILED ? 1 : 0;
    }
    for (String from : step.routedFrom) {
      ReferenceStep other = step(from);
      done += other.status.isFinal() ? 1 : 0;
      satisfied += other.status == StepStatus.FAILED && step.id().equals(other.routedTo) ? 1 : 0;
    }
    int unsatisfied = done - satisfied;
    if (all == 0) {
      return Verdict.MAY_START;
    }
    return switch (step.join().kind()) {
      case ALL -> verdict(satisfied == all, unsatisfied > 0);
      case ANY -> verdict(satisfied > 0, unsatisfied == all);
      case AT_LEAST ->
          verdict(satisfied >= step.join().atLeast(), all - unsatisfied < step.join().atLeast());
      case ALL_DONE -> verdict(done == all, false);
      case NONE_FAILED -> verdict(done == all && failed == 0, failed > 0);
    };
  }

  private static Verdict verdict(boolean mayStart, boolean neverStarts) {
    if (mayStart) {
      return Verdict.MAY_START;
    }
    return neverStarts ? Verdict.NEVER_STARTS : Verdict.WAITS;
  }

  private static boolean isSatisfied(ReferenceStep from, ReferenceStep to, Dependency dependency) {
    boolean isConditional = dependency.when() != null || dependency.chosen() != null;
    return switch (from.status) {
      case SUCCEEDED -> !from.notTaken.contains(to.id());
      case FAILED -> from.consequence == Consequence.CONTINUE && !isConditional;
      case WAITING, OPEN, BACKING_OFF, READY, SUSPENDED, SKIPPED, ABANDONED -> false;
    };
  }

  private ReferenceStep step(String id) {
    ReferenceStep step = steps.get(id);
    if (step == null) {
      throw new AssertionError("no step " + id);
    }
    return step;
  }
}
