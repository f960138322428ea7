package dev.millrace.worker.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.EventHistory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.test.TestRecord;

/** The event log, by workflow. One thread. */
final class Histories {
  private final Map<String, EventHistory> byId = new LinkedHashMap<>();
  private final AvroCodec<WorkflowEvents> codec;
  private long records;

  Histories(AvroCodec<WorkflowEvents> codec) {
    this.codec = codec;
  }

  void add(TestRecord<byte[], byte[]> record) {
    byId.computeIfAbsent(new String(record.key(), UTF_8), id -> new EventHistory())
        .add(records++, Records.decode(codec, record.value()));
  }

  /** The events of a workflow or schedule; none of an unknown one. */
  List<EventHistory.Entry> of(String id) {
    EventHistory history = byId.get(id);
    return history == null ? List.of() : List.copyOf(history.entries());
  }

  /** Of which workflows and schedules there are events, in the order of their first. */
  List<String> ids() {
    return List.copyOf(byId.keySet());
  }
}
