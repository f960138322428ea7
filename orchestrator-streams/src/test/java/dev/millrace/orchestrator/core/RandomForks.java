package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.FailureRule.Reaction;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.Timeouts;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.input.AttemptRunning;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.input.ControlRequested;
import dev.millrace.orchestrator.core.input.StartRequested;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.ItemResult;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One random workflow with steps that run for each item of a list, in a hostile world: workers that
 * fail some items or all, hang, answer twice or too late, crashes between a chunk and its workflow,
 * timers, people who meddle. All of it follows from one seed.
 */
final class RandomForks {
  private static final int MOST_CONTROLS = 20;
  private static final Payload TOO_LARGE = new Payload("", new byte[1024 * 1024 + 1]);

  private final Random random;
  private final CheckedForks forks;
  private final WindowGate gate;
  private final double failureShare;
  private final boolean isMeddledWith;
  private final List<AttemptReported> pending = new ArrayList<>();
  private final List<AttemptReported> stale = new ArrayList<>();
  private int asked;
  private int inputs;
  private long nowMs = FakeExpressions.SOME_TIME_MS;

  RandomForks(long seed) {
    random = new Random(seed);
    failureShare = random.nextInt(3) * random.nextDouble() * 0.2;
    isMeddledWith = random.nextBoolean();
    int window = random.nextInt(3) > 0 ? Integer.MAX_VALUE : 1 + random.nextInt(12);
    gate = new WindowGate(window);
    forks = new CheckedForks(definition(), input(), gate);
  }

  int inputs() {
    return inputs;
  }

  /** How often each thing happened. */
  Map<String, Long> counts() {
    return forks.counts();
  }

  /** Runs until the workflow has ended, and a little longer. */
  WorkflowStatus toTheEnd() {
    forks.apply(new StartRequested(forks.input(), "acme", 5, 0, null), nowMs);
    work();
    while (!forks.status().hasEnded()) {
      next();
      if (inputs > 200_000) {
        throw new AssertionError("still running after %d inputs".formatted(inputs));
      }
    }
    for (AttemptReported report : List.copyOf(pending)) {
      forks.deliver(report, nowMs, false);
    }
    return forks.status();
  }

  private void next() {
    inputs++;
    nowMs += random.nextInt(20);
    int kind = random.nextInt(100);
    if (release(random.nextInt(10) == 0)) {
      work();
      return;
    }
    if (pending.isEmpty() && random.nextInt(4) > 0) {
      goOn();
    } else if (kind < 74) {
      deliver();
    } else if (kind < 82) {
      if (!stale.isEmpty()) {
        forks.deliver(stale.get(random.nextInt(stale.size())), nowMs, isTorn());
      }
    } else if (kind < 87) {
      giveASign();
    } else if (kind < 90) {
      passTime();
    } else if (kind < 95 && isMeddledWith && asked < MOST_CONTROLS) {
      asked++;
      forks.apply(new ControlRequested(control()), nowMs);
    } else {
      forks.sayAgain(nowMs);
    }
    work();
  }

  /** Has some of those that wait for their queue go on, as long as there is room, or anyway. */
  private boolean release(boolean anyway) {
    if (gate.held() == 0
        || random.nextInt(4) == 0
        || (gate.hindrance("", "", 0) != null && !anyway)) {
      return false;
    }
    List<ForkedWorkflow.Waiting> waiting = forks.waiting();
    forks.release(waiting.get(random.nextInt(waiting.size())), nowMs);
    return true;
  }

  private boolean isTorn() {
    return random.nextInt(20) == 0;
  }

  /** Lets happen what must, where nothing is on its way. */
  private void goOn() {
    if (forks.sayAgain(nowMs)) {
      return;
    }
    if (forks.isPaused() && (forks.armedMs() == 0 || random.nextInt(3) == 0)) {
      forks.apply(new ControlRequested(new Control.Resume()), nowMs);
      return;
    }
    if (forks.armedMs() != 0) {
      passTime();
      return;
    }
    for (AttemptReported report : stale) {
      if (forks.awaits(report)) {
        forks.deliver(report, nowMs, false);
        return;
      }
    }
    if (gate.held() > 0) {
      forks.release(forks.waiting().getFirst(), nowMs);
      return;
    }
    throw new AssertionError("stuck: nothing is on its way and no timer is armed");
  }

