package dev.millrace.orchestrator.codec;

import static dev.millrace.orchestrator.codec.Packing.getInt;
import static dev.millrace.orchestrator.codec.Packing.putInt;
import static dev.millrace.orchestrator.codec.Packing.putLong;

import dev.millrace.orchestrator.core.state.Plan;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.Arrays;

/**
 * The tables of a packed workflow, one row a step, read and changed in place. Not thread-safe.
 *
 * <pre>
 * steps       2 bytes a step, see StepEntry
 * deadlines   6 bytes a step, once one is needed: 1 bit that tells since when a step has waited
 *             for its queue from a deadline, 47 bits of a time
 * rounds      6 bytes a step, once one is needed: attempts of former rounds (4),
 *             whether it was reset (1 bit), rounds since then (15 bits)
 * </pre>
 */
abstract sealed class PackedSteps extends WorkflowSummary permits PackedAttachments {
  private static final int FLAG_DEADLINES = 1;
  private static final int FLAG_ROUNDS = 16;

  static final int STEP_BYTES = 2;
  private static final int TIME_BYTES = 6;
  private static final int ROUND_BYTES = 6;

  /** Stands with the time since when a step has waited for its queue. */
  private static final long GATED = 1L << 47;

  /** Stands with the rounds of a step that has been reset. */
  private static final int RESET = 0x8000;

  final Attachments attachments = new Attachments();

  /** The tables and attachments: in the same array as the header, or in another. */
  private RecordBody body;

  private boolean headerIsApart;

  PackedSteps(byte[] bytes) {
    super(bytes);
    body = RecordBody.owned(bytes);
  }

  PackedSteps(byte[] header, byte[] stored) {
    super(header);
    body = RecordBody.shared(stored);
    headerIsApart = true;
  }

  public StepStatus stepStatus(int step) {
    return StepEntry.status(entry(step));
  }

  public int join(int step) {
    return StepEntry.join(entry(step));
  }

  public int attempt(int step) {
    int ofRounds = hasFlag(FLAG_ROUNDS) ? attemptsOfFormerRounds(step) : 0;
    return formerAttempts() + ofRounds + StepEntry.attempts(entry(step));
  }

  public int attemptsOfRound(int step) {
    return StepEntry.attempts(entry(step));
  }

  public int rounds(int step) {
    return hasFlag(FLAG_ROUNDS) ? body.shortAt(roundOffset(step) + Integer.BYTES) & ~RESET : 0;
  }

  public boolean wasReset(int step) {
    return hasFlag(FLAG_ROUNDS) && (body.shortAt(roundOffset(step) + Integer.BYTES) & RESET) != 0;
  }

  public long stepDeadlineMs(int step) {
    long timeMs = time(step);
    return (timeMs & GATED) == 0 ? timeMs : WorkflowView.NO_DEADLINE;
  }

  public long gatedSinceMs(int step) {
    long timeMs = gatedSteps() == 0 ? WorkflowView.NO_DEADLINE : time(step);
    return (timeMs & GATED) == 0 ? WorkflowView.NO_DEADLINE : timeMs & ~GATED;
  }

  private long time(int step) {
    return hasFlag(FLAG_DEADLINES) ? body.timeAt(deadlineOffset(step)) : WorkflowView.NO_DEADLINE;
  }

  public int nextHeld(int from) {
    int steps = stepCount();
    if (heldSteps() == 0) {
      return steps;
    }
    int step = from;
    while (step < steps && stepStatus(step) != StepStatus.READY) {
      step++;
    }
    return step;
  }

  public int nextHeldElsewhere(int from) {
    int steps = stepCount();
    if (heldSteps() == gatedSteps()) {
      return steps;
    }
    int step = Math.max(from, getInt(bytes, AT_FIRST_HELD));
    while (step < steps && !isHeldElsewhere(step)) {
      step++;
    }
    return step;
  }

  private boolean isHeldElsewhere(int step) {
    return stepStatus(step) == StepStatus.READY && gatedSinceMs(step) == WorkflowView.NO_DEADLINE;
  }

