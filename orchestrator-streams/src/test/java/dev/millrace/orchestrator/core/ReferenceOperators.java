package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.decide.Refusal;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.input.ControlRequested;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What somebody asks of the workflow of the reference. */
final class ReferenceOperators {
  private static final int MOST_SIGNALS = 100;
  private static final int LARGEST_SIGNAL = 64 * 1024;
  private static final int REMEMBERED = 100;

  private final ReferenceRun run;
  private final Map<String, ReferenceStep> steps;

  /** Ids of controls that were applied. */
  private final List<String> applied = new ArrayList<>();

  private int priority;

  ReferenceOperators(ReferenceRun run, Map<String, ReferenceStep> steps) {
    this.run = run;
    this.steps = steps;
  }

  int priority() {
    return priority;
  }

  void begin(int first) {
    priority = first;
  }

  void request(ControlRequested request) {
    Control control = request.control();
    Refusal refusal = refusal(request);
    if (refusal != null) {
      run.tell("refused " + refusal.code());
      return;
    }
    switch (control) {
      case Control.Cancel cancel -> run.end().begin(WorkflowStatus.CANCELLED, Failure.CANCELLED);
      case Control.Terminate terminate -> {
        run.waits().leaveAll(null);
        run.end().terminate();
      }
      case Control.Pause pause -> pause(true, "paused");
      case Control.Resume resume -> pause(false, "resumed");
      case Control.Signal signal -> run.waits().receive(signal.name(), signal.payload());
      case Control.RetryStep retry -> startAgain(Set.of(known(retry.step())), retry.step());
      case Control.Rerun rerun -> startAgain(begunAfter(known(rerun.step())), rerun.step());
      case Control.ResolveStep resolve -> {
        run.waits().leave(known(resolve.step()));
        run.results().succeeded(known(resolve.step()), resolve.output());
      }
      case Control.SkipStep skip -> {
        run.waits().leave(known(skip.step()));
        run.results().skip(known(skip.step()), "BY_HAND");
      }
      case Control.SetPriority change -> {
        priority = change.priority();
        run.tell("priority " + priority);
      }
      case Control.Migrate migrate -> throw unasked(migrate);
    }
    if (!request.id().isEmpty()) {
      applied.add(request.id());
    }
  }

  private void pause(boolean isPaused, String words) {
    run.pause(isPaused);
    run.tell(words);
  }

  private @Nullable Refusal refusal(ControlRequested request) {
    if (run.end().ended() != null) {
      return Refusal.WORKFLOW_ENDED;
    }
    List<String> remembered =
        applied.subList(Math.max(0, applied.size() - REMEMBERED), applied.size());
    if (remembered.contains(request.id())) {
      return Refusal.DUPLICATE_CONTROL;
    }
    return switch (request.control()) {
      case Control.Cancel cancel -> isEnding() ? Refusal.ALREADY_ENDING : null;
      case Control.Terminate terminate -> null;
      case Control.Pause pause -> run.isPaused() ? Refusal.ALREADY_PAUSED : null;
      case Control.Resume resume -> run.isPaused() ? null : Refusal.NOT_PAUSED;
      case Control.Signal signal -> refusal(signal);
      case Control.RetryStep retry -> refusalToStart(retry.step(), true);
      case Control.Rerun rerun -> refusalToStart(rerun.step(), false);
      case Control.ResolveStep resolve -> {
        Refusal refusal = refusalToEnd(resolve.step());
        Payload output = resolve.output();
        boolean isTooLarge =
            output != null && output.data().length > ReferenceWorkflow.LARGEST_OUTPUT;
        yield refusal == null && isTooLarge ? Refusal.OUTPUT_TOO_LARGE : refusal;
      }
      case Control.SkipStep skip -> refusalToEnd(skip.step());
      case Control.SetPriority change -> null;
      case Control.Migrate migrate -> throw unasked(migrate);
    };
  }

  private static AssertionError unasked(Control.Migrate migrate) {
    return new AssertionError("another test migrates random workflows: " + migrate);
  }

