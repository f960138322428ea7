package dev.millrace.orchestrator.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.utils.Bytes;

/** A cache over a store that remembers what is written. */
abstract class RecordCacheCase {
  final WrittenStore store = new WrittenStore();
  final AtomicLong evicted = new AtomicLong();

  static Bytes key(String workflowId) {
    return Keys.workflow(workflowId);
  }

  static byte[] value(String text) {
    return text.getBytes(UTF_8);
  }
}
