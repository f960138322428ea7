package dev.millrace.orchestrator.store;

import dev.millrace.orchestrator.codec.ItemPage;
import dev.millrace.orchestrator.codec.PackedPayload;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.codec.SpilledPayloads;
import dev.millrace.orchestrator.core.state.Items;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiConsumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The workflows of one stream task and what hangs around their records. One order keeps them whole
 * under any crash: what a record speaks of is put before it and deleted after it, so that whatever
 * a crash leaves over is an orphan, which the record itself gives away. Not thread-safe.
 */
public final class WorkflowStore {
  private final KeyValueStore<Bytes, byte[]> store;
  private final TimerIndex timers;
  private final ResultStore results = new ResultStore(this, ResultStore.RESULTS, ResultStore.BYTES);

  /** Tells the life of this task from those before it. */
  private final long incarnation = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);

  /** Of which kinds beside workflows there may be records; null until that is asked. */
  private @Nullable Set<RecordKind> presentKinds;

  private BiConsumer<String, PackedWorkflow> alsoPutAgain = (recordId, record) -> {};

  public WorkflowStore(KeyValueStore<Bytes, byte[]> store) {
    this.store = store;
    this.timers = new TimerIndex(store);
  }

  /** Has someone told of each record that is put for the first time in this life, before it is. */
  public void onPutAgain(BiConsumer<String, PackedWorkflow> teller) {
    alsoPutAgain = teller;
  }

  /** A timer as it stands in the store. */
  public record Timer(long dueMs, RecordKind kind, String workflowId) {}

  /** A workflow of which nothing is known, to begin. */
  public PackedWorkflow absent() {
    PackedWorkflow workflow = PackedWorkflow.absent();
    workflow.setIncarnation(incarnation);
    return workflow;
  }

  /** A workflow to work on, or null when nothing is known of it. */
  public @Nullable PackedWorkflow load(String workflowId) {
    byte[] stored = store.get(Keys.workflow(workflowId));
    return stored == null ? null : PackedWorkflow.of(stored);
  }

  /** A chunk of branches of which nothing is known, to begin. */
  public PackedWorkflow absentChunk() {
    PackedWorkflow chunk = PackedWorkflow.absentChunk();
    chunk.setIncarnation(incarnation);
    return chunk;
  }

  /** A chunk of branches to work on, or null when nothing is known of it. */
  public @Nullable PackedWorkflow load(ChunkId chunk) {
    byte[] stored = store.get(Keys.chunk(chunk));
    return stored == null ? null : PackedWorkflow.of(stored);
  }

  /** Whether this life of the task has stored a record. */
  public boolean isOfThisLife(PackedWorkflow record) {
    return record.incarnation() == incarnation;
  }

  /** Stores the items of a chunk of branches, before its record. */
  public void putItems(ChunkId chunk, List<Payload> items) {
    store.put(items(chunk), ItemPage.toBytes(items));
  }

  /** The items of a chunk of branches that is not finished. */
  public Items itemsOf(ChunkId chunk) {
    byte[] stored = store.get(items(chunk));
    if (stored == null) {
      throw new IllegalStateException(
          "chunk %s of workflow '%s' has lost its items"
              .formatted(chunk.scope(), chunk.workflowId()));
    }
    return ItemPage.of(stored);
  }

  /** Forgets the items of a chunk of branches, after the record that says so is stored. */
  public void deleteItems(ChunkId chunk) {
    delete(items(chunk));
  }

  private static Bytes items(ChunkId chunk) {
    return Keys.payload(chunk.text(), PackedWorkflow.ITEMS_SLOT);
  }

  /** Forgets a chunk of branches that its workflow does not speak of, but for its items. */
  public void forget(ChunkId id, PackedWorkflow chunk) {
    delete(Keys.chunk(id));
    if (chunk.armedTimerMs() != WorkflowView.NO_DEADLINE) {
      deleteTimer(chunk.armedTimerMs(), RecordKind.CHUNK, id.text());
    }
    chunk.spilledSlots().forEach(slot -> delete(Keys.payload(id.text(), slot)));
  }

  /**
   * Forgets all that is left of the branches of a step, after its workflow is stored.
   *
   * @param step id of the step; empty for all steps
   */
  public void forgetBranches(String workflowId, String step) {
    forgetBranches(workflowId, step, (id, chunk) -> {});
  }

  /**
   * The same.
   *
   * @param onForgotten told of each chunk, with the text of its id
   */
  public void forgetBranches(
      String workflowId, String step, BiConsumer<String, PackedWorkflow> onForgotten) {
    String prefix = ChunkId.prefix(workflowId, step);
    for (Bytes key : keys(Keys.firstChunk(prefix))) {
      PackedWorkflow chunk = PackedWorkflow.of(store.get(key));
      onForgotten.accept(Keys.chunkText(key), chunk);
      delete(key);
      if (chunk.armedTimerMs() != WorkflowView.NO_DEADLINE) {
        deleteTimer(chunk.armedTimerMs(), RecordKind.CHUNK, Keys.chunkText(key));
      }
    }
    keys(Keys.firstPayloadOfChunks(prefix)).forEach(this::delete);
  }

  /** All keys that begin with one. */
  private List<Bytes> keys(Bytes first) {
    return keys(first, Keys.behind(first));
  }

  private List<Bytes> keys(Bytes first, Bytes behind) {
    List<Bytes> keys = new ArrayList<>();
    try (KeyValueIterator<Bytes, byte[]> entries = store.range(first, behind)) {
      entries.forEachRemaining(entry -> keys.add(entry.key));
    }
    return keys;
  }

  /** The payload in a slot of a workflow; null when there is none. */
  public @Nullable Payload payload(String workflowId, PackedWorkflow workflow, int slot) {
    if (!workflow.isSpilled(slot)) {
      return workflow.riding(slot);
    }
    int own = workflow.ownSlot(slot);
    Payload pending = workflow.spilled().pending(own);
    if (pending != null) {
      return pending;
    }
    byte[] stored = store.get(Keys.payload(workflowId, own));
    if (stored == null) {
      throw new IllegalStateException(
          "workflow '%s' has no payload in slot %d".formatted(workflowId, slot));
    }
    return PackedPayload.of(stored);
  }

  /** Stores payloads that do not fit in a workflow's record, before the record. */
  public void putSpilled(String workflowId, PackedWorkflow workflow) {
    for (SpilledPayloads.Spilled payload : workflow.spilled().take()) {
      store.put(Keys.payload(workflowId, payload.slot()), PackedPayload.toBytes(payload.payload()));
    }
  }

  /**
   * Stores a workflow and moves its timer. The first time in the life of the task, all that hangs
   * around the record is put with it: after a crash RocksDB may hold changes that the changelog
   * never got, and a record that comes there must find what it speaks of.
   *
   * @param timerMs when it must next be looked at; {@link WorkflowView#NO_DEADLINE} for never
   */
  public void save(String workflowId, PackedWorkflow workflow, long timerMs) {
    RecordKind kind = workflow.isChunk() ? RecordKind.CHUNK : RecordKind.WORKFLOW;
    long armedMs = workflow.armedTimerMs();
    boolean isOfAnEarlierLife = workflow.incarnation() != incarnation;
    putSpilled(workflowId, workflow);
    if (isOfAnEarlierLife) {
      putSpilledAgain(workflowId, workflow);
      alsoPutAgain.accept(workflowId, workflow);
      workflow.setIncarnation(incarnation);
    }
    if ((timerMs != armedMs || isOfAnEarlierLife) && timerMs != WorkflowView.NO_DEADLINE) {
      putTimer(timerMs, kind, workflowId);
    } else if (timerMs != WorkflowView.NO_DEADLINE) {
      timers.expect(timerMs); // it may have fired and be due still
    }
    workflow.setArmedTimerMs(timerMs);
    store.put(Keys.record(kind, workflowId), workflow.bytes());
    if (timerMs != armedMs && armedMs != WorkflowView.NO_DEADLINE) {
      deleteTimer(armedMs, kind, workflowId);
    }
    for (int slot : workflow.spilled().takeReleased()) {
      delete(Keys.payload(workflowId, slot));
    }
  }

  /**
   * Puts a workflow as it is, unless this life of the task has done so already: for an input that
   * is read again and whose effect the state holds. Once that input is committed nothing else might
   * bring the state to the changelog.
   */
  public void putAgain(String workflowId, PackedWorkflow workflow) {
    if (workflow.incarnation() != incarnation) {
      save(workflowId, workflow, workflow.armedTimerMs());
    }
  }

  private void putSpilledAgain(String workflowId, PackedWorkflow workflow) {
    for (int slot : workflow.spilledSlots()) {
      putAgain(Keys.payload(workflowId, slot));
    }
    if (workflow.isChunk()) {
      Bytes items = Keys.payload(workflowId, PackedWorkflow.ITEMS_SLOT);
      if (store.get(items) != null) {
        putAgain(items);
      }
    } else if (workflow.hasBranches()) {
      String prefix = ChunkId.prefix(workflowId, "");
      keys(Keys.firstPayloadOfChunks(prefix)).forEach(this::putAgain);
      for (Bytes key : keys(Keys.firstChunk(prefix))) {
        PackedWorkflow chunk = PackedWorkflow.of(store.get(key));
        if (chunk.armedTimerMs() != WorkflowView.NO_DEADLINE) {
          putTimer(chunk.armedTimerMs(), RecordKind.CHUNK, Keys.chunkText(key));
        }
        alsoPutAgain.accept(Keys.chunkText(key), chunk);
        putAgain(key);
      }
    }
  }

  private void putAgain(Bytes key) {
    store.put(key, store.get(key));
  }

  /**
   * Forgets an ended workflow. Its timer goes last: where a crash comes between, it finds no
   * workflow and has the rest forgotten.
   */
  public void forget(String workflowId, PackedWorkflow workflow) {
    delete(Keys.workflow(workflowId));
    if (workflow.hasBranches()) {
      forgetBranches(workflowId, "");
    }
    for (int slot : workflow.spilledSlots()) {
      delete(Keys.payload(workflowId, slot));
    }
    if (workflow.armedTimerMs() != WorkflowView.NO_DEADLINE) {
      deleteTimer(workflow.armedTimerMs(), RecordKind.WORKFLOW, workflowId);
    }
  }

  /** Forgets what a crash has left of a workflow that is forgotten already. */
  public void forgetLeftovers(String workflowId) {
    forgetBranches(workflowId, "");
    Bytes first = Keys.payload(workflowId, 0);
    keys(first, Keys.behindPayloads(workflowId)).stream()
        .filter(key -> key.get().length == first.get().length) // another id may begin with this one
        .forEach(this::delete);
  }

  /** Whether a workflow, running or ended, has this id. */
  public boolean isKnown(String workflowId) {
    return store.get(Keys.workflow(workflowId)) != null;
  }

  /** Inputs of a kind that wait for a workflow to begin, or null. */
  public @Nullable ParkedInputs parked(RecordKind kind, String workflowId) {
    byte[] stored = presentKinds().contains(kind) ? store.get(Keys.record(kind, workflowId)) : null;
    return stored == null ? null : ParkedInputs.of(stored);
  }

  /**
   * Stores inputs that wait and moves their timer.
   *
   * @param former what waited until now; null for nothing
   */
  public void park(
      RecordKind kind, String workflowId, ParkedInputs inputs, @Nullable ParkedInputs former) {
    presentKinds().add(kind);
    putTimer(inputs.armedTimerMs(), kind, workflowId);
    store.put(Keys.record(kind, workflowId), inputs.toBytes());
    if (former != null && former.armedTimerMs() != inputs.armedTimerMs()) {
      deleteTimer(former.armedTimerMs(), kind, workflowId);
    }
  }

  /** Forgets inputs that have waited. */
  public void unpark(RecordKind kind, String workflowId, ParkedInputs inputs) {
    delete(Keys.record(kind, workflowId));
    deleteTimer(inputs.armedTimerMs(), kind, workflowId);
  }

  private Set<RecordKind> presentKinds() {
    Set<RecordKind> kinds = presentKinds;
    if (kinds == null) {
      kinds = EnumSet.noneOf(RecordKind.class);
      for (RecordKind kind : EnumSet.complementOf(EnumSet.of(RecordKind.WORKFLOW))) {
        try (KeyValueIterator<Bytes, byte[]> records = records(kind)) {
          if (records.hasNext()) {
            kinds.add(kind);
          }
        }
      }
      presentKinds = kinds;
    }
    return kinds;
  }

  /** Deletes a timer that no record speaks of. */
  public void deleteOrphan(Timer timer) {
    deleteTimer(timer.dueMs(), timer.kind(), timer.workflowId());
  }

  /** The timers that are due, earliest first, at most a number of them. */
  public List<Timer> dueTimers(long nowMs, int limit) {
    return timers.due(nowMs, limit);
  }

  void putTimer(long dueMs, RecordKind kind, String workflowId) {
    timers.put(dueMs, kind, workflowId);
  }

  void deleteTimer(long dueMs, RecordKind kind, String workflowId) {
    timers.delete(dueMs, kind, workflowId);
  }

  /** The schedules that are kept beside the workflows. */
  public ScheduleStore schedules() {
    return new ScheduleStore(this);
  }

  /** The results of steps that are kept for other workflows. */
  public ResultStore results() {
    return results;
  }

  /** The steps that wait for their queues. */
  public HeldStore held() {
    return new HeldStore(this);
  }

  /** Chunks and workflows as they were last written. */
  public CommittedRecords committed() {
    return new CommittedRecords(WorkflowStores.behindTheCache(store));
  }

  /** What lies between two keys; to be closed. */
  KeyValueIterator<Bytes, byte[]> range(Bytes from, Bytes to) {
    return store.range(from, to);
  }

  /** All records of a kind; to be closed. */
  KeyValueIterator<Bytes, byte[]> records(RecordKind kind) {
    return store.range(Keys.first(kind), Keys.after(kind));
  }

  long incarnation() {
    return incarnation;
  }

  /** Whether there may be records of a kind; false is certain. */
  boolean mayHave(RecordKind kind) {
    return presentKinds().contains(kind);
  }

  /** Takes note that there is a record of a kind. */
  void note(RecordKind kind) {
    presentKinds().add(kind);
  }

  byte @Nullable [] get(Bytes key) {
    return store.get(key);
  }

  void put(Bytes key, byte @Nullable [] value) {
    store.put(key, value);
  }

  private void delete(Bytes key) {
    store.put(key, null);
  }
}
