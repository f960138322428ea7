package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.graph.Adjacency;
import dev.millrace.orchestrator.core.graph.CompiledAction;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.graph.StepMapping;
import dev.millrace.orchestrator.core.state.Clocks;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Whether each step of a workflow can be taken over into another version. One use. */
final class MigrationChecks {
  private final StepMapping mapping;
  private final CompiledDefinition before;
  private final CompiledDefinition after;
  private final WorkflowView state;
  private final List<MigrationPlan.Breach> breaches = new ArrayList<>();

  MigrationChecks(StepMapping mapping, WorkflowView state) {
    this.mapping = mapping;
    this.before = mapping.before();
    this.after = mapping.after();
    this.state = state;
  }

  List<MigrationPlan.Breach> breaches() {
    for (int step = 0; step < before.mainSteps(); step++) {
      StepStatus status = state.stepStatus(step);
      if (status != StepStatus.WAITING && status != StepStatus.SKIPPED) {
        checkBegun(step, status);
      } else if (mapping.later(step) == CompiledDefinition.NO_STEP && hasHadAttempts(step)) {
        add(
            MigrationRule.STEP_FORGOTTEN,
            "step '%s' is %s, has run before and is not in version %d, where its attempts could not be told from later ones; keep it there",
            before.step(step).id(),
            status,
            after.version());
      }
    }
    for (int step = 0; step < after.mainSteps(); step++) {
      int old = mapping.former(step);
      boolean mayStillRun =
          old == CompiledDefinition.NO_STEP
              || state.stepStatus(old) == StepStatus.WAITING
              || state.stepStatus(old) == StepStatus.SKIPPED;
      if (mayStillRun && !mapping.hasSameWay(step)) {
        checkWay(step);
      }
    }
    for (int step = 0; step < ownSteps(after); step++) {
      checkSignal(step);
    }
    for (int step = 0; step < ownSteps(before); step++) {
      checkTaker(step);
    }
    return breaches;
  }

  private void checkBegun(int old, StepStatus status) {
    int step = mapping.later(old);
    String id = before.step(old).id();
    if (step == CompiledDefinition.NO_STEP || after.step(step).group() != CompiledStep.Group.MAIN) {
      add(
          MigrationRule.STEP_REMOVED,
          "step '%s' is %s and is no step of the main part of version %d; keep it there",
          id,
          status,
          after.version());
      return;
    }
    CompiledAction was = before.step(old).action();
    if (was.getClass() != after.step(step).action().getClass()
        || !Objects.equals(forEach(before, old), forEach(after, step))) {
      add(
          MigrationRule.STEP_CHANGED,
          "step '%s' is %s and does something of another kind in version %d; give the new one another id",
          id,
          status,
          after.version());
    } else {
      switch (status) {
        case OPEN, SUSPENDED -> checkUnderWay(old, step, state.attemptsOfRound(old));
        case BACKING_OFF, READY -> checkBetweenAttempts(old, step);
        case SUCCEEDED -> checkSucceeded(old, step);
        case FAILED -> checkFailed(old, step);
        case WAITING, SKIPPED, ABANDONED -> {}
      }
    }
    if (hasForEach(before, old) && status == StepStatus.SUSPENDED) {
      add(
          MigrationRule.BRANCHES,
          "branches of step '%s' are under way, as version %d has it; wait for its end",
          id,
          before.version());
    } else if (hasForEach(before, old) && old != step) {
      add(
          MigrationRule.BRANCHES,
          "step '%s' is %s, runs for each item of a list and is number %d of the definition, and number %d of version %d; leave it at its place",
          id,
          status,
          old + 1,
          step + 1,
          after.version());
    }
    if (!mapping.hasSameWay(step)) {
      add(
          MigrationRule.ORDER,
          "step '%s' is %s, and depends in version %d on other steps, on other conditions or by another rule; leave these as they are",
          id,
          status,
          after.version());
    }
  }

  private void checkUnderWay(int old, int step, int attempts) {
    StepDefinition was = before.source(old);
    StepDefinition is = after.source(step);
    boolean isSame =
        was != null
            && is != null
            && was.timeouts().equals(is.timeouts())
            && (before.step(old).action() instanceof CompiledAction.Work
                ? before.step(old).type().equals(after.step(step).type())
                    && before.step(old).queue().equals(after.step(step).queue())
                : was.action().equals(is.action()));
    if (!isSame) {
      add(
          MigrationRule.STEP_UNDER_WAY,
          "step '%s' is under way and has another action, type, queue or time-out in version %d; wait for its end, or leave these as they are",
          before.step(old).id(),
          after.version());
    }
    checkAttempts(old, step, attempts);
  }

  private void checkBetweenAttempts(int old, int step) {
    boolean hasClocks = !state.clocks(old).equals(Clocks.NONE);
    if (hasClocks && !before.step(old).limits().equals(after.step(step).limits())) {
      add(
          MigrationRule.STEP_UNDER_WAY,
          "step '%s' is %s while its time runs, and has another time-out in version %d; leave these as they are",
          before.step(old).id(),
          state.stepStatus(old),
          after.version());
    }
    checkAttempts(old, step, state.attemptsOfRound(old) + 1);
  }

  private void checkAttempts(int old, int step, int attempts) {
    int most = after.step(step).retry().maxAttempts();
    if (before.step(old).action() instanceof CompiledAction.Work && attempts > most) {
      add(
          MigrationRule.ATTEMPTS,
          "step '%s' is at attempt %d, and version %d allows %d; allow more",
          before.step(old).id(),
          attempts,
          after.version(),
          most);
    }
  }

