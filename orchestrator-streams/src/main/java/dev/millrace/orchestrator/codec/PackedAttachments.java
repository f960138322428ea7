package dev.millrace.orchestrator.codec;

import static dev.millrace.orchestrator.codec.Packing.getInt;
import static dev.millrace.orchestrator.codec.Packing.getUnsignedShort;
import static dev.millrace.orchestrator.codec.Packing.putInt;
import static dev.millrace.orchestrator.codec.Packing.putShort;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.Outcome;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What few workflows have, kept as attachments. Not thread-safe. */
abstract sealed class PackedAttachments extends PackedSteps permits PackedControls {
  /** Largest packed output, in bytes, that rides in the record. */
  public static final int OUTPUT_BYTES = 256;

  /** Most bytes of attachments to which another output is added. */
  public static final int OUTPUTS_BYTES = 4 * 1024;

  /** The same of a chunk of branches, whose outputs are all kept. */
  static final int OUTPUTS_OF_CHUNK_BYTES = 32 * 1024;

  static final int FLAG_ENDING = 64;

  private static final int[] NO_STEPS = {};

  /** Items, items of a branch and chunks at once, before 4 bytes for each chunk. */
  private static final int BRANCHES_HEADER = 2 * Integer.BYTES + 1;

  /** Of a parent: attempt, depth, branch and the length of its id stand before that. */
  private static final int PARENT_ID_AT = 3 * Integer.BYTES + 2;

  final SpilledPayloads spilled = new SpilledPayloads();

  PackedAttachments(byte[] bytes) {
    super(bytes);
  }

  PackedAttachments(byte[] header, byte[] stored) {
    super(header, stored);
  }

  /** Who is told how the workflow ends. */
  public @Nullable Parent parent() {
    byte[] packed =
        status() == WorkflowStatus.RUNNING ? attachment(Attachments.Kind.PARENT, 0) : null;
    if (packed == null) {
      return null;
    }
    int stepAt = PARENT_ID_AT + getUnsignedShort(packed, PARENT_ID_AT - 2);
    return new Parent(
        new String(packed, PARENT_ID_AT, stepAt - PARENT_ID_AT, UTF_8),
        new String(packed, stepAt, packed.length - stepAt, UTF_8),
        getInt(packed, 2 * Integer.BYTES),
        getInt(packed, 0),
        getInt(packed, Integer.BYTES));
  }

  public void setParent(Parent parent) {
    byte[] id = Packing.utf8("workflow id of the parent", parent.workflowId(), 0xffff);
    byte[] step = Packing.utf8("step of the parent", parent.step(), 0xffff);
    byte[] packed = new byte[PARENT_ID_AT + id.length + step.length];
    putInt(packed, 0, parent.attempt());
    putInt(packed, Integer.BYTES, parent.depth());
    putInt(packed, 2 * Integer.BYTES, parent.branch());
    putShort(packed, PARENT_ID_AT - 2, id.length);
    System.arraycopy(id, 0, packed, PARENT_ID_AT, id.length);
    System.arraycopy(step, 0, packed, PARENT_ID_AT + id.length, step.length);
    attach(Attachments.Kind.PARENT, 0, packed);
  }

  /** The workflow that a step waits for. */
  public @Nullable String child(int step) {
    byte[] packed = attachment(Attachments.Kind.CHILD, step);
    return packed == null ? null : new String(packed, UTF_8);
  }

  public void setChild(int step, String workflowId) {
    byte[] packed = Packing.utf8("workflow id of a child", workflowId, 0xffff);
    attach(Attachments.Kind.CHILD, step, packed);
  }

  final void removeChild(int step) {
    attach(Attachments.Kind.CHILD, step, null);
  }

  /** The steps that wait for other workflows. */
  public int[] stepsWithChildren() {
    return status() == WorkflowStatus.RUNNING
        ? attachments.keys(attached(), attachmentsOffset(), Attachments.Kind.CHILD)
        : NO_STEPS;
  }

  /** The branches of a step. */
  public @Nullable Branches branches(int step) {
    boolean runs = status() == WorkflowStatus.RUNNING;
    byte[] packed = runs ? attachment(Attachments.Kind.BRANCHES, step) : null;
    if (packed == null) {
      return null;
    }
    int[] chunks = new int[(packed.length - BRANCHES_HEADER) / Integer.BYTES];
    for (int chunk = 0; chunk < chunks.length; chunk++) {
      chunks[chunk] = getInt(packed, BRANCHES_HEADER + chunk * Integer.BYTES);
    }
    return new Branches(getInt(packed, 0), getInt(packed, Integer.BYTES), packed[8], chunks);
  }

  public void setBranches(int step, Branches branches) {
    int[] chunks = branches.chunks();
    byte[] packed = new byte[BRANCHES_HEADER + chunks.length * Integer.BYTES];
    putInt(packed, 0, branches.items());
    putInt(packed, Integer.BYTES, branches.batchSize());
    packed[2 * Integer.BYTES] = (byte) branches.atOnce();
    for (int chunk = 0; chunk < chunks.length; chunk++) {
      putInt(packed, BRANCHES_HEADER + chunk * Integer.BYTES, chunks[chunk]);
    }
    attach(Attachments.Kind.BRANCHES, step, packed);
  }

