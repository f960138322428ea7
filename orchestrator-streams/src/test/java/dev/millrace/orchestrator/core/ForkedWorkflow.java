package dev.millrace.orchestrator.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.decide.Chunk;
import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.effect.CancelBranches;
import dev.millrace.orchestrator.core.effect.CancelWorkflow;
import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.effect.Effect;
import dev.millrace.orchestrator.core.effect.KeepItems;
import dev.millrace.orchestrator.core.effect.OpenChunk;
import dev.millrace.orchestrator.core.effect.ReportChunk;
import dev.millrace.orchestrator.core.effect.StartWorkflow;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.graph.CompiledAction;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.CompiledStep.CompiledForEach;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.input.ChunkReported;
import dev.millrace.orchestrator.core.input.ChunkRequested;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.input.StepReleased;
import dev.millrace.orchestrator.core.input.TimerFired;
import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A workflow with the chunks of its branches, each a record of its own, put together as the shell
 * does it: what a chunk says goes to its workflow, at once or, after a crash, later.
 */
final class ForkedWorkflow {
  private final CompiledDefinition definition;
  private final StoredRecord workflow;
  private final Map<Key, StoredRecord> chunks = new TreeMap<>();
  private final KeptItems items = new KeptItems();

  /** Is told of each event, and of the chunk that it is of; null for the workflow. */
  private final BiConsumer<@Nullable Key, Event> witness;

  private final WindowGate gate;
  private final List<Sent> sent = new ArrayList<>();
  private final List<String> cancelled = new ArrayList<>();
  private final List<Key> unsaid = new ArrayList<>();
  private boolean isTorn;
  private long nowMs;

  ForkedWorkflow(WorkflowDefinition source, BiConsumer<@Nullable Key, Event> witness) {
    this(source, witness, new WindowGate(Integer.MAX_VALUE));
  }

  /** A workflow whose steps have to pass a gate. */
  ForkedWorkflow(
      WorkflowDefinition source, BiConsumer<@Nullable Key, Event> witness, WindowGate gate) {
    this.definition = CompiledDefinition.compile(source, FakeExpressions.INSTANCE);
    this.witness = witness;
    this.gate = gate;
    this.workflow =
        new StoredRecord(
            definition, () -> null, own -> new JoinedPayloads(own, this::results), gate);
  }