  private void passTime() {
    if (forks.armedMs() != 0) {
      int early = random.nextInt(8) == 0 ? -1 : 0;
      int late = random.nextBoolean() ? random.nextInt(10_000) : 0;
      nowMs = Math.max(nowMs, forks.armedMs() + early + late);
      forks.fire(nowMs);
    }
  }

  private void deliver() {
    if (pending.isEmpty()) {
      return;
    }
    int at = random.nextInt(pending.size());
    AttemptReported report = pending.get(at);
    if (random.nextInt(20) > 0) {
      pending.set(at, pending.getLast());
      pending.removeLast();
      stale.add(report);
    }
    forks.deliver(report, nowMs, isTorn());
  }

  private void giveASign() {
    List<AttemptReported> some = random.nextBoolean() ? pending : stale;
    if (!some.isEmpty()) {
      AttemptReported of = some.get(random.nextInt(some.size()));
      forks.hear(
          new AttemptRunning(
              of.stepId(), of.branch(), of.attempt(), random.nextBoolean() ? null : payload(8)),
          nowMs);
    }
  }

  /** Has workers answer to all that was sent. */
  private void work() {
    for (ForkedWorkflow.Sent sent : forks.takeSent()) {
      StepDefinition step = forks.step(sent.step());
      boolean mayHang = step != null && !step.timeouts().equals(Timeouts.NONE);
      AttemptReported report = report(sent, forks.id(sent.step()));
      (mayHang && random.nextInt(6) == 0 ? stale : pending).add(report);
    }
  }

  private AttemptReported report(ForkedWorkflow.Sent sent, String id) {
    int branch = sent.branch();
    ForEach forEach = branch < 0 ? null : forks.forEach(sent.step());
    boolean isBatch = forEach != null && forEach.batchSize() > 1;
    boolean fails = random.nextDouble() < failureShare;
    if (fails && (!isBatch || random.nextInt(4) == 0)) {
      return new AttemptReported(id, branch, sent.attempt(), null, List.of(), failure());
    }
    List<ItemResult> results = new ArrayList<>();
    for (int i = 0; isBatch && i < sent.items().size(); i++) {
      results.add(
          random.nextDouble() < failureShare
              ? new ItemResult(null, failure())
              : new ItemResult(output(), null));
    }
    if (branch >= 0 && random.nextInt(500) == 0) {
      results.add(new ItemResult(null, null));
    }
    return new AttemptReported(
        id, branch, sent.attempt(), isBatch ? null : output(), results, null);
  }

  private Failure failure() {
    return switch (random.nextInt(8)) {
      case 0 -> new Failure(RandomDefinitions.NON_RETRYABLE, "no use", true);
      case 1 -> new Failure("broken", "for good", false);
      default -> new Failure("flaky", "try again", true);
    };
  }

  private @Nullable Payload output() {
    return switch (random.nextInt(1_000)) {
      case 0 -> TOO_LARGE;
      case 1, 2, 3, 4, 5, 6, 7, 8, 9 -> payload(2 * PackedWorkflow.OUTPUT_BYTES);
      default -> random.nextInt(8) == 0 ? null : payload(20);
    };
  }

  private Payload payload(int mostBytes) {
    byte[] data = new byte[1 + random.nextInt(mostBytes)];
    random.nextBytes(data);
    return new Payload(random.nextInt(4) == 0 ? "x" : "", data);
  }

  private Payload input() {
    return payload(60);
  }

  private Control control() {
    String step = forks.anyId(random);
    return switch (random.nextInt(20)) {
      case 0 ->
          random.nextInt(3) == 0 ? new Control.Terminate("now") : new Control.Cancel("enough");
      case 1, 2, 3, 4 -> new Control.Pause();
      case 5, 6, 7, 8 -> new Control.Resume();
      case 9, 10, 11 -> new Control.RetryStep(step);
      case 12, 13 -> new Control.ResolveStep(step, payload(20));
      case 14, 15 -> new Control.SkipStep(step);
      default -> new Control.Rerun(step);
    };
  }

