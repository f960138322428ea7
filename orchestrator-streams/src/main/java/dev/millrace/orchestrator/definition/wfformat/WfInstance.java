package dev.millrace.orchestrator.definition.wfformat;

import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A recorded execution as a definition that can be run again.
 *
 * @param definition one step a task, in the order of the tasks; valid
 * @param runtimes how long each step took, by step id; zero where the record does not say
 * @param taskIds the recorded task id of each step, by step id
 * @param notes what was not taken over as it stands, one sentence each; empty for a clean record
 */
public record WfInstance(
    WorkflowDefinition definition,
    Map<String, Duration> runtimes,
    Map<String, String> taskIds,
    List<String> notes) {

  public WfInstance {
    runtimes = Collections.unmodifiableMap(new LinkedHashMap<>(runtimes));
    taskIds = Collections.unmodifiableMap(new LinkedHashMap<>(taskIds));
    notes = List.copyOf(notes);
  }
}
