package dev.millrace.orchestrator.processor;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.codec.DecodedControl;
import dev.millrace.orchestrator.codec.InputSource;
import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.decide.Refusal;
import dev.millrace.orchestrator.store.ParkedInputs;
import dev.millrace.orchestrator.store.ParkedRecord;
import dev.millrace.orchestrator.store.RecordKind;
import dev.millrace.orchestrator.store.WorkflowStore;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.util.List;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Applies controls to workflows. One whose workflow has not begun is parked: nothing orders the two
 * topics, so its start may be read later, or may be parked itself. Parked controls are applied in
 * their order as soon as the workflow has begun. A crash in between leaves them parked beside the
 * workflow; whatever of starts, controls and timers is taken next for it applies them first, and
 * the offset in the workflow's record tells those apart that have been applied. Belongs to one
 * stream task.
 */
final class Controls {
  /** Most controls that wait for one workflow. */
  static final int WAITING = 100;

  /** Most bytes of controls, with their headers, that wait for one workflow. */
  static final int WAITING_BYTES = 1024 * 1024;

  private static final RecordKind KIND = RecordKind.PARKED_CONTROLS;

  private final TaskResources task;
  private final WorkflowStore store;
  private final Transitions transitions;
  private final DeadLetters deadLetters;

  /** Since when starts can have been read; time before it was not spent waiting for one. */
  private long readingSinceMs;

  Controls(TaskResources task, Transitions transitions, DeadLetters deadLetters) {
    this.task = task;
    this.store = task.store();
    this.transitions = transitions;
    this.deadLetters = deadLetters;
    this.readingSinceMs = task.context().currentSystemTimeMs();
  }

  /** Looks whether starts are read: while they are not, no control waits in vain. */
  void tick(long nowMs) {
    if (task.startsAreLeft().getAsBoolean()) {
      readingSinceMs = nowMs;
    }
  }

  Decision.@Nullable Refused control(String workflowId, Record<byte[], byte[]> record, Cause cause)
      throws MalformedRecordException {
    DecodedControl control = task.decoder().control(record.value(), record.headers());
    if (!store.isKnown(workflowId)) {
      return park(workflowId, record, cause);
    }
    applyParked(workflowId);
    return transitions.change(workflowId, control.request(), cause.by(control.origin()));
  }

  /** Applies what waits for a workflow that has begun. */
  void applyParked(String workflowId) {
    ParkedInputs parked = store.parked(KIND, workflowId);
    if (parked == null) {
      return;
    }
    for (ParkedRecord each : parked.records()) {
      apply(workflowId, each);
    }
    store.unpark(KIND, workflowId, parked);
  }

  private void apply(String workflowId, ParkedRecord parked) {
    DecodedControl control;
    try {
      control = task.decoder().control(parked.value(), parked.headers());
    } catch (MalformedRecordException e) { // read once, and not any more: by an older version, say
      deadLetters.malformed(record(workflowId, parked), origin(parked), e);
      return;
    }
    Cause cause =
        new Cause(InputSource.CONTROL, parked.offset(), parked.headers()).by(control.origin());
    Decision.@Nullable Refused refused = transitions.change(workflowId, control.request(), cause);
    if (refused != null) {
      deadLetters.refuse(record(workflowId, parked), origin(parked), refused);
    }
  }

  /** Gives up all that waits for a workflow that will not begin. */
  void reject(String workflowId, String why) {
    ParkedInputs parked = store.parked(KIND, workflowId);
    if (parked != null) {
      parked.records().forEach(each -> reject(workflowId, each, why));
      store.unpark(KIND, workflowId, parked);
    }
  }

  /** Looks at parked controls again, if they have armed this timer. */
  boolean retry(WorkflowStore.Timer timer, long nowMs) {
    String workflowId = timer.workflowId();
    ParkedInputs parked = store.parked(KIND, workflowId);
    if (parked == null || parked.armedTimerMs() != timer.dueMs()) {
      return false;
    }
    if (store.isKnown(workflowId)) {
      applyParked(workflowId);
    } else if (store.parked(RecordKind.PARKED_START, workflowId) != null) {
      // What becomes of the start sees to them; this is only so that they are not forgotten.
      long laterMs = Math.max(Starts.RETRY_MS, task.settings().controlWait().toMillis());
      store.park(KIND, workflowId, parked.again(nowMs + laterMs), parked);
    } else {
      rejectThoseThatHaveWaited(workflowId, parked, nowMs);
    }
    return true;
  }

  private Decision.@Nullable Refused park(
      String workflowId, Record<byte[], byte[]> record, Cause cause) {
    long nowMs = task.context().currentSystemTimeMs();
    ParkedRecord next =
        new ParkedRecord(
            nowMs, cause.offset(), record.timestamp(), record.headers(), record.value());
    ParkedInputs former = store.parked(KIND, workflowId);
    if (former != null && cause.offset() <= former.records().getLast().offset()) {
      // Read again after a crash: what RocksDB kept may be missing in the changelog.
      store.park(KIND, workflowId, former, former);
      return new Decision.Refused(Refusal.ALREADY_APPLIED, "it waits already");
    }
    ParkedInputs parked =
        former == null ? new ParkedInputs(endOfWaitMs(next), List.of(next)) : former.and(next);
    if (parked.records().size() > WAITING || parked.storedBytes() > WAITING_BYTES) {
      return new Decision.Refused(
          Refusal.UNKNOWN_WORKFLOW,
          "no workflow '%s' is known, and this control cannot wait for one: at most %d controls of %d bytes with their headers can"
              .formatted(workflowId, WAITING, WAITING_BYTES));
    }
    store.park(KIND, workflowId, parked, former);
    return null;
  }

  private void rejectThoseThatHaveWaited(String workflowId, ParkedInputs parked, long nowMs) {
    List<ParkedRecord> left =
        parked.records().stream().filter(each -> endOfWaitMs(each) > nowMs).toList();
    String why =
        "no workflow '%s' is known, and none was started within %d ms"
            .formatted(workflowId, task.settings().controlWait().toMillis());
    parked.records().stream()
        .filter(each -> !left.contains(each))
        .forEach(each -> reject(workflowId, each, why));
    if (left.isEmpty()) {
      store.unpark(KIND, workflowId, parked);
    } else {
      store.park(KIND, workflowId, new ParkedInputs(endOfWaitMs(left.getFirst()), left), parked);
    }
  }

  private long endOfWaitMs(ParkedRecord parked) {
    return Math.max(parked.sinceMs(), readingSinceMs) + task.settings().controlWait().toMillis();
  }

  private void reject(String workflowId, ParkedRecord parked, String why) {
    deadLetters.refuse(
        record(workflowId, parked),
        origin(parked),
        new Decision.Refused(Refusal.UNKNOWN_WORKFLOW, why));
  }

  private DeadLetters.Origin origin(ParkedRecord parked) {
    return new DeadLetters.Origin(
        task.settings().topics().controls(), task.context().taskId().partition(), parked.offset());
  }

  private static Record<byte[], byte[]> record(String workflowId, ParkedRecord parked) {
    return new Record<>(
        workflowId.getBytes(UTF_8), parked.value(), parked.timestampMs(), parked.headers());
  }
}
