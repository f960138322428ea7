package dev.millrace.orchestrator.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.utils.Bytes;

/**
 * The key of a step that waits for its queue. Keys lie in the order in which the steps of one
 * tenant and priority have come: queue, priority from the highest on, tenant, time, whose step it
 * is.
 *
 * @param queue the queue
 * @param priority of the workflow, 0 to 9
 * @param tenant of the workflow
 * @param sinceMs since when the step waits, in epoch milliseconds
 * @param recordId id of the workflow, or text of the {@link ChunkId}
 * @param step id of the step; of a chunk, the number of the branch within it
 */
public record HeldKey(
    String queue, int priority, String tenant, long sinceMs, String recordId, String step) {
  /** The highest priority that a workflow can have. */
  public static final int HIGHEST_PRIORITY = 9;

  static final Bytes BEHIND_ALL = Bytes.wrap(new byte[] {Keys.HELD + 1});

  private static final byte END = 0;

  /**
   * The place at which a step waits by what its record says.
   *
   * @param recordId id of the workflow, or text of the id of a chunk
   */
  public static HeldKey of(
      CompiledDefinition definition, PackedWorkflow record, String recordId, int step) {
    CompiledStep compiled = definition.step(step);
    return new HeldKey(
        compiled.queue(),
        record.priority(),
        record.tenant(),
        record.gatedSinceMs(step),
        recordId,
        definition.isOfBranches() ? Integer.toString(step) : compiled.id());
  }

  /** The key of some bytes. */
  public static HeldKey of(Bytes key) {
    byte[] bytes = key.get();
    int queueEnd = indexOf(END, bytes, 1);
    int priority = HIGHEST_PRIORITY - bytes[queueEnd + 1];
    int tenantAt = queueEnd + 2 + Short.BYTES;
    int tenantEnd = tenantEnd(bytes, queueEnd);
    int recordAt = tenantEnd + Long.BYTES;
    int recordEnd = indexOf(END, bytes, recordAt);
    return new HeldKey(
        text(bytes, 1, queueEnd),
        priority,
        text(bytes, tenantAt, tenantEnd),
        ByteBuffer.wrap(bytes).getLong(tenantEnd),
        text(bytes, recordAt, recordEnd),
        text(bytes, recordEnd + 1, bytes.length));
  }

  /** Where in the keys of a queue and tenant {@link #sinceMs} stands. */
  public static int sinceAt(String queue, String tenant) {
    return line(queue, HIGHEST_PRIORITY, tenant).get().length;
  }

  /** As it is stored. */
  public Bytes toBytes() {
    byte[] line = line(queue, priority, tenant).get();
    byte[] record = recordId.getBytes(UTF_8);
    byte[] ofStep = step.getBytes(UTF_8);
    return Bytes.wrap(
        ByteBuffer.allocate(line.length + Long.BYTES + record.length + 1 + ofStep.length)
            .put(line)
            .putLong(sinceMs)
            .put(record)
            .put(END)
            .put(ofStep)
            .array());
  }

  /** Before all steps. */
  static Bytes first() {
    return Bytes.wrap(new byte[] {Keys.HELD});
  }

  /** Before all steps that wait for a queue. */
  static Bytes queue(String queue) {
    byte[] name = queue.getBytes(UTF_8);
    return Bytes.wrap(
        ByteBuffer.allocate(2 + name.length).put(Keys.HELD).put(name).put(END).array());
  }

  /** Before all steps of a priority that wait for a queue. */
  static Bytes level(String queue, int priority) {
    byte[] ofQueue = queue(queue).get();
    byte[] level = Arrays.copyOf(ofQueue, ofQueue.length + 1);
    level[ofQueue.length] = (byte) (HIGHEST_PRIORITY - priority);
    return Bytes.wrap(level);
  }

  /** Before all steps of a tenant and priority that wait for a queue. */
  static Bytes line(String queue, int priority, String tenant) {
    byte[] level = level(queue, priority).get();
    byte[] name = tenant.getBytes(UTF_8);
    return Bytes.wrap(
        ByteBuffer.allocate(level.length + Short.BYTES + name.length)
            .put(level)
            .putShort((short) name.length)
            .put(name)
            .array());
  }

  /** Behind all keys that begin with the bytes of one. */
  static Bytes behind(Bytes prefix) {
    byte[] bytes = prefix.get();
    int last = bytes.length - 1;
    while (bytes[last] == (byte) 0xff) {
      last--;
    }
    byte[] behind = Arrays.copyOf(bytes, last + 1);
    behind[last]++;
    return Bytes.wrap(behind);
  }

  private static int tenantEnd(byte[] bytes, int queueEnd) {
    int lengthAt = queueEnd + 2;
    return lengthAt + Short.BYTES + (ByteBuffer.wrap(bytes).getShort(lengthAt) & 0xffff);
  }

  private static int indexOf(byte wanted, byte[] bytes, int from) {
    int at = from;
    while (bytes[at] != wanted) {
      at++;
    }
    return at;
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, UTF_8);
  }
}
