package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.input.ControlRequested;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.input.StartRequested;
import dev.millrace.orchestrator.core.input.TimerFired;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One random workflow in a hostile world: workers that fail, hang or answer twice, a network that
 * reorders, timers at any time, a clock that jumps, engines that crash. All of it follows from one
 * seed.
 */
final class RandomRun {
  private static final Payload TOO_LARGE = new Payload("", new byte[1024 * 1024 + 1]);

  private final Random random;
  private final SimulatedWorkflow workflow;
  private final double failureShare;

  /** Reports on their way, in no order. */
  private final List<AttemptReported> pending = new ArrayList<>();

  /** Reports that arrived already or that were given up: they may still come, late or again. */
  private final List<AttemptReported> stale = new ArrayList<>();

  private final List<Kind> kinds;
  private long nowMs = FakeExpressions.SOME_TIME_MS;

  RandomRun(long seed) {
    random = new Random(seed);
    workflow = new SimulatedWorkflow(new RandomDefinitions(random).next());
    failureShare = random.nextInt(3) * random.nextDouble() * 0.1;
    boolean mayBeCancelled = random.nextInt(8) == 0;
    kinds =
        List.of(
            new Kind(700, this::deliver),
            new Kind(70, this::repeatAReport),
            new Kind(70, () -> passTime(false)),
            new Kind(30, () -> apply(new TimerFired())),
            new Kind(30, () -> apply(new AttemptReported("no-such-step", 1, null, null))),
            new Kind(20, () -> apply(start())),
            new Kind(
                mayBeCancelled ? 60 : 0,
                () -> apply(new ControlRequested(new Control.Cancel("enough")))));
  }

  /**
   * Something that may happen at any time.
   *
   * @param weight how often, compared with the others
   */
  private record Kind(int weight, Runnable action) {}

  /** How many events of each kind there were. */
  Map<Class<? extends Event>, Long> events() {
    return workflow.kinds();
  }

  int inputs() {
    return workflow.inputs();
  }

  /**
   * Runs for some inputs, at most to the end.
   *
   * @return what may then happen at one moment
   */
  Race toARace() {
    apply(start());
    for (int i = random.nextInt(30); i > 0 && !workflow.status().hasEnded(); i--) {
      goOn();
    }
    long armedMs = workflow.armedTimerMs();
    long atMs = armedMs == WorkflowView.NO_DEADLINE ? nowMs : Math.max(nowMs, armedMs);
    List<Input> inputs =
        new ArrayList<>(
            List.of(new TimerFired(), new ControlRequested(new Control.Cancel("enough"))));
    if (!pending.isEmpty()) {
      AttemptReported one = pending.get(random.nextInt(pending.size()));
      inputs.add(one);
      inputs.add(new AttemptReported(one.stepId(), one.attempt(), null, failure()));
      inputs.add(pending.get(random.nextInt(pending.size())));
    }
    if (!stale.isEmpty()) {
      inputs.add(stale.get(random.nextInt(stale.size())));
    }
    Collections.shuffle(inputs, random);
    return new Race(workflow, inputs.subList(0, Math.min(inputs.size(), 4)), atMs);
  }

  /** Runs until the workflow has ended, and a little longer. */
  WorkflowStatus toTheEnd() {
    for (int i = random.nextInt(3); i > 0; i--) {
      apply(beforeStart());
    }
    apply(start());
    int most = 1_000 + 50 * workflow.definition().stepCount();
    for (int i = 0; !workflow.status().hasEnded(); i++) {
      if (i == most) {
        throw new AssertionError("still running after %d inputs".formatted(most));
      }
      goOn();
    }
    for (int i = random.nextInt(5); i > 0; i--) {
      act();
    }
    workflow.foldAll();
    return workflow.status();
  }

  private void goOn() {
    if (pending.isEmpty() && random.nextInt(4) > 0) {
      passTime(true);
    } else {
      act();
    }
  }

  private void act() {
    int left = random.nextInt(kinds.stream().mapToInt(Kind::weight).sum());
    for (Kind kind : kinds) {
      left -= kind.weight();
      if (left < 0) {
        kind.action().run();
        return;
      }
    }
  }

  private void deliver() {
    if (pending.isEmpty()) {
      return;
    }
    AttemptReported report = pending.get(random.nextInt(pending.size()));
    if (random.nextInt(10) > 0) {
      pending.remove(report);
      stale.add(report);
    }
    apply(report);
  }

  private void repeatAReport() {
    if (!stale.isEmpty()) {
      apply(stale.get(random.nextInt(stale.size())));
    }
  }

  /** Lets time pass to the timer that is armed, or just not to it, or beyond it, and fires. */
  private void passTime(boolean mustComeToPass) {
    long armedMs = workflow.armedTimerMs();
    if (armedMs == WorkflowView.NO_DEADLINE) {
      if (mustComeToPass) {
        throw new AssertionError("stuck: nothing is on its way and no timer is armed");
      }
      return;
    }
    int early = mustComeToPass ? 0 : random.nextInt(3) - 1;
    nowMs = Math.max(nowMs, armedMs + early + (random.nextBoolean() ? random.nextInt(10_000) : 0));
    apply(new TimerFired());
  }

  private void apply(Input input) {
    nowMs += random.nextInt(100) == 0 ? -random.nextInt(1_000) : random.nextInt(50);
    workflow.apply(input, nowMs).forEach(this::work);
    if (random.nextInt(4) == 0) {
      int crashes = Math.min(workflow.inputs(), 1 + random.nextInt(8));
      workflow.replayFrom(workflow.inputs() - crashes);
    }
  }

  private Input beforeStart() {
    return switch (random.nextInt(3)) {
      case 0 -> new TimerFired();
      case 1 -> new ControlRequested(new Control.Cancel("too soon"));
      default -> new AttemptReported(workflow.definition().step(0).id(), 1, null, null);
    };
  }

  private StartRequested start() {
    long deadlineMs = random.nextInt(8) == 0 ? nowMs + random.nextInt(600_000) : 0;
    int inputBytes = random.nextInt(4) == 0 ? PackedWorkflow.INPUT_BYTES - 4 : 0;
    return new StartRequested(
        payload(inputBytes), "tenant-" + random.nextInt(3), random.nextInt(10), deadlineMs, null);
  }

  private void work(DispatchStep command) {
    CompiledStep step = workflow.definition().step(command.step());
    AttemptReported report =
        random.nextDouble() < failureShare
            ? new AttemptReported(step.id(), command.attempt(), null, failure())
            : new AttemptReported(step.id(), command.attempt(), output(), null);
    boolean hangs = step.timeoutMs() > 0 && random.nextInt(10) == 0;
    (hangs ? stale : pending).add(report);
  }

  private Failure failure() {
    return switch (random.nextInt(8)) {
      case 0 -> new Failure(RandomDefinitions.NON_RETRYABLE, "no use", true);
      case 1 -> new Failure("broken", "for good", false);
      default -> new Failure("flaky", "try again", true);
    };
  }

  private @Nullable Payload output() {
    if (random.nextInt(2_000) == 0) {
      return TOO_LARGE;
    }
    return payload(random.nextInt(4) == 0 ? PackedWorkflow.OUTPUT_BYTES - 4 : 0);
  }

  /** None, a small one, or one of about a size. */
  private @Nullable Payload payload(int aboutBytes) {
    if (random.nextInt(8) == 0) {
      return null;
    }
    byte[] data = new byte[aboutBytes + random.nextInt(aboutBytes == 0 ? 60 : 8)];
    random.nextBytes(data);
    return new Payload(random.nextInt(4) == 0 ? "x" : "", data);
  }
}