  public long earliestDeadlineMs() {
    if (status().hasEnded()) {
      return WorkflowView.NO_DEADLINE;
    }
    long earliest = deadlineMs();
    if (hasFlag(FLAG_DEADLINES)) {
      for (int step = 0; step < stepCount(); step++) {
        long deadline = stepDeadlineMs(step);
        if (deadline != WorkflowView.NO_DEADLINE
            && (earliest == WorkflowView.NO_DEADLINE || deadline < earliest)) {
          earliest = deadline;
        }
      }
    }
    return earliest;
  }

  public void setJoin(int step, int join) {
    setEntry(step, join);
  }

  /** Moves a step to another status, keeps count, and gives the former status. */
  final StepStatus move(int step, StepStatus next, long deadlineMs) {
    StepStatus former = put(step, next, deadlineMs);
    findFirstHeld(step);
    return former;
  }

  private StepStatus put(int step, StepStatus next, long deadlineMs) {
    int entry = entry(step);
    StepStatus former = StepEntry.status(entry);
    leaveGate(step);
    setEntry(step, StepEntry.with(entry, next));
    setDeadline(step, deadlineMs);
    if (former != next) {
      count(former, next);
    }
    return former;
  }

  /** A step waits for its queue. */
  final void moveToGate(int step, long sinceMs) {
    put(step, StepStatus.READY, sinceMs | GATED);
    putInt(bytes, AT_GATED, gatedSteps() + 1);
    findFirstHeld(step);
  }

  private void leaveGate(int step) {
    if (gatedSinceMs(step) != WorkflowView.NO_DEADLINE) {
      putInt(bytes, AT_GATED, gatedSteps() - 1);
    }
  }

  private void count(StepStatus former, StepStatus next) {
    count(AT_OPEN, isUnderWay(former), isUnderWay(next));
    count(AT_SUCCEEDED, former == StepStatus.SUCCEEDED, next == StepStatus.SUCCEEDED);
    count(AT_HELD, former == StepStatus.READY, next == StepStatus.READY);
  }

  /** Keeps the first step at hand that is held, but not for its queue; a step has changed. */
  private void findFirstHeld(int step) {
    int first = getInt(bytes, AT_FIRST_HELD);
    if (heldSteps() == gatedSteps()) {
      first = stepCount();
    } else if (isHeldElsewhere(step)) {
      first = Math.min(step, first);
    } else if (step == first) {
      first = nextHeldElsewhere(step + 1);
    }
    putInt(bytes, AT_FIRST_HELD, first);
  }

  /** Branches that wait for a workflow take up as much room as those that wait for a worker. */
  private boolean isUnderWay(StepStatus status) {
    return status == StepStatus.OPEN || (status == StepStatus.SUSPENDED && isChunk());
  }

  private void count(int at, boolean was, boolean is) {
    if (was != is) {
      putInt(bytes, at, getInt(bytes, at) + (is ? 1 : -1));
    }
  }

  /** The step is at an attempt, counted over all rounds. */
  final void setAttempt(int step, int attempt) {
    int former = attempt(step) - attemptsOfRound(step);
    setEntry(step, StepEntry.withAttempts(entry(step), attempt - former));
  }

  /** Another round of the step begins. */
  final void nextRound(int step) {
    insertTable(FLAG_ROUNDS, ROUND_BYTES);
    int at = roundOffset(step);
    int attempts = attempt(step) - formerAttempts();
    body.setShort(at, attempts >>> 16);
    body.setShort(at + Short.BYTES, attempts & 0xffff);
    body.setShort(at + Integer.BYTES, body.shortAt(at + Integer.BYTES) + 1);
    setEntry(step, StepEntry.withAttempts(entry(step), 0));
  }

  /** The step waits again, and its attempts are counted on. */
  final void waitAgain(int step, int join) {
    nextRound(step);
    body.setShort(roundOffset(step) + Integer.BYTES, RESET);
    StepStatus former = stepStatus(step);
    leaveGate(step);
    setEntry(step, join);
    setDeadline(step, WorkflowView.NO_DEADLINE);
    count(former, StepStatus.WAITING);
    findFirstHeld(step);
  }

  /** The highest attempt of any step, and of any step of former workflows of this id. */
  final int highestAttempt() {
    int highest = formerAttempts();
    for (int step = 0; step < stepCount(); step++) {
      highest = Math.max(highest, attempt(step));
    }
    return highest;
  }

  private int attemptsOfFormerRounds(int step) {
    int at = roundOffset(step);
    return body.shortAt(at) << 16 | body.shortAt(at + Short.BYTES);
  }