  /** A chunk of the branches of a step. */
  record Key(int step, int chunk) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      return step == other.step
          ? Integer.compare(chunk, other.chunk)
          : Integer.compare(step, other.step);
    }

    int firstBranch() {
      return chunk * Branches.CHUNK;
    }
  }

  /**
   * A command, or the start of a workflow.
   *
   * @param branch the branch of the step, or {@link AttemptReported#NO_BRANCH}
   * @param child the id of the workflow; empty for a command
   * @param affinity the key of the command, if its step says so
   */
  record Sent(
      int step,
      int branch,
      int attempt,
      List<Payload> items,
      String child,
      @Nullable String affinity) {}

  CompiledDefinition definition() {
    return definition;
  }

  PackedWorkflow state() {
    return workflow.state();
  }

  WorkflowStatus status() {
    return state().status();
  }

  Map<Key, StoredRecord> chunks() {
    return chunks;
  }

  Map<Key, List<Payload>> items() {
    return items.byChunk();
  }

  StoredRecord whole() {
    return workflow;
  }

  /** Chunks whose workflow does not know how they are. */
  List<Key> unsaid() {
    return unsaid;
  }

  /** What is sent to workers since this was last asked for. */
  List<Sent> takeSent() {
    List<Sent> taken = List.copyOf(sent);
    sent.clear();
    return taken;
  }

  /** The workflows that were cancelled since this was last asked for. */
  List<String> takeCancelled() {
    List<String> taken = List.copyOf(cancelled);
    cancelled.clear();
    return taken;
  }

  /** When the next timer is due; 0 for never. */
  long armedMs() {
    long earliestMs = workflow.armedMs();
    for (StoredRecord chunk : chunks.values()) {
      long armedMs = chunk.armedMs();
      earliestMs = earliestMs == 0 || (armedMs != 0 && armedMs < earliestMs) ? armedMs : earliestMs;
    }
    return earliestMs;
  }

  /** Fires the timers that are due. */
  void fire(long atMs) {
    for (Key key : List.copyOf(chunks.keySet())) {
      StoredRecord chunk = chunks.get(key);
      if (chunk != null && chunk.armedMs() != 0 && chunk.armedMs() <= atMs) {
        apply(key, new TimerFired(), atMs, false);
      }
    }
    if (workflow.armedMs() != 0 && workflow.armedMs() <= atMs) {
      apply(new TimerFired(), atMs);
    }
  }

  /** Applies an input of the workflow. */
  Decision apply(Input input, long atMs) {
    nowMs = atMs;
    StoredRecord.Made made = workflow.apply(input, atMs);
    made.events().forEach(event -> witness.accept(null, event));
    List<Integer> dropped = new ArrayList<>(made.dropped());
    List<Key> opened = new ArrayList<>();
    for (Effect effect : made.effects()) {
      if (effect instanceof KeepItems keep && awaitsBranches(keep.step())) {
        if (dropped.removeIf(each -> each == keep.step())) {
          forget(keep.step());
        }
        items.keep(keep);
      } else if (effect instanceof OpenChunk open && awaitsBranches(open.step())) {
        open(open);
        opened.add(new Key(open.step(), open.chunk()));
      } else if (effect instanceof DispatchStep dispatch && isOpen(workflow, dispatch)) {
        int none = AttemptReported.NO_BRANCH;
        sent.add(new Sent(dispatch.step(), none, dispatch.attempt(), List.of(), "", null));
      } else if (effect instanceof CancelBranches cancel) {
        cancel(cancel);
      }
    }
    dropped.forEach(this::forget);
    for (Key key : opened) {
      if (unsaid.contains(key)) {
        sayAgain(key, nowMs);
      }
    }
    return made.decision();
  }

  /**
   * Applies an input of a branch, or of all of a chunk.
   *
   * @param torn whether a crash keeps the workflow from learning of it
   */
  @Nullable Decision apply(Key key, Input input, long atMs, boolean torn) {
    StoredRecord chunk = chunks.get(key);
    if (chunk == null) {
      return null;
    }
    nowMs = atMs;
    isTorn = torn;
    return apply(key, chunk, input);
  }

  /** A chunk says again how it is. */
  void sayAgain(Key key, long atMs) {
    StoredRecord chunk = chunks.get(key);
    unsaid.remove(key);
    if (chunk != null) {
      PackedWorkflow state = chunk.state();
      boolean isFinished = state.finishedSteps() == state.stepCount();
      apply(new ChunkReported(key.step(), key.chunk(), state.failedItems(), isFinished), atMs);
    }
  }

  private Decision apply(Key key, StoredRecord chunk, Input input) {
    StoredRecord.Made made = chunk.apply(input, nowMs);
    made.events().forEach(event -> witness.accept(key, event));
    boolean reports = false;
    for (Effect effect : made.effects()) {
      if (effect instanceof ReportChunk) {
        reports = true;
      } else if (effect instanceof DispatchStep dispatch && isOpen(chunk, dispatch)) {
        int branch = key.firstBranch() + dispatch.step();
        String affinity = dispatch.affinityKey();
        int attempt = dispatch.attempt();
        sent.add(new Sent(key.step(), branch, attempt, carried(dispatch), "", affinity));
      } else if (effect instanceof StartWorkflow start) {
        sent.add(started(key, start));
      } else if (effect instanceof CancelWorkflow cancel) {
        cancelled.add(cancel.workflowId());
      }
    }
    if (reports) {
      PackedWorkflow state = chunk.state();
      if (state.finishedSteps() == state.stepCount()) {
        items.forget(key);
      }
      if (isTorn) {
        unsaid.add(key);
      } else {
        sayAgain(key, nowMs);
      }
    }
    return made.decision();
  }

  /** What starts is told of as a command is. */
  private Sent started(Key key, StartWorkflow start) {
    Payload input = start.input();
    List<Payload> items = input == null ? List.of() : List.of(input);
    Parent parent = Objects.requireNonNull(start.parent());
    assertThat(parent.workflowId()).isEqualTo("workflow");
    assertThat(parent.step()).isEqualTo(definition.step(key.step()).id());
    assertThat(parent.depth()).isEqualTo(1);
    return new Sent(key.step(), parent.branch(), parent.attempt(), items, start.workflowId(), null);
  }

  /** Cancels what the branches wait for, of chunks that are of the same attempt of their step. */
  private void cancel(CancelBranches cancel) {
    int former = Chunk.formerAttempts(cancel.attempt());
    chunks.forEach(
        (key, record) -> {
          PackedWorkflow chunk = record.state();
          boolean isOpen = key.step() == cancel.step() && cancel.branches().isOpen(key.chunk());
          if (isOpen && chunk.formerAttempts() == former) {
            for (int branch : chunk.stepsWithChildren()) {
              cancelled.add(Objects.requireNonNull(chunk.child(branch)));
            }
          }
        });
  }

  private static List<Payload> carried(DispatchStep dispatch) {
    Payload input = dispatch.input();
    return input == null ? dispatch.items() : List.of(input);
  }

  private boolean awaitsBranches(int step) {
    PackedWorkflow state = workflow.state();
    return !state.status().hasEnded() && state.stepStatus(step) == StepStatus.SUSPENDED;
  }

  private static boolean isOpen(StoredRecord record, DispatchStep dispatch) {
    PackedWorkflow state = record.state();
    return !state.status().hasEnded()
        && state.stepStatus(dispatch.step()) == StepStatus.OPEN
        && state.attempt(dispatch.step()) == dispatch.attempt();
  }

  private void open(OpenChunk open) {
    Key key = new Key(open.step(), open.chunk());
    CompiledForEach forEach = definition.step(open.step()).forEach();
    int batchSize = forEach == null ? 0 : forEach.batchSize();
    StoredRecord chunk =
        new StoredRecord(
            definition.branches(open.step(), open.size()),
            () ->
                new Chunk(
                    open.chunk(),
                    batchSize,
                    definition,
                    new WorkflowOfBranches(workflow.state(), workflow.payloads()),
                    items.of(key)),
            payloads -> payloads,
            gate);
    assertThat(chunks.put(key, chunk)).as("chunk %s before it is opened", key).isNull();
    PackedWorkflow state = workflow.state();
    int former = Chunk.formerAttempts(state.attempt(open.step()));
    isTorn = true; // it is told once its workflow is stored
    apply(key, chunk, new ChunkRequested(state.tenant(), state.priority(), former));
  }

  /** A step, or a branch of one, that waits for its queue; -1 stands for no chunk. */
  record Waiting(int step, int chunk, int branch) {}

  /** The steps and branches that wait for their queue. */
  List<Waiting> waiting() {
    List<Waiting> waiting = new ArrayList<>();
    PackedWorkflow state = workflow.state();
    for (int step = 0; step < state.stepCount() && state.gatedSteps() > 0; step++) {
      if (state.isGated(step)) {
        waiting.add(new Waiting(step, -1, -1));
      }
    }
    chunks.forEach(
        (key, record) -> {
          PackedWorkflow chunk = record.state();
          for (int i = 0; i < chunk.stepCount() && chunk.gatedSteps() > 0; i++) {
            if (chunk.isGated(i)) {
              waiting.add(new Waiting(key.step(), key.chunk(), i));
            }
          }
        });
    return waiting;
  }

  /** It is the turn of one that waits for its queue. */
  void release(Waiting one, long atMs) {
    if (one.chunk() < 0) {
      apply(new StepReleased(one.step()), atMs);
    } else {
      apply(new Key(one.step(), one.chunk()), new StepReleased(one.branch()), atMs, false);
    }
  }

  private void forget(int step) {
    chunks.forEach(
        (key, record) -> {
          boolean isOfWorkers = definition.step(step).action() instanceof CompiledAction.Work;
          if (key.step() == step && isOfWorkers) {
            PackedWorkflow chunk = record.state();
            gate.changed("queue", "type", -chunk.openSteps(), -chunk.gatedSteps());
          }
        });
    chunks.keySet().removeIf(key -> key.step() == step);
    items.forget(step);
    unsaid.removeIf(key -> key.step() == step);
  }

  /** What the items of a step gave, as far as their chunks keep it; null for those that failed. */
  List<@Nullable Payload> outputs(int step, int batchSize) {
    return ItemOutputs.of(chunks, step, batchSize);
  }

  /** The results of the chunks of a step, as one payload. */
  private Payload results(String step, Branches branches) {
    int index = definition.indexOf(step);
    return new Payload("", ItemOutputs.text(outputs(index, branches.batchSize())).getBytes(UTF_8));
  }
}
