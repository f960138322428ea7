package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.input.ControlRequested;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What people and other systems ask of a random workflow, some of it sense and much of it not. */
final class RandomControls {
  private static final int TOO_LARGE_SIGNAL = 64 * 1024 + 1;
  private static final int TOO_LARGE_OUTPUT = 1024 * 1024 + 1;
  private static final int MORE_THAN_ARE_KEPT = 103;

  private final Random random;
  private final SimulatedWorkflow workflow;

  /** Ids that were used already. */
  private final List<String> ids = new ArrayList<>();

  RandomControls(Random random, SimulatedWorkflow workflow) {
    this.random = random;
    this.workflow = workflow;
  }

  boolean hasSignals() {
    return !workflow.definition().signals().isEmpty();
  }

  /** Any control; a signal half the time where there are any. */
  ControlRequested next() {
    return identified(hasSignals() && random.nextBoolean() ? signal() : control());
  }

  /** Signals of one name, more than are kept, so that the oldest ids are forgotten, too. */
  List<ControlRequested> burst() {
    String name = signalName();
    List<ControlRequested> all = new ArrayList<>();
    for (int i = 0; i < MORE_THAN_ARE_KEPT; i++) {
      all.add(new ControlRequested("burst-" + i, new Control.Signal(name, content(20))));
    }
    all.add(new ControlRequested("burst-0", new Control.SetPriority(1)));
    all.add(new ControlRequested("burst-50", new Control.SetPriority(2)));
    return all;
  }

  /** What lets a workflow go on that waits for somebody; null when it waits for nobody. */
  @Nullable ControlRequested toGoOn() {
    if (workflow.reference().isPaused()) {
      return new ControlRequested(new Control.Resume());
    }
    for (ReferenceStep step : workflow.reference().steps()) {
      if (step.status == StepStatus.SUSPENDED
          && step.definition.action() instanceof StepAction.AwaitSignal wait) {
        return new ControlRequested(new Control.Signal(wait.signal(), content(20)));
      }
    }
    return null;
  }

  /** A control of which nobody knows whether it came before. */
  private ControlRequested identified(Control control) {
    if (random.nextBoolean()) {
      return new ControlRequested(control);
    }
    if (!ids.isEmpty() && random.nextInt(5) == 0) {
      return new ControlRequested(ids.get(random.nextInt(ids.size())), control);
    }
    ids.add("control-" + ids.size());
    return new ControlRequested(ids.getLast(), control);
  }

  /** To try a step again, one that has failed where there is one. */
  Control retry() {
    return new Control.RetryStep(step(EnumSet.of(StepStatus.FAILED)));
  }

  Control control() {
    return switch (random.nextInt(33)) {
      case 0 -> random.nextBoolean() ? new Control.Terminate("now") : new Control.Cancel("enough");
      case 32 -> new Control.Cancel("let go", parent());
      case 1, 2, 3, 4 -> new Control.Pause();
      case 5, 6, 7, 8, 9 -> new Control.Resume();
      case 10, 11, 12, 13, 14 -> retry();
      case 15, 16, 17, 18, 19 -> new Control.ResolveStep(step(underWay()), output());
      case 20, 21, 22, 23 -> new Control.SkipStep(step(underWay()));
      case 24, 25, 26, 27, 28, 29 -> new Control.Rerun(step(done()));
      default -> new Control.SetPriority(random.nextInt(10));
    };
  }

  /** The parent of the workflow, where it has one, or mostly another. */
  private Parent parent() {
    Parent parent = workflow.reference().parent();
    Parent another = new Parent("above", "step", 1 + random.nextInt(3), 1);
    return parent == null || random.nextInt(3) > 0 ? another : parent;
  }

  Control.Signal signal() {
    Payload payload =
        switch (random.nextInt(30)) {
          case 0, 1, 2 -> null;
          case 3 -> new Payload("", new byte[0]);
          case 4 -> new Payload("", new byte[TOO_LARGE_SIGNAL]);
          case 5, 6, 7 -> content(PackedWorkflow.OUTPUT_BYTES + 8);
          default -> content(60);
        };
    return new Control.Signal(signalName(), payload);
  }

  private String signalName() {
    List<String> names = workflow.definition().signals().stream().sorted().toList();
    return names.isEmpty() || random.nextInt(20) == 0
        ? "no-such-signal"
        : names.get(random.nextInt(names.size()));
  }

  private static Set<StepStatus> underWay() {
    return EnumSet.of(
        StepStatus.OPEN, StepStatus.BACKING_OFF, StepStatus.SUSPENDED, StepStatus.READY);
  }

  private static Set<StepStatus> done() {
    return EnumSet.of(StepStatus.SUCCEEDED, StepStatus.FAILED, StepStatus.SKIPPED);
  }

  /** A step that a control may be meant for, or any other, or none at all. */
  private String step(Set<StepStatus> wanted) {
    if (random.nextInt(20) == 0) {
      return "no-such-step";
    }
    List<ReferenceStep> steps = workflow.reference().steps();
    if (random.nextInt(4) > 0) {
      List<ReferenceStep> meant = new ArrayList<>(steps);
      meant.removeIf(step -> !wanted.contains(step.status));
      steps = meant.isEmpty() ? steps : meant;
    }
    return steps.get(random.nextInt(steps.size())).id();
  }

  private @Nullable Payload output() {
    return switch (random.nextInt(50)) {
      case 0 -> new Payload("", new byte[TOO_LARGE_OUTPUT]);
      case 1, 2, 3, 4, 5 -> content(PackedWorkflow.OUTPUT_BYTES + 8);
      case 6, 7, 8, 9, 10, 11, 12 -> null;
      default -> content(60);
    };
  }

  /** Not empty. */
  private Payload content(int mostBytes) {
    byte[] data = new byte[1 + random.nextInt(mostBytes)];
    random.nextBytes(data);
    return new Payload("", data);
  }
}
