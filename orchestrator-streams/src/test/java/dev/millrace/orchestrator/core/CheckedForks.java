package dev.millrace.orchestrator.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.ForkedWorkflow.Sent;
import dev.millrace.orchestrator.core.ReferenceFork.Turn;
import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.StepAction.StartChild;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.BranchesOpened;
import dev.millrace.orchestrator.core.event.BranchesReported;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.StepSuspended;
import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.ExpressionCompiler;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.input.AttemptRunning;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A workflow with branches, of which every event is held against what should become of items. */
final class CheckedForks {
  private final ForkedWorkflow workflow;
  private final List<ReferenceStep> steps;
  private final WorkflowDefinition source;
  private final Payload input;
  private final Map<Integer, ReferenceFork> forks = new TreeMap<>();

  /** Of branches by their text, what their next event must say. */
  private final Map<String, Turn> turns = new HashMap<>();

  /** What commands of attempts must carry, by their text. */
  private final Map<String, List<Payload>> carried = new HashMap<>();

  /** What their keys are to be, where their steps say so. */
  private final Map<String, @Nullable String> affinities = new HashMap<>();

  private final ForksAtRest rest;
  private final ReferenceChildren children = new ReferenceChildren();
  private final Map<String, Integer> highestAttempt = new HashMap<>();
  private final Map<String, Long> counts = new TreeMap<>();

  CheckedForks(WorkflowDefinition source, Payload input, WindowGate gate) {
    this.source = source;
    this.input = input;
    this.steps = ReferenceStep.all(source);
    this.workflow = new ForkedWorkflow(source, this::witness, gate);
    this.rest = new ForksAtRest(workflow, forks, gate);
  }

  Payload input() {
    return input;
  }

  WorkflowStatus status() {
    return workflow.status();
  }

  boolean isPaused() {
    return workflow.state().isPaused();
  }

  long armedMs() {
    return workflow.armedMs();
  }

  Map<String, Long> counts() {
    return counts;
  }

  String id(int step) {
    return workflow.definition().step(step).id();
  }

  String anyId(Random random) {
    return steps.get(random.nextInt(steps.size())).id();
  }

  @Nullable StepDefinition step(int step) {
    return workflow.definition().source(step);
  }

  @Nullable ForEach forEach(int step) {
    StepDefinition definition = step(step);
    return definition == null ? null : definition.forEach();
  }

  void apply(Input request, long nowMs) {
    workflow.apply(request, nowMs);
    rest.check();
  }

  void fire(long nowMs) {
    workflow.fire(nowMs);
    rest.check();
  }

  /** The steps and branches that wait for their queue. */
  List<ForkedWorkflow.Waiting> waiting() {
    return workflow.waiting();
  }

  /** It is the turn of one that waits for its queue. */
  void release(ForkedWorkflow.Waiting one, long nowMs) {
    count("released");
    workflow.release(one, nowMs);
    rest.check();
  }

  /** A chunk tells its workflow what a crash has kept from it; false where there is none. */
  boolean sayAgain(long nowMs) {
    if (workflow.unsaid().isEmpty()) {
      return false;
    }
    count("told again");
    workflow.sayAgain(workflow.unsaid().getFirst(), nowMs);
    rest.check();
    return true;
  }

  /** Whether an attempt is open. */
  boolean awaits(AttemptReported report) {
    int step = workflow.definition().indexOf(report.stepId());
    ReferenceFork fork = forks.get(step);
    if (report.branch() != AttemptReported.NO_BRANCH) {
      return fork != null && fork.isOpen(report.branch(), report.attempt());
    }
    PackedWorkflow state = workflow.state();
    return state.stepStatus(step) == StepStatus.OPEN && state.attempt(step) == report.attempt();
  }

  void deliver(AttemptReported report, long nowMs, boolean isTorn) {
    int step = workflow.definition().indexOf(report.stepId());
    if (report.branch() == AttemptReported.NO_BRANCH) {
      apply(report, nowMs);
      return;
    }
    ReferenceFork fork = forks.get(step);
    boolean isAwaited = fork != null && fork.isOpen(report.branch(), report.attempt());
    if (fork != null && isAwaited) {
      turns.put(branch(step, report.branch()), fork.reported(report));
      children.ended(step, report.branch(), report.attempt());
    }
    ForkedWorkflow.Key key = new ForkedWorkflow.Key(step, report.branch() / Branches.CHUNK);
    Decision decision = workflow.apply(key, report, nowMs, isTorn);
    assertThat(decision instanceof Decision.Accepted)
        .as("taken: %s, by %s", report, decision)
        .isEqualTo(isAwaited);
    assertThat(turns).as("what did not come of %s", report).isEmpty();
    count(isAwaited ? "taken" : "refused");
    rest.check();
  }

