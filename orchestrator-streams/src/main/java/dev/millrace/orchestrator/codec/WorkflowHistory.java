package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.event.BranchesOpened;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.StepsReset;
import dev.millrace.orchestrator.core.event.WorkflowMigrated;
import dev.millrace.orchestrator.core.event.WorkflowStarted;
import dev.millrace.orchestrator.core.evolve.Evolver;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.schemas.wire.EventHistory;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A workflow rebuilt from its events by the engine's own {@link Evolver}. After each event its
 * record is the one that the engine had after deciding it, byte for byte, but for what the shell
 * keeps there for itself: the applied offsets, the armed timer and the incarnation. Events of
 * branches, which have records of their own, are passed over; {@link #branches} rebuilds those. Not
 * thread-safe.
 */
public final class WorkflowHistory {
  private final IntFunction<@Nullable CompiledDefinition> versions;
  private CompiledDefinition definition;
  private final Map<Integer, Payload> spilled = new HashMap<>();

  /** The steps whose branches were opened and that were not reset since, and what they are of. */
  private final Map<String, CompiledDefinition> withBranches = new HashMap<>();

  private PackedWorkflow workflow = PackedWorkflow.absent();
  private @Nullable PackedWorkflow beforeEnd;

  private WorkflowHistory(
      CompiledDefinition definition, IntFunction<@Nullable CompiledDefinition> versions) {
    this.definition = definition;
    this.versions = versions;
  }

  /** Nothing yet of a workflow with a registered definition that is not migrated. */
  public static WorkflowHistory of(CompiledDefinition definition) {
    return of(definition, version -> null);
  }

  /**
   * Nothing yet of a workflow with a registered definition.
   *
   * @param versions the versions that it may be migrated to; null for one that is not known
   */
  public static WorkflowHistory of(
      CompiledDefinition definition, IntFunction<@Nullable CompiledDefinition> versions) {
    return new WorkflowHistory(definition, versions);
  }

  /** Nothing yet of a workflow that brought its definition along. */
  public static WorkflowHistory of(InlineDefinition definition) {
    WorkflowHistory history = new WorkflowHistory(definition.compiled(), version -> null);
    history.workflow.bringDefinition(definition.record());
    return history;
  }

  /**
   * Has it begin behind workflows that had its id before, whose events it is not given.
   *
   * @param sequence of its first event
   * @param formerAttempts the highest attempt of any step of those before
   */
  public void follow(long sequence, int formerAttempts) {
    workflow.follow(sequence, formerAttempts);
  }

  /**
   * Takes the workflow's next event.
   *
   * @throws MalformedRecordException when it is none that changes a workflow, or not the next, or
   *     names a step that the definition does not have
   */
  public void apply(EventHistory.Entry entry) throws MalformedRecordException {
    if (!entry.scope().isEmpty()) {
      return;
    }
    if (entry.sequence() != workflow.nextSequence()) {
      throw new MalformedRecordException(
          "event %d comes where %d is next; those between are missing"
              .formatted(entry.sequence(), workflow.nextSequence()),
          null);
    }
    String step = entry.event().getStep();
    if (!step.isEmpty() && definition.indexOf(step) == CompiledDefinition.NO_STEP) {
      throw new MalformedRecordException(
          "event %d is of step '%s', which definition %s/%d does not have; it was published with another content"
              .formatted(entry.sequence(), step, definition.name(), definition.version()),
          null);
    }
    Event event = EventDecoder.fromAvro(definition, versions, entry.event());
    if (entry.endsWorkflow()) {
      beforeEnd = workflow();
    }
    Evolver.evolve(definition, workflow, event, entry.at().toEpochMilli());
    if (event instanceof WorkflowMigrated migrated) {
      definition = migrated.target();
    } else if (event instanceof WorkflowStarted) {
      withBranches.clear();
    } else if (event instanceof BranchesOpened) {
      withBranches.put(step, definition);
    } else if (event instanceof StepsReset) {
      entry.event().getSteps().forEach(withBranches::remove);
    }
    workflow.spilled().take().forEach(each -> spilled.put(each.slot(), each.payload()));
  }

  /** The definition by which the next event is read. */
  public CompiledDefinition definition() {
    return definition;
  }

  /** The workflow after the events so far: a copy, which later ones do not change. */
  public PackedWorkflow workflow() {
    byte[] record = workflow.bytes();
    workflow = PackedWorkflow.of(record.clone());
    return PackedWorkflow.of(record);
  }

  /**
   * As {@link #workflow()}, but once it has ended the workflow as the event before the end left it,
   * since an end drops all but a summary.
   */
  public PackedWorkflow lastRunning() {
    PackedWorkflow running = running();
    return running == workflow ? workflow() : running;
  }

  /**
   * The payload that the engine kept in a slot, also of a workflow that has ended; null when there
   * was none, or nothing would read it.
   *
   * @param slot index of the step whose output it is, or {@link PackedWorkflow#INPUT_SLOT}
   */
  public @Nullable Payload payload(int slot) {
    PackedWorkflow running = running();
    return running.isSpilled(slot) ? spilled.get(running.ownSlot(slot)) : running.riding(slot);
  }

  /**
   * Nothing yet of the branches that a step waits for, or that have given it its output; null when
   * it has none, or the workflow has let go of them. They are rebuilt from all events of the log
   * until then.
   *
   * @param step index of the step
   */
  public @Nullable BranchesHistory branches(int step) {
    PackedWorkflow running = running();
    String id = definition.step(step).id();
    CompiledDefinition opener = withBranches.get(id);
    Branches branches = opener == null ? null : running.branches(step);
    if (opener == null || branches == null) {
      return null;
    }
    StepStatus status = running.stepStatus(step);
    boolean areKept =
        status == StepStatus.SUSPENDED
            || (status == StepStatus.SUCCEEDED && branches.areFinished());
    return areKept
        ? new BranchesHistory(opener, opener.indexOf(id), running.attempt(step), branches)
        : null;
  }

  private PackedWorkflow running() {
    return beforeEnd != null && workflow.status().hasEnded() ? beforeEnd : workflow;
  }
}