  private void checkSucceeded(int old, int step) {
    CompiledStep was = before.step(old);
    CompiledStep is = after.step(step);
    if (is.keepsOutput() && !was.keepsOutput()) {
      add(
          MigrationRule.OUTPUT_LOST,
          "step '%s' has succeeded, and its output, which version %d reads, was not kept",
          was.id(),
          after.version());
    }
    boolean couldBeUndone = was.compensation() != CompiledDefinition.NO_STEP;
    boolean canBeUndone = is.compensation() != CompiledDefinition.NO_STEP;
    if (couldBeUndone != canBeUndone) {
      add(
          MigrationRule.COMPENSATION,
          "step '%s' has succeeded and is undone by a compensation in one of versions %d and %d only; give it one in both, or in none",
          was.id(),
          before.version(),
          after.version());
    }
  }

  private void checkFailed(int old, int step) {
    if (!before.step(old).onFailure().equals(after.step(step).onFailure())) {
      add(
          MigrationRule.FAILURE_RULES,
          "step '%s' has failed, and in version %d something else would follow from that; leave its onFailure as it is",
          before.step(old).id(),
          after.version());
    }
  }

  /** What a step waits for is to be worked out from how those before it have ended. */
  private void checkWay(int step) {
    Adjacency dependencies = after.dependencies();
    for (int edge = dependencies.start(step); edge < dependencies.end(step); edge++) {
      int dependency = dependencies.target(edge);
      int old = mapping.former(dependency);
      StepStatus status =
          old == CompiledDefinition.NO_STEP ? StepStatus.WAITING : state.stepStatus(old);
      boolean isOpen =
          (status == StepStatus.SUCCEEDED && mapping.isConditional(dependency, step))
              || (status == StepStatus.FAILED && mayHaveBeenRouted(old));
      if (isOpen) {
        add(
            MigrationRule.EDGE_DECIDED,
            "step '%s' is %s, and whether it leads to step '%s' in version %d cannot be told afterwards; leave what step '%s' depends on as it is",
            before.step(old).id(),
            status,
            after.step(step).id(),
            after.version(),
            after.step(step).id());
      }
    }
  }

  /** A step that would take a signal that is kept must be one that this signal was checked for. */
  private void checkSignal(int step) {
    if (awaitsKeptSignal(after, step)
        && mayTake(mapping.former(step))
        && takers(before).stream().noneMatch(action -> action.equals(action(after, step)))) {
      add(
          MigrationRule.SIGNAL_KEPT,
          "step '%s' of version %d would take a signal that is kept, and asks for other content than the steps that it was sent for; leave its signal as it is",
          after.step(step).id(),
          after.version());
    }
  }

  /** A signal that is kept for a step must find one that takes it. */
  private void checkTaker(int old) {
    if (awaitsKeptSignal(before, old)
        && mayTake(old)
        && takers(after).stream().noneMatch(action -> action.equals(action(before, old)))) {
      add(
          MigrationRule.SIGNAL_KEPT,
          "a signal is kept for step '%s', and no step of version %d takes it; keep one that does",
          before.step(old).id(),
          after.version());
    }
  }

  private boolean awaitsKeptSignal(CompiledDefinition definition, int step) {
    return definition.step(step).action() instanceof CompiledAction.AwaitSignal wait
        && state.keptSignal(wait.signal()) != WorkflowView.NO_SIGNAL;
  }

  private boolean mayTake(int old) {
    return old == CompiledDefinition.NO_STEP || !state.stepStatus(old).isFinal();
  }

  /** What the steps of a definition do that wait, or may come to wait, for a signal. */
  private List<StepAction> takers(CompiledDefinition definition) {
    List<StepAction> takers = new ArrayList<>();
    for (int step = 0; step < ownSteps(definition); step++) {
      int old = definition == before ? step : mapping.former(step);
      if (definition.step(step).action() instanceof CompiledAction.AwaitSignal && mayTake(old)) {
        takers.add(action(definition, step));
      }
    }
    return takers;
  }

  /** How many steps of a definition are no compensations. */
  private static int ownSteps(CompiledDefinition definition) {
    return definition.mainSteps() + definition.finallySteps();
  }

  private static StepAction action(CompiledDefinition definition, int step) {
    return Objects.requireNonNull(definition.source(step)).action();
  }

  private boolean hasHadAttempts(int old) {
    return state.wasReset(old) || state.attemptsOfRound(old) > 0;
  }

  private static boolean hasForEach(CompiledDefinition definition, int step) {
    StepDefinition source = definition.source(step);
    return source != null && source.forEach() != null;
  }

  private boolean mayHaveBeenRouted(int old) {
    return before.step(old).onFailure().stream()
        .anyMatch(rule -> rule.reaction() instanceof FailureRule.Reaction.Route);
  }

  private static @Nullable ForEach forEach(CompiledDefinition definition, int step) {
    StepDefinition source = definition.source(step);
    return source == null ? null : source.forEach();
  }

  @SuppressWarnings("AnnotateFormatMethod") // that annotation is no part of the JDK
  private void add(MigrationRule rule, String message, Object... values) {
    breaches.add(new MigrationPlan.Breach(rule, message.formatted(values)));
  }
}
