package dev.millrace.cli.demo;

import dev.millrace.cli.run.WorkflowRun;
import dev.millrace.examples.earthquakes.AlertDecision;
import dev.millrace.examples.earthquakes.QuakeRecord;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.Payload;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A line of the result file: what came of one workflow, as the event log tells it.
 *
 * @param outcome succeeded, failed, cancelled, timed_out or rejected; open if it has not ended
 * @param endedOnce whether there is one end and nothing after it
 * @param attempts attempts of all steps together
 * @param failure why the workflow failed, if it did
 * @param quake what its step file returned, if it came so far
 * @param alert what its step alert returned, if it came so far
 */
record QuakeResult(
    String workflowId,
    String outcome,
    boolean endedOnce,
    int attempts,
    @Nullable String failure,
    @Nullable QuakeRecord quake,
    @Nullable AlertDecision alert) {
  private static final String WORKFLOW = "WORKFLOW_";

  static QuakeResult of(String workflowId, WorkflowRun run) {
    Failure failure = run.end().map(end -> end.event().getFailure()).orElse(null);
    return new QuakeResult(
        workflowId,
        run.end().map(end -> outcome(end.event().getType())).orElse("open"),
        run.hasEndedOnce(),
        run.events(EventType.STEP_DISPATCHED).size(),
        failure == null ? null : failure.getType() + ": " + failure.getMessage(),
        run.output("file").map(output -> read(output, QuakeRecord.class)).orElse(null),
        run.output("alert").map(output -> read(output, AlertDecision.class)).orElse(null));
  }

  private static String outcome(EventType end) {
    return end.name().substring(WORKFLOW.length()).toLowerCase(Locale.ROOT);
  }

  private static <T> T read(Payload output, Class<T> type) {
    byte[] json = new byte[output.getData().remaining()];
    output.getData().duplicate().get(json);
    return JsonMapper.shared().readValue(json, type);
  }
}
