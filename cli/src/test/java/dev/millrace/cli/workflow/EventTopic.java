package dev.millrace.cli.workflow;

import dev.millrace.cli.TestCluster;
import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.v1.WorkflowEvents;
import java.time.Instant;
import java.util.stream.Stream;

/** The event topic of a cluster, written to as an engine does. */
record EventTopic(TestCluster cluster) {
  /** When all events happened that say nothing else. */
  static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");

  /** Events of an input that nobody asks for. */
  void send(String id, long firstSequence, EventType... types) {
    send(id, firstSequence, EventSource.START, -1, types);
  }

  /** Events of an input. */
  void send(String id, long firstSequence, EventSource source, long offset, EventType... types) {
    send(
        id,
        firstSequence,
        AT,
        source,
        offset,
        Stream.of(types)
            .map(type -> WorkflowEvent.newBuilder().setType(type))
            .toArray(WorkflowEvent.Builder[]::new));
  }

  /** The first event of a chunk of branches. */
  void sendOfBranches(String id, String scope, EventType type) {
    send(id, scope, 0, AT, EventSource.START, -1, WorkflowEvent.newBuilder().setType(type));
  }

  /** Events of an input, with all that they say. */
  void send(
      String id,
      long firstSequence,
      Instant at,
      EventSource source,
      long offset,
      WorkflowEvent.Builder... events) {
    send(id, "", firstSequence, at, source, offset, events);
  }

  /** Events of an input of a scope, with all that they say. */
  void send(
      String id,
      String scope,
      long firstSequence,
      Instant at,
      EventSource source,
      long offset,
      WorkflowEvent.Builder... events) {
    WorkflowEvents record =
        WorkflowEvents.newBuilder()
            .setFirstSequence(firstSequence)
            .setAt(at)
            .setSource(source)
            .setSourceOffset(offset)
            .setScope(scope)
            .setEvents(Stream.of(events).map(WorkflowEvent.Builder::build).toList())
            .build();
    cluster.send(WorkflowEvents.class, cluster.topics().events(), id, record);
  }
}
