package dev.millrace.orchestrator.core.decide;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.core.effect.KeepItems;
import dev.millrace.orchestrator.core.effect.OpenChunk;
import dev.millrace.orchestrator.core.event.BranchesOpened;
import dev.millrace.orchestrator.core.event.BranchesReported;
import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.input.ChunkReported;
import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decisions of a workflow about its steps that run for each item of a list. */
final class Forks {
  private final Transition transition;
  private final WorkflowView state;
  private final Steps steps;

  Forks(Transition transition, Steps steps) {
    this.transition = transition;
    this.state = transition.state();
    this.steps = steps;
  }

  /** Opens the first branches of a step. */
  void open(int step, CompiledStep.CompiledForEach forEach) throws EvaluationException {
    int attempt = state.attempt(step) + 1;
    List<Payload> items = transition.evaluate(forEach.items(), null);
    Failure tooMany = tooMany(items);
    if (tooMany != null) {
      steps.failures().failForGood(step, tooMany);
      return;
    }
    if (items.isEmpty()) {
      steps.succeed(step, attempt, output(0, 0, "[]"));
      return;
    }
    transition.record(new BranchesOpened(step, attempt, items.size()));
    Branches branches = opened(step);
    transition.effect(new KeepItems(step, branches, items));
    for (int chunk = 0; chunk < branches.opened(); chunk++) {
      transition.effect(new OpenChunk(step, chunk, branches.sizeOf(chunk)));
    }
  }

  private static @Nullable Failure tooMany(List<Payload> items) {
    if (items.size() > Branches.ITEMS) {
      return new Failure(
          Failure.TOO_MANY_ITEMS,
          "a list of %d items, at most %d are allowed; share them out among workflows of their own"
              .formatted(items.size(), Branches.ITEMS),
          false);
    }
    long bytes = 0;
    for (Payload item : items) {
      bytes += item.data().length;
    }
    return bytes <= Branches.ITEMS_BYTES
        ? null
        : new Failure(
            Failure.TOO_MANY_ITEMS,
            "items of %d bytes together, at most %d are allowed; list references to large items"
                .formatted(bytes, Branches.ITEMS_BYTES),
            false);
  }

  private Branches opened(int step) {
    Branches branches = state.branches(step);
    if (branches == null) {
      throw new IllegalStateException("step %d has no branches".formatted(step));
    }
    return branches;
  }

  /**
   * Takes what a chunk says of itself; what is known already, or not asked for, changes nothing.
   */
  Decision.@Nullable Refused report(ChunkReported report) {
    int step = report.step();
    boolean isAwaited =
        !state.status().hasEnded()
            && state.stepStatus(step) == StepStatus.SUSPENDED
            && opened(step).isOpen(report.chunk())
            && !opened(step).knows(report.chunk(), report.failedItems(), report.isFinished());
    if (!isAwaited) {
      return null;
    }
    int before = opened(step).opened();
    transition.record(
        new BranchesReported(
            step, state.attempt(step), report.chunk(), report.failedItems(), report.isFinished()));
    Branches branches = opened(step);
    CompiledStep.CompiledForEach forEach = transition.definition().step(step).forEach();
    int allowed = forEach == null ? 0 : forEach.allowed(branches.items());
    if (branches.failedItems() > allowed) {
      steps.leaving().leave(step, "too many others of '%s' failed".formatted(idOf(step)));
      steps.failures().failForGood(step, tooManyFailed(branches, allowed));
      steps.moveOn();
    } else if (branches.areFinished()) {
      steps.succeed(step, state.attempt(step), output(step, branches));
      steps.moveOn();
    } else {
      for (int chunk = before; chunk < branches.opened(); chunk++) {
        transition.effect(new OpenChunk(step, chunk, branches.sizeOf(chunk)));
      }
    }
    return null;
  }

  private String idOf(int step) {
    return transition.definition().step(step).id();
  }

  private Payload output(int step, Branches branches) {
    boolean isRead = transition.definition().step(step).keepsOutput();
    Payload results = isRead ? transition.payloads().results(idOf(step), branches) : null;
    if (results != null) {
      String array = new String(results.data(), UTF_8);
      return output(branches.items(), branches.failedItems(), array);
    }
    return json(
        "%s,\"pages\":%d}"
            .formatted(counts(branches.items(), branches.failedItems()), branches.chunks().length));
  }

  private static Payload output(int items, int failed, String results) {
    return json(counts(items, failed) + ",\"results\":" + results + "}");
  }

  private static String counts(int items, int failed) {
    return "{\"count\":%d,\"succeeded\":%d,\"failed\":%d".formatted(items, items - failed, failed);
  }

  private static Payload json(String text) {
    return new Payload("", text.getBytes(UTF_8));
  }

  private static Failure tooManyFailed(Branches branches, int allowed) {
    return new Failure(
        Failure.ITEMS_FAILED,
        "%d of %d items have failed, %d may; the events of the branches say why"
            .formatted(branches.failedItems(), branches.items(), allowed),
        false);
  }
}
