package dev.millrace.orchestrator.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.decide.Chunk;
import dev.millrace.orchestrator.core.decide.Decider;
import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.decide.Situation;
import dev.millrace.orchestrator.core.effect.ArmTimer;
import dev.millrace.orchestrator.core.effect.CancelAttempt;
import dev.millrace.orchestrator.core.effect.CancelWorkflow;
import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.effect.Effect;
import dev.millrace.orchestrator.core.effect.HoldStep;
import dev.millrace.orchestrator.core.effect.KeepItems;
import dev.millrace.orchestrator.core.effect.OpenChunk;
import dev.millrace.orchestrator.core.effect.ReportChunk;
import dev.millrace.orchestrator.core.effect.StartWorkflow;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.graph.Targets;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.input.AttemptRunning;
import dev.millrace.orchestrator.core.input.ChunkReported;
import dev.millrace.orchestrator.core.input.ChunkRequested;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.input.ControlRequested;
import dev.millrace.orchestrator.core.input.DuplicatePolicy;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.input.StartRequested;
import dev.millrace.orchestrator.core.input.StepReleased;
import dev.millrace.orchestrator.core.input.TimerFired;
import dev.millrace.orchestrator.core.invariant.EventLogInvariants;
import dev.millrace.orchestrator.core.state.BatchResults;
import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.ItemResult;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.Results;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A workflow in a test whose first step {@code each} runs for each item of a list, and the chunks
 * of its branches: what one decides for the other is carried from one to the other.
 */
public final class WorkflowAndChunks {
  /** A command, of a branch or of a step without. */
  public record Command(String step, int branch, DispatchStep dispatch) {}

  /** What a workflow, or a chunk, keeps, and what has happened to it. */
  private record Kept(
      PackedWorkflow state, Map<Integer, Payload> stored, EventLogInvariants history) {
    Kept(PackedWorkflow state, CompiledDefinition definition) {
      this(state, new HashMap<>(), new EventLogInvariants(definition));
    }

    void check(List<Event> events, long nowMs) {
      long sequence = state.nextSequence() - events.size();
      for (Event event : events) {
        history.accept(sequence++, event, nowMs);
      }
      assertThat(history.violations()).isEmpty();
    }

    PendingPayloads payloads() {
      return new PendingPayloads(state, stored);
    }

    void store() {
      state.spilled().take().forEach(each -> stored.put(each.slot(), each.payload()));
      state.spilled().takeReleased().forEach(stored::remove);
    }
  }

  private static final int EACH = 0;

  private final WindowGate gate;

  private final CompiledDefinition definition;
  private final Kept whole;
  private final Map<Integer, Kept> chunks = new TreeMap<>();
  private final List<Command> commands = new ArrayList<>();
  private final List<Event> events = new ArrayList<>();
  private final List<Event> branchEvents = new ArrayList<>();
  private final List<Long> timers = new ArrayList<>();
  private final List<Effect> toOthers = new ArrayList<>();
  private final List<Integer> held = new ArrayList<>();
  private List<Payload> items = List.of();
  private Branches branches = Branches.of(0, 1, 1);
  private long nowMs = TestWorkflow.START_MS;

  /** Starts a workflow with an input. */
  public WorkflowAndChunks(CompiledDefinition definition, String input) {
    this(definition, input, null, Integer.MAX_VALUE);
  }

  /** Starts a workflow for which only so many attempts may be open. */
  public WorkflowAndChunks(CompiledDefinition definition, String input, int window) {
    this(definition, input, null, window);
  }

  /** Starts a workflow that answers to a parent. */
  public WorkflowAndChunks(CompiledDefinition definition, String input, @Nullable Parent parent) {
    this(definition, input, parent, Integer.MAX_VALUE);
  }

  private WorkflowAndChunks(
      CompiledDefinition definition, String input, @Nullable Parent parent, int window) {
    this.gate = new WindowGate(window);
    this.definition = definition;
    this.whole = new Kept(PackedWorkflow.absent(), definition);
    decide(
        new StartRequested(
            new Payload("", input.getBytes(UTF_8)),
            "acme",
            5,
            0,
            null,
            0,
            parent,
            DuplicatePolicy.REJECT));
  }

