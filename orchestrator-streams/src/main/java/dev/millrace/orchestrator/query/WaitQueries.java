package dev.millrace.orchestrator.query;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.CompiledStep.Group;
import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import dev.millrace.orchestrator.flow.QueueState;
import dev.millrace.orchestrator.store.HeldKey;
import dev.millrace.orchestrator.store.HeldPlaces;
import dev.millrace.orchestrator.store.Keys;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;

/** Tells what the steps of this engine's workflows wait for. Thread-safe. */
public final class WaitQueries {
  private final WorkflowQueries stores;
  private final Queues queues;
  private final InstantSource clock;

  /** What is known of queues. */
  @FunctionalInterface
  public interface Queues {
    /** How things stand at a queue in the task of a partition; empty when that is not known. */
    Optional<QueueState> state(int partition, String queue);
  }

  public WaitQueries(WorkflowQueries stores, Queues queues, InstantSource clock) {
    this.stores = stores;
    this.queues = queues;
    this.clock = clock;
  }

  /**
   * What the steps of a workflow wait for, in pages; empty when none of that id is known.
   *
   * @param step id of the only step that is asked for, which may be done; null for all that are not
   * @param from index of the first step to look at, from 0
   * @param limit how many at most
   * @throws NotReadyException while the engine restores or rebalances, or cannot read the
   *     definition
   * @throws IllegalArgumentException when the workflow has no such step
   */
  public Optional<WhyReport> why(String workflowId, @Nullable String step, int from, int limit) {
    int partition = stores.partitionOf(workflowId);
    return stores.inPartitionOf(
        workflowId,
        store -> {
          byte[] stored = store.get(Keys.workflow(workflowId));
          if (stored == null) {
            return Optional.empty();
          }
          PackedWorkflow workflow = PackedWorkflow.copyOf(stored);
          if (workflow.status().hasEnded()) {
            return Optional.of(report(workflowId, workflow, List.of(), null));
          }
          CompiledDefinition definition = stores.definition(store, workflowId, workflow);
          Chosen chosen =
              step == null
                  ? unfinished(definition, workflow, from, limit)
                  : new Chosen(List.of(indexOf(definition, workflowId, step)), null);
          return Optional.of(
              report(
                  workflowId,
                  workflow,
                  new OneWorkflow(store, workflowId, definition, workflow, partition).waits(chosen),
                  chosen.next()));
        });
  }

  private record Chosen(List<Integer> steps, @Nullable Integer next) {}

  private static int indexOf(CompiledDefinition definition, String workflowId, String step) {
    int index = definition.indexOf(step);
    if (index == CompiledDefinition.NO_STEP) {
      throw new IllegalArgumentException(
          "workflow '%s' has no step '%s'".formatted(workflowId, step));
    }
    return index;
  }

  /** Compensations that nothing has asked for yet are left out. */
  private static Chosen unfinished(
      CompiledDefinition definition, PackedWorkflow workflow, int from, int limit) {
    List<Integer> steps = new ArrayList<>();
    for (int step = from; step < workflow.stepCount(); step++) {
      StepStatus status = workflow.stepStatus(step);
      boolean isAsleep =
          status == StepStatus.WAITING && definition.step(step).group() == Group.COMPENSATION;
      if (StepSelection.UNFINISHED.includes(status) && !isAsleep) {
        if (steps.size() == limit) {
          return new Chosen(steps, step);
        }
        steps.add(step);
      }
    }
    return new Chosen(steps, null);
  }

  private WhyReport report(
      String workflowId,
      PackedWorkflow workflow,
      List<WhyReport.Wait> waits,
      @Nullable Integer next) {
    return new WhyReport(
        workflowId,
        workflow.status(),
        workflow.isPaused(),
        Instant.ofEpochMilli(workflow.startedAtMs()),
        instant(workflow.endedAtMs()),
        clock.instant(),
        waits,
        next);
  }

  private static @Nullable Instant instant(long ms) {
    return ms == WorkflowView.NO_DEADLINE ? null : Instant.ofEpochMilli(ms);
  }

