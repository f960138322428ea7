package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.evolve.Evolver;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.wire.EventHistory;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The branches of one attempt of a step, rebuilt from the events of their chunks as {@link
 * WorkflowHistory} rebuilds a workflow from its own. A chunk of which events are missing takes no
 * others with it. Not thread-safe.
 */
public final class BranchesHistory {
  /**
   * What is known of a branch.
   *
   * @param number from 0
   * @param status {@link StepStatus#WAITING} until its turn comes; null when events of its chunk
   *     are missing
   * @param attempt the current or last one; 0 when it has had none
   * @param dueMs when the open attempt times out or the next is due, in epoch milliseconds, or
   *     {@link WorkflowView#NO_DEADLINE}
   * @param failure why its last attempt failed, of one that has failed or is to be tried again
   * @param child the workflow that it waits for
   */
  public record Branch(
      int number,
      @Nullable StepStatus status,
      int attempt,
      long dueMs,
      @Nullable Failure failure,
      @Nullable String child) {}

  private final Branches branches;
  private final List<Chunk> chunks = new ArrayList<>();
  private final Map<String, Chunk> byScope = new HashMap<>();

  /**
   * Nothing yet of branches.
   *
   * @param definition the one that the workflow had when they were opened
   * @param step the index of their step in it
   * @param attempt the attempt of their step
   * @param branches what the workflow knows of them
   */
  BranchesHistory(CompiledDefinition definition, int step, int attempt, Branches branches) {
    this.branches = branches;
    String first = definition.step(step).id() + "/";
    String last = attempt == 1 ? "" : "/" + attempt;
    for (int number = 0; number < branches.opened(); number++) {
      String scope = first + number + last;
      Chunk chunk = new Chunk(scope, number, definition.branches(step, branches.sizeOf(number)));
      chunks.add(chunk);
      byScope.put(scope, chunk);
    }
  }

  /** Takes the next event of the log; one of anything else is passed over. */
  public void apply(EventHistory.Entry entry) {
    Chunk chunk = byScope.get(entry.scope());
    if (chunk != null) {
      chunk.apply(entry);
    }
  }

  /** How many branches there are, at most {@link Branches#ITEMS}. */
  public int count() {
    return branches.count();
  }

  /** How many items they share out among them. */
  public int items() {
    return branches.items();
  }

  /**
   * A branch after the events so far.
   *
   * @param number from 0 to less than {@link #count}
   */
  public Branch branch(int number) {
    int chunk = number / Branches.CHUNK;
    return chunk < chunks.size()
        ? chunks.get(chunk).branch(number)
        : new Branch(number, StepStatus.WAITING, 0, WorkflowView.NO_DEADLINE, null, null);
  }

  /** Of each chunk that cannot be rebuilt from the events so far, why; one sentence each. */
  public List<String> problems() {
    return chunks.stream().map(Chunk::problem).filter(problem -> !problem.isEmpty()).toList();
  }

  /**
   * The record of a chunk after the events so far: a copy, which later ones do not change.
   *
   * @param number of a chunk that the workflow has opened
   */
  public PackedWorkflow chunk(int number) {
    return chunks.get(number).copy();
  }

  private static final class Chunk {
    private final String scope;
    private final int number;
    private final CompiledDefinition definition;
    private PackedWorkflow state = PackedWorkflow.absentChunk();
    private final Map<Integer, Failure> failures = new HashMap<>();
    private String problem = "";

    Chunk(String scope, int number, CompiledDefinition definition) {
      this.scope = scope;
      this.number = number;
      this.definition = definition;
    }

    void apply(EventHistory.Entry entry) {
      if (!problem.isEmpty()) {
        return;
      }
      if (entry.sequence() != state.nextSequence()) {
        problem =
            "event %s/%d comes where %d is next; those between are missing"
                .formatted(scope, entry.sequence(), state.nextSequence());
        return;
      }
      if (!fits(entry.sequence(), entry.event())) {
        problem =
            "event %s/%d is %s %d, which it cannot be"
                .formatted(
                    scope, entry.sequence(), entry.event().getType(), entry.event().getNumber());
        return;
      }
      try {
        Event event = EventDecoder.fromAvro(definition, entry.event());
        Evolver.evolve(definition, state, event, entry.at().toEpochMilli());
        state.spilled().take(); // outputs are not asked for
        if (event instanceof AttemptFailed failed) {
          failures.put(failed.step(), failed.failure());
        } else if (event instanceof StepFailed failed) {
          failures.put(failed.step(), failed.failure());
        }
      } catch (MalformedRecordException e) {
        problem =
            "event %s/%d cannot be read: %s".formatted(scope, entry.sequence(), e.getMessage());
      }
    }

    /** Whether an event opens the chunk if it is the first, and else is of one of its branches. */
    private boolean fits(long sequence, WorkflowEvent event) {
      boolean opens = event.getType() == EventType.BRANCHES_OPENED && event.getStart() != null;
      long local = event.getNumber() - (long) number * Branches.CHUNK;
      return sequence == 0
          ? opens && event.getNumber() == definition.stepCount()
          : !opens && local >= 0 && local < definition.stepCount();
    }

    PackedWorkflow copy() {
      byte[] record = state.bytes();
      state = PackedWorkflow.of(record.clone());
      return PackedWorkflow.of(record);
    }

    String problem() {
      return problem.isEmpty() && state.status() == WorkflowStatus.ABSENT
          ? "there is no event of %s".formatted(scope)
          : problem;
    }

    Branch branch(int branch) {
      if (!problem().isEmpty()) {
        return new Branch(branch, null, 0, WorkflowView.NO_DEADLINE, null, null);
      }
      int local = branch - number * Branches.CHUNK;
      StepStatus status = state.stepStatus(local);
      int attempt = state.attempt(local);
      boolean hasFailed = status == StepStatus.FAILED || status == StepStatus.BACKING_OFF;
      return new Branch(
          branch,
          status,
          attempt == state.formerAttempts() ? 0 : attempt,
          state.stepDeadlineMs(local),
          hasFailed ? failures.get(local) : null,
          status == StepStatus.SUSPENDED ? state.child(local) : null);
    }
  }
}