  /** What its steps and branches have to pass; at first it lets all of them through. */
  public WindowGate gate() {
    return gate;
  }

  /** The branches that have come to wait for their queue since the last call. */
  public List<Integer> held() {
    List<Integer> branches = List.copyOf(held);
    held.clear();
    return branches;
  }

  /** It is the turn of a branch that is held for its queue. */
  public Decision release(int branch) {
    return decide(branch / Branches.CHUNK, new StepReleased(branch % Branches.CHUNK));
  }

  public PackedWorkflow state() {
    return whole.state();
  }

  public PackedWorkflow chunk(int number) {
    return kept(number).state();
  }

  /** Sets the time, in milliseconds since the start. */
  public WorkflowAndChunks after(long sinceStartMs) {
    nowMs = TestWorkflow.START_MS + sinceStartMs;
    return this;
  }

  /** What was sent since the last call. */
  public List<Command> commands() {
    List<Command> sent = List.copyOf(commands);
    commands.clear();
    return sent;
  }

  /** The events of the workflow since the last call. */
  public List<Event> events() {
    List<Event> seen = List.copyOf(events);
    events.clear();
    return seen;
  }

  /** The events of the branches since the last call. */
  public List<Event> branchEvents() {
    List<Event> seen = List.copyOf(branchEvents);
    branchEvents.clear();
    return seen;
  }

  /** What was asked of other workflows since the last call. */
  public List<Effect> toOthers() {
    List<Effect> asked = List.copyOf(toOthers);
    toOthers.clear();
    return asked;
  }

  /** When chunks want to be woken, in milliseconds since the start, since the last call. */
  public List<Long> timers() {
    List<Long> armed = List.copyOf(timers);
    timers.clear();
    return armed;
  }

  public Decision succeed(int branch, int attempt, @Nullable Payload output) {
    return report(branch, attempt, output, List.of(), null);
  }

  public Decision fail(int branch, int attempt, Failure failure) {
    return report(branch, attempt, null, List.of(), failure);
  }

  public Decision reportBatch(int branch, int attempt, ItemResult... results) {
    return report(branch, attempt, null, List.of(results), null);
  }

  /** As {@link #reportBatch}, with a wish how long what failed is to wait. */
  public Decision reportBatchAfter(
      long retryAfterMs, int branch, int attempt, ItemResult... results) {
    return decide(
        Math.max(branch, 0) / Branches.CHUNK,
        new AttemptReported("each", branch, attempt, null, List.of(results), null, retryAfterMs));
  }

  private Decision report(
      int branch,
      int attempt,
      @Nullable Payload output,
      List<ItemResult> results,
      @Nullable Failure failure) {
    return decide(
        Math.max(branch, 0) / Branches.CHUNK,
        new AttemptReported("each", branch, attempt, output, results, failure));
  }

  public Decision heartbeat(int branch, int attempt, @Nullable Payload progress) {
    return decide(branch / Branches.CHUNK, new AttemptRunning("each", branch, attempt, progress));
  }

  /** Asks once more for a chunk that has begun. */
  public Decision openAgain(int number) {
    return decide(number, new ChunkRequested("acme", 5, 0));
  }

  public Decision fireTimer(int number) {
    return decide(number, new TimerFired());
  }

  public Decision control(Control control) {
    return decide(new ControlRequested(control));
  }

  /** Says of a chunk what the workflow may know already. */
  public Decision report(int number, int failedItems, boolean isFinished) {
    return decide(new ChunkReported(EACH, number, failedItems, isFinished));
  }

  private Decision decide(Input input) {
    Decision decision =
        Decider.decide(
            new Situation(
                "order-1",
                definition,
                whole.state(),
                new JoinedPayloads(whole.payloads(), (step, branches) -> results()),
                Results.NONE,
                Targets.NONE,
                nowMs,
                null,
                gate),
            input);
    if (decision instanceof Decision.Accepted accepted) {
      whole.store();
      whole.check(accepted.events(), nowMs);
      events.addAll(accepted.events());
      accepted.effects().forEach(this::carryOut);
    }
    return decision;
  }

