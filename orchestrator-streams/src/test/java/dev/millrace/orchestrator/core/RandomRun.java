package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.effect.Effect;
import dev.millrace.orchestrator.core.effect.StartWorkflow;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.input.AttemptRunning;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.input.ControlRequested;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.input.StepReleased;
import dev.millrace.orchestrator.core.input.TimerFired;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One random workflow id in a hostile world: workers and children that fail, hang or answer twice,
 * a network that reorders, timers at any time, a clock that jumps, engines that crash, people who
 * meddle. All of it follows from one seed. What else may happen belongs into the kinds below.
 */
final class RandomRun {
  private static final Payload HALF_WAY = new Payload("", new byte[] {5, 0});
  private static final int MOST_CONTROLS = 30;

  private final Random random;
  private final SharedResults results = new SharedResults();
  private final SimulatedWorkflow workflow;
  private final RandomStarts starts;
  private final RandomControls controls;
  private final RandomPayloads payloads;
  private final double failureShare;

  /** How often steps have to wait for their queues. */
  private final double gateShutShare;

  /** Reports on their way, in no order. */
  private final List<AttemptReported> pending = new ArrayList<>();

  /** Reports that arrived already or that were given up: they may still come, late or again. */
  private final List<AttemptReported> stale = new ArrayList<>();

  private final List<Kind> kinds;
  private int asked;
  private long nowMs = FakeExpressions.SOME_TIME_MS;