  void hear(AttemptRunning sign, long nowMs) {
    if (sign.branch() == AttemptReported.NO_BRANCH) {
      apply(sign, nowMs);
      return;
    }
    int step = workflow.definition().indexOf(sign.stepId());
    ForkedWorkflow.Key key = new ForkedWorkflow.Key(step, sign.branch() / Branches.CHUNK);
    ReferenceFork fork = forks.get(step);
    Decision decision = workflow.apply(key, sign, nowMs, false);
    assertThat(decision instanceof Decision.Accepted)
        .isEqualTo(
            child(step) == null && fork != null && fork.isOpen(sign.branch(), sign.attempt()));
    rest.check();
  }

  /** What was sent since, all of which carries what it must. */
  List<Sent> takeSent() {
    List<Sent> all = workflow.takeSent();
    for (Sent sent : all) {
      if (sent.branch() >= 0) {
        String text = branch(sent.step(), sent.branch()) + '/' + sent.attempt();
        assertThat(sent.items()).as("items of %s", text).isEqualTo(carried.remove(text));
        assertThat(sent.affinity()).as("key of %s", text).isEqualTo(affinities.remove(text));
        count(sent.affinity() == null ? "own keys" : "affinities");
      }
      if (!sent.child().isEmpty()) {
        count("children");
        children.started(sent);
      }
    }
    carried.clear();
    affinities.clear();
    List<String> cancelled = workflow.takeCancelled();
    children.check(cancelled, this::isAwaited, sent -> isToBeCancelled(sent.step()));
    cancelled.forEach(child -> count("cancelled children"));
    return all;
  }

  private boolean isAwaited(Sent child) {
    ReferenceFork fork = forks.get(child.step());
    return fork != null && fork.isOpen(child.branch(), child.attempt());
  }

  private boolean isToBeCancelled(int step) {
    StartChild child = child(step);
    return child != null && child.cancelled();
  }

  /** The workflow that a step starts for each item; null for a step of workers. */
  private @Nullable StartChild child(int step) {
    StepDefinition definition = step(step);
    return definition != null && definition.action() instanceof StartChild child ? child : null;
  }

  private void witness(ForkedWorkflow.@Nullable Key key, Event event) {
    count(event.getClass().getSimpleName());
    if (key != null) {
      witnessBranch(key, event);
      return;
    }
    if (event instanceof BranchesOpened opened) {
      opened(opened);
    } else if (event instanceof BranchesReported report) {
      reported(report);
    } else if (event instanceof StepSucceeded success) {
      succeeded(success);
    } else if (event instanceof StepFailed failed
        && failed.failure().type().equals(Failure.ITEMS_FAILED)) {
      count("too many failed");
      assertThat(fork(failed.step()).hasFailedTooOften()).isTrue();
    }
  }

  private void reported(BranchesReported report) {
    ReferenceFork fork = fork(report.step());
    ForkedWorkflow.Key chunk = new ForkedWorkflow.Key(report.step(), report.chunk());
    int end = Math.min(fork.branches(), chunk.firstBranch() + Branches.CHUNK);
    assertThat(report.failedItems()).isEqualTo(fork.failedItems(chunk.firstBranch(), end));
    assertThat(report.isFinished()).isEqualTo(fork.isFinished(chunk.firstBranch(), end));
  }

  private void opened(BranchesOpened opened) {
    ForEach forEach = forEach(opened.step());
    if (forEach == null) {
      throw new AssertionError("step %d has no items".formatted(opened.step()));
    }
    ReferenceScope scope = new ReferenceScope(Map.of());
    scope.input = input;
    try {
      List<Payload> items = scope.evaluate(ExpressionCompiler::items, forEach.items(), null);
      forks.put(
          opened.step(),
          new ReferenceFork(steps.get(opened.step()), forEach, opened.attempt(), items, input));
      assertThat(opened.items()).isEqualTo(items.size()).isPositive();
      count(items.size() > Branches.CHUNK ? "large lists" : "short lists");
    } catch (EvaluationException e) {
      throw new AssertionError(e);
    }
  }