  private void carryOut(Effect effect) {
    switch (effect) {
      case KeepItems keep -> {
        items = keep.items();
        branches = keep.branches();
      }
      case OpenChunk open -> {
        chunks.put(
            open.chunk(),
            new Kept(PackedWorkflow.absentChunk(), definition.branches(EACH, open.size())));
        decide(open.chunk(), new ChunkRequested("acme", 5, 0), open.size());
      }
      case DispatchStep dispatch ->
          commands.add(
              new Command(
                  definition.step(dispatch.step()).id(), AttemptReported.NO_BRANCH, dispatch));
      default -> toOthers.add(effect);
    }
  }

  private Decision decide(int number, Input input) {
    return decide(number, input, kept(number).state().stepCount());
  }

  private Decision decide(int number, Input input, int size) {
    CompiledStep.CompiledForEach forEach = definition.step(EACH).forEach();
    if (forEach == null) {
      throw new IllegalStateException("the first step has no branches");
    }
    Kept kept = kept(number);
    Chunk chunk =
        new Chunk(
            number,
            forEach.batchSize(),
            definition,
            new WorkflowOfBranches(whole.state(), whole.payloads()),
            new ItemList(
                items.subList(branches.firstItem(number), branches.firstItem(number + 1))));
    Decision decision =
        Decider.decide(
            new Situation(
                "order-1",
                definition.branches(EACH, size),
                kept.state(),
                kept.payloads(),
                Results.NONE,
                Targets.NONE,
                nowMs,
                chunk,
                gate),
            input);
    if (decision instanceof Decision.Accepted accepted) {
      kept.store();
      kept.check(accepted.events(), nowMs);
      branchEvents.addAll(accepted.events());
      accepted.effects().forEach(effect -> carryOut(chunk, effect));
      if (accepted.effects().stream().anyMatch(ReportChunk.class::isInstance)) {
        report(chunk, kept.state());
      }
    }
    return decision;
  }

  private void carryOut(Chunk chunk, Effect effect) {
    switch (effect) {
      case DispatchStep dispatch ->
          commands.add(new Command("each", chunk.branch(dispatch.step()), dispatch));
      case ReportChunk report -> {} // once all is carried out
      case ArmTimer timer -> timers.add(timer.dueMs() - TestWorkflow.START_MS);
      case StartWorkflow start -> toOthers.add(start);
      case CancelWorkflow cancel -> toOthers.add(cancel);
      case CancelAttempt cancel -> toOthers.add(cancel);
      case HoldStep hold -> held.add(chunk.branch(hold.step()));
      default -> throw new IllegalStateException("branches do not ask for " + effect);
    }
  }

  private void report(Chunk chunk, PackedWorkflow state) {
    boolean isFinished = state.finishedSteps() == state.stepCount();
    decide(new ChunkReported(EACH, chunk.number(), state.failedItems(), isFinished));
  }

  private Kept kept(int number) {
    Kept kept = chunks.get(number);
    if (kept == null) {
      throw new IllegalStateException("chunk %d has not been opened".formatted(number));
    }
    return kept;
  }

  /** What the branches gave, as a list of their outputs. */
  private Payload results() {
    List<String> outputs = new ArrayList<>();
    chunks
        .values()
        .forEach(
            chunk -> {
              for (int branch = 0; branch < chunk.state().stepCount(); branch++) {
                add(outputs, chunk.payloads().output(branch));
              }
            });
    return new Payload("", outputs.toString().getBytes(UTF_8));
  }

  private static void add(List<String> outputs, @Nullable Payload output) {
    if (output == null) {
      outputs.add("null");
    } else if (BatchResults.isPacked(output)) {
      BatchResults.unpack(output).forEach(each -> add(outputs, each.output()));
    } else {
      outputs.add(new String(output.data(), UTF_8));
    }
  }
}