  private WorkflowDefinition definition() {
    List<StepDefinition> steps = new ArrayList<>();
    int count = 1 + random.nextInt(5);
    for (int i = 0; i < count; i++) {
      TestStep step = TestStep.of("step-" + i).retry(random.nextInt(4) == 0 ? retry() : null);
      for (int on = 0; on < i; on++) {
        if (random.nextInt(3) == 0) {
          step.after(Dependency.on("step-" + on));
        }
      }
      if (random.nextInt(10) < 7) {
        ForEach forEach = forEach();
        step.forEach(forEach);
        String source = random.nextInt(4) == 0 ? "input" : "item";
        String mapping = "chance %d of %s".formatted(random.nextInt(1_000), source);
        boolean isMapped = random.nextInt(3) == 0;
        boolean isChild = forEach.batchSize() == 1 && random.nextInt(3) == 0;
        step.does(
            isChild
                ? child(isMapped ? mapping : null)
                : work(isMapped ? mapping : null, affinity()));
        if (random.nextInt(3) == 0) {
          Timeouts limits = timeouts();
          step.timeouts(isChild ? Timeouts.startToClose(limits.startToClose()) : limits);
        }
      } else if (random.nextInt(3) == 0) {
        step.timeouts(timeouts());
      }
      if (random.nextInt(6) == 0) {
        step.compensated();
      }
      switch (random.nextInt(6)) {
        case 0 -> step.onFailure(new Reaction.GoOn(), Failure.ITEMS_FAILED);
        case 1 -> step.onFailure(new Reaction.GoOn());
        case 2 -> step.onFailure(new Reaction.Retry(), RandomDefinitions.NON_RETRYABLE);
        case 3 -> step.onFailure(new Reaction.Fail(), "flaky");
        default -> {}
      }
      steps.add(step.build());
    }
    List<StepDefinition> last = new ArrayList<>();
    if (random.nextInt(5) == 0) {
      last.add(TestStep.of("last").forEach(random.nextBoolean() ? forEach() : null).build());
    }
    return new WorkflowDefinition(
        "forked",
        1,
        Duration.ZERO,
        retry(),
        random.nextInt(4) == 0 ? 1 + random.nextInt(6) : 0,
        null,
        steps,
        last);
  }

  private static StepAction work(@Nullable String mapping, @Nullable String affinity) {
    return new StepAction.Work("type", "queue", mapping, affinity);
  }

  private @Nullable String affinity() {
    return switch (random.nextInt(8)) {
      case 0 -> "chance %d of input".formatted(random.nextInt(1_000));
      case 1 -> "chance %d of item".formatted(random.nextInt(1_000));
      default -> null;
    };
  }

  private StepAction child(@Nullable String mapping) {
    return new StepAction.StartChild("child", 0, null, mapping, false, random.nextBoolean());
  }

  private ForEach forEach() {
    String items =
        random.nextInt(100) == 0 ? "broken" : "chance %d of input".formatted(random.nextInt(1_000));
    int maxParallel =
        switch (random.nextInt(5)) {
          case 0 -> 0;
          case 1 -> 1_000 + random.nextInt(4_000);
          default -> 1 + random.nextInt(8);
        };
    int batchSize =
        switch (random.nextInt(6)) {
          case 0, 1, 2 -> 1;
          case 3 -> 1 + random.nextInt(400);
          default -> 2 + random.nextInt(6);
        };
    boolean isPercent = random.nextBoolean();
    int tolerated = random.nextInt(3) == 0 ? 0 : random.nextInt(isPercent ? 101 : 10);
    return new ForEach(items, maxParallel, batchSize, tolerated, isPercent);
  }

  private Timeouts timeouts() {
    int which = 1 + random.nextInt(15);
    return new Timeouts(
        Duration.ofMillis((which & 1) == 0 ? 0 : 1 + random.nextInt(60_000)),
        Duration.ofMillis((which & 2) == 0 ? 0 : 1 + random.nextInt(30_000)),
        Duration.ofMillis((which & 4) == 0 ? 0 : 1 + random.nextInt(120_000)),
        Duration.ofMillis((which & 8) == 0 ? 0 : 1 + random.nextInt(20_000)));
  }

  private RetryPolicy retry() {
    return new RetryPolicy(
        1 + random.nextInt(5),
        Duration.ofMillis(random.nextInt(2_000)),
        1 + random.nextInt(10) * random.nextDouble(),
        Duration.ofMillis(1 + random.nextInt(60_000)),
        random.nextBoolean() ? 0 : random.nextDouble(),
        List.of(RandomDefinitions.NON_RETRYABLE));
  }
}