  /** One workflow while it is asked about. */
  private final class OneWorkflow {
    private final ReadOnlyKeyValueStore<Bytes, byte[]> store;
    private final String workflowId;
    private final CompiledDefinition definition;
    private final PackedWorkflow workflow;
    private final int partition;

    OneWorkflow(
        ReadOnlyKeyValueStore<Bytes, byte[]> store,
        String workflowId,
        CompiledDefinition definition,
        PackedWorkflow workflow,
        int partition) {
      this.store = store;
      this.workflowId = workflowId;
      this.definition = definition;
      this.workflow = workflow;
      this.partition = partition;
    }

    /** A step and what its branches do, if it has any. */
    private record Looked(int step, @Nullable LookedBranches branches, @Nullable HeldKey key) {}

    List<WhyReport.Wait> waits(Chosen chosen) {
      List<Looked> looked = chosen.steps().stream().map(this::look).toList();
      Map<HeldKey, HeldPlaces.Place> places =
          new HeldPlaces(store)
              .of(looked.stream().map(Looked::key).filter(Objects::nonNull).toList());
      return looked.stream().map(each -> wait(each, places)).toList();
    }

    private Looked look(int step) {
      Branches branches =
          workflow.stepStatus(step) == StepStatus.SUSPENDED ? workflow.branches(step) : null;
      if (branches != null) {
        LookedBranches ofStep = LookedBranches.of(store, workflowId, definition, step, branches);
        return new Looked(step, ofStep, stored(ofStep.firstHeld(), step));
      }
      HeldKey key =
          workflow.isGated(step) ? HeldKey.of(definition, workflow, workflowId, step) : null;
      return new Looked(step, null, stored(key, step));
    }

    /**
     * Where a step waits that its record says is held: with the others, or in the lane of its type.
     */
    private @Nullable HeldKey stored(@Nullable HeldKey key, int step) {
      HeldKey inLane = key == null ? null : key.inLane(definition.step(step).type());
      return inLane != null && store.get(inLane.toBytes()) != null ? inLane : key;
    }

    private WhyReport.Wait wait(Looked looked, Map<HeldKey, HeldPlaces.Place> places) {
      int index = looked.step();
      WaitingStep step = new WaitingStep(definition, workflow, index);
      List<WhyReport.Dependency> dependencies = step.dependencies();
      int named = Math.min(dependencies.size(), WhyReport.DEPENDENCIES_NAMED);
      HeldKey key = looked.key();
      HeldPlaces.Place place = key == null ? null : places.get(key);
      LookedBranches branches = looked.branches();
      Optional<QueueState> queue =
          usesQueue(looked) ? queue(definition.step(index).queue()) : Optional.empty();
      return new WhyReport.Wait(
          state(looked, queue),
          definition.step(index).group(),
          instant(branches == null || key == null ? step.sinceMs() : key.sinceMs()),
          instant(step.lastSignMs()),
          step.awaitsSign(),
          dependencies.subList(0, named),
          dependencies.size() - named,
          queue.map(OneWorkflow::told).orElse(null),
          place == null
              ? null
              : new WhyReport.Place(place.higher(), place.before(), place.isMore()),
          branches == null ? null : branches.counts());
    }

    private boolean usesQueue(Looked looked) {
      boolean isOpen = workflow.stepStatus(looked.step()) == StepStatus.OPEN;
      return isOpen || looked.branches() != null || looked.key() != null;
    }

    private StepsReport.Step state(Looked looked, Optional<QueueState> queue) {
      StepsReport.Step state = StepsReport.Step.of(definition, workflow, looked.step());
      StepHeld.Reason reason =
          queue.map(each -> each.heldBy(state.type())).orElse(StepHeld.Reason.QUEUE);
      return looked.branches() != null && looked.key() != null
          ? state.with(reason)
          : state.heldBy(step -> reason);
    }

    private Optional<QueueState> queue(String name) {
      return name.isEmpty() ? Optional.empty() : queues.state(partition, name);
    }

    private static WhyReport.Queue told(QueueState state) {
      return new WhyReport.Queue(state.open(), state.window(), state.held(), state.isPaused());
    }
  }
}