  final void setDeadline(int step, long deadlineMs) {
    if (!hasFlag(FLAG_DEADLINES)) {
      if (deadlineMs == WorkflowView.NO_DEADLINE) {
        return;
      }
      insertTable(FLAG_DEADLINES, TIME_BYTES);
    }
    body.setTime(deadlineOffset(step), deadlineMs);
  }

  private void insertTable(int flag, int rowBytes) {
    if (hasFlag(flag)) {
      return;
    }
    byte[] all = whole();
    int at = flag == FLAG_DEADLINES ? stepOffset(stepCount()) : attachmentsOffset();
    int size = stepCount() * rowBytes;
    byte[] grown = Arrays.copyOf(all, all.length + size);
    System.arraycopy(all, at, grown, at + size, all.length - at);
    Arrays.fill(grown, at, at + size, (byte) 0);
    become(grown);
    setFlag(flag);
  }

  /**
   * Lays the tables out for the steps of another definition.
   *
   * @param former of each of these steps, the index until now, or less than 0
   */
  final void relay(Plan plan, int[] former) {
    byte[] all = whole();
    int attachedAt = attachmentsOffset();
    int steps = former.length;
    int table = getInt(all, AT_TABLE);
    int[] rows = {
      STEP_BYTES, hasFlag(FLAG_DEADLINES) ? TIME_BYTES : 0, hasFlag(FLAG_ROUNDS) ? ROUND_BYTES : 0
    };
    int tableBytes = steps * Arrays.stream(rows).sum();
    byte[] next = Arrays.copyOf(all, table + tableBytes + all.length - attachedAt);
    Arrays.fill(next, table, table + tableBytes, (byte) 0);
    int from = table;
    int to = table;
    for (int row : rows) {
      for (int step = 0; step < steps; step++) {
        if (former[step] >= 0) {
          System.arraycopy(all, from + former[step] * row, next, to + step * row, row);
        }
      }
      from += stepCount() * row;
      to += steps * row;
    }
    System.arraycopy(all, attachedAt, next, to, all.length - attachedAt);
    putInt(next, AT_STEPS, steps);
    putInt(next, AT_VERSION, plan.version());
    putLong(next, AT_FINGERPRINT, plan.fingerprint());
    become(next);
    for (int step = 0; step < steps; step++) {
      if (StepEntry.isWaiting(entry(step))) {
        setEntry(step, plan.joins()[step]);
      }
    }
    putInt(bytes, AT_FIRST_HELD, 0);
    putInt(bytes, AT_FIRST_HELD, nextHeldElsewhere(0));
  }

  final int entry(int step) {
    return body.shortAt(stepOffset(step));
  }

  final void setEntry(int step, int entry) {
    body.setShort(stepOffset(step), entry);
  }

  /** Header, tables and attachments in one array of this object's own. */
  final byte[] whole() {
    return joined(body.own());
  }

  /** The array to store, with all changes in it; it may be the one that was stored before. */
  final byte[] written() {
    synchronized (body.array()) { // a query may be copying it
      return joined(body.write());
    }
  }

  private byte[] joined(byte[] array) {
    if (headerIsApart) {
      System.arraycopy(bytes, 0, array, 0, bytes.length);
      bytes = array;
      headerIsApart = false;
    }
    return array;
  }

  final void become(byte[] whole) {
    attachments.moved();
    bytes = whole;
    body = RecordBody.owned(whole);
    headerIsApart = false;
  }

  /** The array that holds the attachments, which may be that of the store. */
  final byte[] attached() {
    return body.array();
  }

  final int attachmentsOffset() {
    int steps = stepCount();
    return roundsOffset() + (hasFlag(FLAG_ROUNDS) ? steps * ROUND_BYTES : 0);
  }

  private int stepOffset(int step) {
    return getInt(bytes, AT_TABLE) + step * STEP_BYTES;
  }

  private int deadlineOffset(int step) {
    return stepOffset(stepCount()) + step * TIME_BYTES;
  }

  private int roundOffset(int step) {
    return roundsOffset() + step * ROUND_BYTES;
  }

  private int roundsOffset() {
    int steps = stepCount();
    return stepOffset(steps) + (hasFlag(FLAG_DEADLINES) ? steps * TIME_BYTES : 0);
  }
}
