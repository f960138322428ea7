package dev.millrace.cli.workflow;

import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.v1.WorkflowEvents;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;

/**
 * What happened to one workflow, by the rule of the event log: a record whose first sequence is not
 * beyond those read replaces every event from that sequence on. Not thread-safe.
 */
final class EventHistory {
  private final String workflowId;
  private final TreeMap<Long, EventText> events = new TreeMap<>();

  EventHistory(String workflowId) {
    this.workflowId = workflowId;
  }

  /** Adds a record and returns its events. */
  List<EventText> add(WorkflowEvents record) {
    events.tailMap(record.getFirstSequence(), true).clear();
    List<EventText> added = new ArrayList<>();
    long sequence = record.getFirstSequence();
    for (WorkflowEvent event : record.getEvents()) {
      EventText text = new EventText(workflowId, sequence, record.getAt(), event);
      events.put(sequence, text);
      added.add(text);
      sequence++;
    }
    return added;
  }

  /** Whether a record would replace something. */
  boolean replaces(WorkflowEvents record) {
    return !events.isEmpty() && record.getFirstSequence() <= events.lastKey();
  }

  /** All events in order. */
  Collection<EventText> events() {
    return Collections.unmodifiableCollection(events.values());
  }
}