  /** The steps whose branches have been opened at some time. */
  public int[] stepsWithBranches() {
    return attachments.keys(attached(), attachmentsOffset(), Attachments.Kind.BRANCHES);
  }

  /** How many items of this chunk have failed. */
  public int failedItems() {
    byte[] packed = attachment(Attachments.Kind.FAILED_ITEMS, 0);
    return packed == null ? 0 : getInt(packed, 0);
  }

  public void addFailedItems(int items) {
    byte[] packed = new byte[Integer.BYTES];
    putInt(packed, 0, failedItems() + items);
    attach(Attachments.Kind.FAILED_ITEMS, 0, packed);
  }

  /** What the result of the open attempt of a step is kept under. */
  public @Nullable String resultKey(int step) {
    byte[] packed = attachment(Attachments.Kind.RESULT_KEY, step);
    return packed == null ? null : new String(packed, UTF_8);
  }

  public void setResultKey(int step, @Nullable String key) {
    if (key != null || resultKey(step) != null) { // to take away nothing costs a copy, too
      attach(Attachments.Kind.RESULT_KEY, step, key == null ? null : key.getBytes(UTF_8));
    }
  }

  public @Nullable Outcome outcome() {
    if (status().hasEnded() || !hasFlag(FLAG_ENDING)) {
      return null;
    }
    byte[] packed = attachment(Attachments.Kind.OUTCOME, 0);
    if (packed == null) {
      throw new IllegalStateException("the workflow is ending, and nothing says how");
    }
    WorkflowStatus how = WorkflowStatus.ofCode(packed[0]);
    return how == WorkflowStatus.SUCCEEDED
        ? Outcome.SUCCEEDED
        : new Outcome(how, PackedFailure.read(packed, 1));
  }

  public int[] toCompensate() {
    return steps(Attachments.Kind.TO_COMPENSATE, 0);
  }

  public void addToCompensate(int step) {
    int[] former = toCompensate();
    int[] steps = Arrays.copyOf(former, former.length + 1);
    steps[former.length] = step;
    setSteps(Attachments.Kind.TO_COMPENSATE, 0, steps);
  }

  public void removeToCompensate(int step) {
    setSteps(
        Attachments.Kind.TO_COMPENSATE,
        0,
        Arrays.stream(toCompensate()).filter(each -> each != step).toArray());
  }

  final int[] steps(Attachments.Kind kind, int key) {
    byte[] packed = status() == WorkflowStatus.RUNNING ? attachment(kind, key) : null;
    if (packed == null) {
      return NO_STEPS;
    }
    int[] steps = new int[packed.length / STEP_BYTES];
    for (int i = 0; i < steps.length; i++) {
      steps[i] = getUnsignedShort(packed, i * STEP_BYTES);
    }
    return steps;
  }

  final void setSteps(Attachments.Kind kind, int key, int[] steps) {
    byte[] packed = new byte[steps.length * STEP_BYTES];
    for (int i = 0; i < steps.length; i++) {
      putShort(packed, i * STEP_BYTES, steps[i]);
    }
    attach(kind, key, steps.length == 0 ? null : packed);
  }

  final byte @Nullable [] attachment(Attachments.Kind kind, int key) {
    return attachments.find(attached(), attachmentsOffset(), kind, key);
  }

  /** Attaches something in place of what has its kind and key; null only takes that away. */
  final void attach(Attachments.Kind kind, int key, byte @Nullable [] content) {
    if (attachment(kind, key) != null) {
      become(attachments.remove(whole(), attachmentsOffset(), kind, key));
    }
    if (content != null) {
      become(attachments.append(whole(), kind, key, content));
    }
  }

  /** What is to be stored before this record and deleted after it. */
  public SpilledPayloads spilled() {
    return spilled;
  }

  public void setFormerAttempts(int attempts) {
    putInt(bytes, AT_FORMER_ATTEMPTS, attempts);
  }

  /** Whether something of a size rides in the record, or gets a key of its own. */
  final boolean ridesInRecord(int bytes) {
    int most = isChunk() ? OUTPUTS_OF_CHUNK_BYTES : OUTPUTS_BYTES;
    return bytes <= OUTPUT_BYTES && attached().length - attachmentsOffset() + bytes <= most;
  }

  /** Lets go of the branches of a step that waits for them. */
  final void dropBranches(int step) {
    if (stepStatus(step) == StepStatus.SUSPENDED && branches(step) != null) {
      spilled.dropBranches(step);
    }
  }

  /** The same, unless all are finished: then they are its results. */
  final void dropUnfinishedBranches(int step) {
    Branches branches = branches(step);
    if (branches != null && !branches.areFinished()) {
      dropBranches(step);
    }
  }
}