  private boolean isEnding() {
    return run.end().outcome() != null;
  }

  private @Nullable Refusal refusal(Control.Signal signal) {
    List<ReferenceStep> all =
        steps.values().stream().filter(step -> ReferenceWaits.isFor(step, signal.name())).toList();
    List<ReferenceStep> takers = all.stream().filter(step -> !step.status.isFinal()).toList();
    Payload payload = signal.payload();
    if (takers.isEmpty()) {
      return all.isEmpty() ? Refusal.UNKNOWN_SIGNAL : Refusal.SIGNAL_NOT_AWAITED;
    }
    if (payload != null && payload.data().length > LARGEST_SIGNAL) {
      return Refusal.SIGNAL_TOO_LARGE;
    }
    boolean isEmpty = payload == null || payload.data().length == 0;
    if (isEmpty && takers.stream().anyMatch(ReferenceOperators::wantsContent)) {
      return Refusal.INVALID_SIGNAL;
    }
    boolean isAwaited = takers.stream().anyMatch(step -> step.status == StepStatus.SUSPENDED);
    return isAwaited || run.waits().kept().size() < MOST_SIGNALS ? null : Refusal.TOO_MANY_SIGNALS;
  }

  private static boolean wantsContent(ReferenceStep step) {
    return step.definition.action() instanceof StepAction.AwaitSignal wait && wait.schema() != null;
  }

  private @Nullable Refusal refusalToStart(String id, boolean mustHaveFailed) {
    ReferenceStep step = steps.get(id);
    if (isEnding()) {
      return Refusal.ALREADY_ENDING;
    }
    if (step == null) {
      return Refusal.UNKNOWN_STEP;
    }
    if (mustHaveFailed) {
      return step.status == StepStatus.FAILED ? null : Refusal.STEP_NOT_FAILED;
    }
    return switch (step.status) {
      case WAITING, READY -> Refusal.STEP_NOT_BEGUN;
      case OPEN, BACKING_OFF, SUSPENDED -> Refusal.STEP_RUNNING;
      case SUCCEEDED, FAILED, SKIPPED, ABANDONED -> null;
    };
  }

  private @Nullable Refusal refusalToEnd(String id) {
    ReferenceStep step = steps.get(id);
    if (step == null) {
      return Refusal.UNKNOWN_STEP;
    }
    if (step.status.isFinal()) {
      return Refusal.STEP_DONE;
    }
    boolean hasBegun =
        switch (step.part) {
          case MAIN -> true;
          case FINALLY -> isEnding() && !run.end().isUndoing();
          case COMPENSATION -> step.status != StepStatus.WAITING;
        };
    return hasBegun ? null : Refusal.STEP_NOT_BEGUN;
  }

  /** Has steps wait again, and runs the first of them whatever it depends on. */
  private void startAgain(Set<ReferenceStep> again, String first) {
    again.forEach(run.waits()::leave);
    Set<String> ids = new TreeSet<>();
    for (ReferenceStep step : again) {
      ids.add(step.id());
      run.end().toUndo().remove(step.id());
      step.reset();
    }
    run.tell(Told.reset(ids));
    run.start(known(first));
  }

  /** A step, and all that comes after it and has got further than to wait. */
  private Set<ReferenceStep> begunAfter(ReferenceStep first) {
    Set<String> after = new LinkedHashSet<>(Set.of(first.id()));
    boolean grows = true;
    while (grows) {
      grows = false;
      for (ReferenceStep step : steps.values()) {
        boolean follows =
            step.routedFrom.stream().anyMatch(after::contains)
                || step.definition.dependencyIds().stream().anyMatch(after::contains);
        grows |= follows && after.add(step.id());
      }
    }
    Set<ReferenceStep> begun = new LinkedHashSet<>();
    for (String id : after) {
      if (known(id).status != StepStatus.WAITING) {
        begun.add(known(id));
      }
    }
    return begun;
  }

  private ReferenceStep known(String id) {
    ReferenceStep step = steps.get(id);
    if (step == null) {
      throw new AssertionError("no step " + id);
    }
    return step;
  }
}