  private void succeeded(StepSucceeded success) {
    ForEach forEach = forEach(success.step());
    ReferenceFork fork = forks.get(success.step());
    if (success.source() == StepSucceeded.Source.BY_HAND) {
      forks.remove(success.step());
      return;
    }
    if (forEach == null || fork == null || fork.attempt() != success.attempt()) {
      return;
    }
    assertThat(fork.isFinished()).as("nothing is left to do").isTrue();
    assertThat(fork.hasFailedTooOften()).as("more have failed than may").isFalse();
    assertThat(workflow.outputs(success.step(), forEach.batchSize()))
        .as("one result of each item, in their order")
        .isEqualTo(fork.outputs());
    CompiledStep compiled = workflow.definition().step(success.step());
    int failed = fork.failedItems();
    String counts =
        "{\"count\":%d,\"succeeded\":%d,\"failed\":%d,"
            .formatted(fork.items(), fork.items() - failed, failed);
    String rest =
        compiled.keepsOutput()
            ? "\"results\":" + ItemOutputs.text(fork.outputs())
            : "\"pages\":" + Math.ceilDiv(fork.branches(), Branches.CHUNK);
    Payload output = success.output();
    assertThat(output == null ? null : new String(output.data(), UTF_8))
        .isEqualTo(counts + rest + "}");
    count(failed == 0 ? "all succeeded" : "some failed");
  }

  private void witnessBranch(ForkedWorkflow.Key key, Event event) {
    if (event instanceof StepDispatched dispatched) {
      begun(key, dispatched.step(), dispatched.attempt());
    } else if (event instanceof StepSuspended suspended) {
      begun(key, suspended.step(), suspended.attempt());
    } else if (event instanceof StepSucceeded success) {
      came(key, success.step(), Turn.SUCCEEDED, null);
    } else if (event instanceof AttemptFailed failed) {
      came(key, failed.step(), Turn.TRIED_AGAIN, failed.failure());
    } else if (event instanceof StepFailed failed) {
      came(key, failed.step(), Turn.FAILED, failed.failure());
    }
  }

  private void begun(ForkedWorkflow.Key key, int local, int attempt) {
    int branch = key.firstBranch() + local;
    PackedWorkflow state = workflow.state();
    assertThat(state.status()).as("status as a branch begins").isEqualTo(WorkflowStatus.RUNNING);
    assertThat(state.stepStatus(key.step())).isEqualTo(StepStatus.SUSPENDED);
    assertThat(state.isPaused()).as("paused as a branch begins").isFalse();
    String text = branch(key.step(), branch);
    Integer highest = highestAttempt.put(text, attempt);
    assertThat(attempt).isGreaterThan(highest == null ? 0 : highest);
    ReferenceFork fork = fork(key.step());
    carried.put(text + '/' + attempt, fork.dispatched(branch, attempt, mostAtOnce(key.step())));
    affinities.put(text + '/' + attempt, fork.affinity(branch));
  }

  private int mostAtOnce(int step) {
    ForEach forEach = forEach(step);
    int own = forEach == null || forEach.maxParallel() == 0 ? 4_000 : forEach.maxParallel();
    return source.maxParallel() == 0 ? own : Math.min(own, source.maxParallel());
  }

  /** An attempt of a branch has ended in some way: as a report said, or as the engine found. */
  private void came(ForkedWorkflow.Key key, int local, Turn how, @Nullable Failure failure) {
    int branch = key.firstBranch() + local;
    ReferenceFork fork = fork(key.step());
    String type = failure == null ? "" : failure.type();
    Turn turn = turns.remove(branch(key.step(), branch));
    if (turn == null && type.equals(Failure.EXPRESSION)) {
      assertThat(fork.isBroken(branch)).as("input of branch %d has no value", branch).isTrue();
      turn = fork.failed(branch, new Failure(type, "", false));
    } else if (turn == null && type.equals(Failure.AFFINITY)) {
      assertThat(fork.hasBadKey(branch)).as("key of branch %d is bad", branch).isTrue();
      turn = fork.failed(branch, new Failure(type, "", false));
      count(type);
    } else if (turn == null) {
      assertThat(type).startsWith("millrace.timeout.");
      count(type);
      turn = fork.timedOut(branch, type);
    }
    StepDefinition step = step(key.step());
    boolean mayBeOutOfTime = step != null && !step.timeouts().scheduleToClose().isZero();
    if (turn == Turn.TRIED_AGAIN && how == Turn.FAILED && mayBeOutOfTime) {
      turn = fork.failed(branch, new Failure(Failure.SCHEDULE_TO_CLOSE_TIMEOUT, "", false));
    }
    assertThat(how).as("what comes of branch %d, which says %s", branch, failure).isEqualTo(turn);
  }

  private ReferenceFork fork(int step) {
    ReferenceFork fork = forks.get(step);
    if (fork == null) {
      throw new AssertionError("step %d has no branches".formatted(step));
    }
    return fork;
  }

  private static String branch(int step, int branch) {
    return step + "/" + branch;
  }

  private void count(String what) {
    counts.merge(what, 1L, Long::sum);
  }
}