  RandomRun(long seed) {
    random = new Random(seed);
    WorkflowDefinition definition = new RandomDefinitions(random).next();
    workflow = new SimulatedWorkflow(definition, results);
    starts = new RandomStarts(random, workflow, definition, this::apply);
    payloads = new RandomPayloads(random);
    controls = new RandomControls(random, workflow);
    failureShare = random.nextInt(3) * random.nextDouble() * 0.1;
    gateShutShare = random.nextBoolean() ? 0 : random.nextDouble();
    boolean mayBeCancelled = random.nextInt(8) == 0;
    int askedFor = random.nextBoolean() ? 0 : random.nextInt(500);
    kinds =
        List.of(
            new Kind(700, this::deliver),
            new Kind(70, this::repeatAReport),
            new Kind(70, () -> passTime(false)),
            new Kind(30, () -> apply(new TimerFired())),
            new Kind(30, () -> apply(new AttemptReported("no-such-step", 1, null, null))),
            new Kind(30, () -> starts.come(nowMs)),
            new Kind(50, this::anotherKeepsAResult),
            new Kind(100, this::giveASign),
            new Kind(gateShutShare > 0 ? 300 : 10, this::release),
            new Kind(askedFor, this::ask),
            new Kind(
                askedFor > 0 && controls.hasSignals() && random.nextInt(30) == 0 ? 30 : 0,
                () -> controls.burst().forEach(this::apply)),
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

  /** How many events of each kind there were, and refusals of each code. */
  Map<String, Long> events() {
    Map<String, Long> events = new HashMap<>(workflow.kinds());
    events.put("result expired", results.expired());
    return events;
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
    starts.begin(nowMs);
    for (int i = random.nextInt(30); i > 0 && !workflow.status().hasEnded(); i--) {
      goOn();
    }
    long armedMs = workflow.armedTimerMs();
    long atMs = armedMs == WorkflowView.NO_DEADLINE ? nowMs : Math.max(nowMs, armedMs);
    List<Input> inputs =
        new ArrayList<>(
            List.of(
                new TimerFired(),
                new ControlRequested(new Control.Cancel("enough")),
                new ControlRequested(new Control.Terminate("now")),
                new ControlRequested("race-1", new Control.Pause()),
                new ControlRequested(new Control.Resume()),
                controls.next(),
                new ControlRequested(controls.control()),
                new ControlRequested(controls.retry()),
                new ControlRequested("race-1", controls.control()),
                new ControlRequested("race-2", controls.signal())));
    inputs.add(new ControlRequested("race-2", controls.signal()));
    List<AttemptReported> late = stale.isEmpty() ? pending : stale;
    for (List<AttemptReported> some : List.of(pending, pending, late)) {
      if (!some.isEmpty()) {
        AttemptReported one = some.get(random.nextInt(some.size()));
        inputs.add(one);
        inputs.add(new AttemptReported(one.stepId(), one.attempt(), null, failure()));
        inputs.add(sign(one));
      }
    }
    Collections.shuffle(inputs, random);
    return new Race(workflow, inputs.subList(0, Math.min(inputs.size(), 4)), atMs);
  }

  /** Runs until the last workflow of the id has ended, and a little longer. */
  List<WorkflowStatus> toTheEnd() {
    for (int i = random.nextInt(3); i > 0; i--) {
      apply(beforeStart());
    }
    starts.begin(nowMs);
    do {
      goOnToTheEnd();
      for (int i = random.nextInt(5); i > 0; i--) {
        act();
      }
      for (int i = random.nextInt(4); i > 0 && starts.areToCome(); i--) {
        starts.come(nowMs);
      }
    } while (!workflow.status().hasEnded());
    workflow.foldAll();
    return workflow.ends();
  }

  private void goOnToTheEnd() {
    int most = 1_000 + 50 * workflow.definition().stepCount();
    int ends = workflow.ends().size();
    for (int i = 0; !workflow.status().hasEnded(); i++) {
      if (workflow.ends().size() > ends) {
        goOnToTheEnd(); // of the one that has followed
        return;
      }
      if (i == most) {
        throw new AssertionError("still running after %d inputs".formatted(most));
      }
      goOn();
    }
  }

  private void goOn() {
    if (pending.isEmpty() && random.nextInt(4) > 0) {
      if (workflow.waiting().isEmpty() || random.nextInt(4) == 0) {
        passTime(true);
      } else {
        release();
      }
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
    boolean isPaused = workflow.reference().isPaused();
    boolean isHandy = armedMs == WorkflowView.NO_DEADLINE || (isPaused && random.nextInt(3) == 0);
    if (mustComeToPass && isHandy) {
      goOnByHand();
      return;
    }
    if (armedMs == WorkflowView.NO_DEADLINE || workflow.status().hasEnded()) {
      return;
    }
    int early = mustComeToPass ? 0 : random.nextInt(3) - 1;
    nowMs = Math.max(nowMs, armedMs + early + (random.nextBoolean() ? random.nextInt(10_000) : 0));
    apply(new TimerFired());
  }

  /** Does what the workflow waits for, where nothing comes by itself. */
  private void goOnByHand() {
    ControlRequested control = controls.toGoOn();
    if (control != null) {
      apply(control);
      return;
    }
    for (AttemptReported report : stale) {
      int step = workflow.definition().indexOf(report.stepId());
      if (step != CompiledDefinition.NO_STEP
          && workflow.reference().steps().get(step).awaits(report.attempt())) {
        apply(report);
        return;
      }
    }
    if (!workflow.waiting().isEmpty()) {
      release();
      return;
    }
    throw new AssertionError("stuck: nothing is on its way and no timer is armed");
  }

  /** It is the turn of a step that waits for its queue, or of one that does so no more. */
  private void release() {
    List<Integer> waiting = workflow.waiting();
    boolean isKnown = workflow.status() != WorkflowStatus.ABSENT;
    if (!waiting.isEmpty()) {
      apply(new StepReleased(waiting.get(random.nextInt(waiting.size()))));
    } else if (isKnown) {
      apply(new StepReleased(random.nextInt(workflow.definition().stepCount())));
    }
  }

  private void ask() {
    if (asked < MOST_CONTROLS) {
      asked++;
      apply(controls.next());
    }
  }

  /** A worker says that it is at work, or was, or never will be. */
  private void giveASign() {
    List<AttemptReported> some = random.nextInt(3) > 0 ? pending : stale;
    if (!some.isEmpty()) {
      apply(sign(some.get(random.nextInt(some.size()))));
    }
  }

  private AttemptRunning sign(AttemptReported of) {
    Payload progress =
        switch (random.nextInt(100)) {
          case 0 -> RandomPayloads.TOO_LARGE;
          case 1, 2, 3, 4, 5, 6, 7, 8, 9 -> payloads.about(PackedWorkflow.OUTPUT_BYTES - 4);
          default -> random.nextInt(3) == 0 ? payloads.about(0) : HALF_WAY;
        };
    int attempt = of.attempt() + (random.nextInt(30) == 0 ? 1 : 0);
    return new AttemptRunning(
        of.stepId(), AttemptReported.NO_BRANCH, attempt, random.nextBoolean() ? null : progress);
  }

  private void apply(Input input) {
    nowMs += random.nextInt(100) == 0 ? -random.nextInt(1_000) : random.nextInt(50);
    boolean isGateShut = random.nextDouble() < gateShutShare;
    for (Effect effect : workflow.apply(input, nowMs, isGateShut)) {
      if (effect instanceof DispatchStep command) {
        work(command);
      } else if (effect instanceof StartWorkflow start && start.parent() != null) {
        work(start.parent());
      }
    }
    if (random.nextInt(4) == 0) {
      int crashes = Math.min(workflow.inputs(), 1 + random.nextInt(8));
      workflow.replayFrom(workflow.inputs() - crashes);
    }
    starts.afterChange();
  }

  /** Another workflow of the partition keeps a result that this one could take. */
  private void anotherKeepsAResult() {
    List<String> names = results.names();
    if (!names.isEmpty()) {
      String name = names.get(random.nextInt(names.size()));
      results.keepOfAnother(name, payloads.kept(), nowMs + random.nextInt(200_000));
    }
  }

  private Input beforeStart() {
    return switch (random.nextInt(3)) {
      case 0 -> new TimerFired();
      case 1 -> new ControlRequested(new Control.Cancel("too soon"));
      default -> new AttemptReported(workflow.definition().step(0).id(), 1, null, null);
    };
  }

  private void work(DispatchStep command) {
    CompiledStep step = workflow.definition().step(command.step());
    boolean mayHang = step.timeoutMs() > 0 || step.limits().needClocks();
    send(report(step.id(), command.attempt()), mayHang);
  }

  /** Another workflow comes to its end some time, or never. */
  private void work(Parent waiting) {
    CompiledStep step = workflow.definition().step(workflow.definition().indexOf(waiting.step()));
    send(report(waiting.step(), waiting.attempt()), step.timeoutMs() > 0);
  }

  private AttemptReported report(String step, int attempt) {
    return random.nextDouble() < failureShare
        ? new AttemptReported(step, attempt, null, failure())
        : new AttemptReported(step, attempt, payloads.output(), null);
  }

  private void send(AttemptReported report, boolean mayHang) {
    (mayHang && random.nextInt(10) == 0 ? stale : pending).add(report);
  }

  private Failure failure() {
    return switch (random.nextInt(8)) {
      case 0 -> new Failure(RandomDefinitions.NON_RETRYABLE, "no use", true);
      case 1 -> new Failure("broken", "for good", false);
      default -> new Failure("flaky", "try again", true);
    };
  }
}
