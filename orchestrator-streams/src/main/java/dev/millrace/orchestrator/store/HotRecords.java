package dev.millrace.orchestrator.store;

import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The records that a task has put last, found by hash. The record cache below is a tree in the
 * order of the keys, for scans; finding a key in it costs more than all of a decision. What is here
 * is what the store holds, so it may forget anything. Not thread-safe.
 */
final class HotRecords {
  /** Most bytes of records held; the arrays are shared with the record cache. */
  static final long BYTES_MAX = 16L << 20;

  private final LinkedHashMap<String, byte[]> byWorkflowId = new LinkedHashMap<>(1024, 0.75f, true);
  private long bytes;

  byte @Nullable [] get(String workflowId) {
    return byWorkflowId.get(workflowId);
  }

  void put(String workflowId, byte[] record) {
    byte[] former = byWorkflowId.put(workflowId, record);
    bytes += record.length - (former == null ? 0 : former.length);
    while (bytes > BYTES_MAX && !byWorkflowId.isEmpty()) {
      bytes -= byWorkflowId.pollFirstEntry().getValue().length;
    }
  }

  void remove(String workflowId) {
    byte[] former = byWorkflowId.remove(workflowId);
    bytes -= former == null ? 0 : former.length;
  }
}
