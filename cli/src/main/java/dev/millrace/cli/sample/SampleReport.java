package dev.millrace.cli.sample;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.cli.run.RunLog;
import dev.millrace.cli.run.WorkflowRun;
import dev.millrace.examples.samples.Sample;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.wire.EventHistory;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/**
 * What came of a sample.
 *
 * @param workflows how many were started
 * @param succeeded how many ended once, and well
 * @param steps steps and branches that succeeded
 * @param cached how many of them took a kept result instead of running
 * @param commands how many commands were sent for them
 * @param took from the first start to the last end
 * @param verdict whether the results are right
 */
record SampleReport(
    int workflows,
    int succeeded,
    int steps,
    int cached,
    int commands,
    Duration took,
    Sample.Verdict verdict) {
  /** The reason of a success that no worker was asked for. */
  private static final String CACHED = "cached";

  /** Sums up the log of a run. */
  static SampleReport of(Sample sample, int workflows, RunLog log, Duration took) {
    int succeeded = 0;
    int steps = 0;
    int cached = 0;
    int commands = 0;
    List<JsonNode> outputs = new ArrayList<>();
    for (int i = 0; i < workflows; i++) {
      WorkflowRun run = log.runs().get(SampleRun.id(sample, i));
      outputs.add(output(run));
      if (run == null) {
        continue;
      }
      succeeded += hasSucceeded(run) ? 1 : 0;
      commands += run.events(EventType.STEP_DISPATCHED).size();
      for (EventHistory.Entry success : run.events(EventType.STEP_SUCCEEDED)) {
        steps++;
        cached += success.event().getReason().equals(CACHED) ? 1 : 0;
      }
    }
    return new SampleReport(
        workflows, succeeded, steps, cached, commands, took, sample.check(outputs));
  }

  private static boolean hasSucceeded(WorkflowRun run) {
    return run.hasEndedOnce()
        && run.end().map(EventHistory.Entry::event).map(WorkflowEvent::getType).stream()
            .allMatch(EventType.WORKFLOW_SUCCEEDED::equals);
  }

  /** What the workflow gave; nothing if it gave none. */
  private static JsonNode output(@Nullable WorkflowRun run) {
    return Optional.ofNullable(run)
        .flatMap(WorkflowRun::end)
        .map(EventHistory.Entry::event)
        .map(WorkflowEvent::getPayload)
        .map(Payload::getData)
        .map(data -> JsonMapper.shared().readTree(UTF_8.decode(data.duplicate()).toString()))
        .orElseGet(MissingNode::getInstance);
  }

  /** Whether every workflow succeeded with the right result. */
  boolean isRight() {
    return succeeded == workflows && verdict.isRight();
  }

  void print(PrintWriter out) {
    double seconds = took.toMillis() / 1e3;
    row(
        out,
        "workflows",
        "%,d of %,d succeeded in %.1f s".formatted(succeeded, workflows, seconds));
    row(
        out,
        "steps",
        "%,d, %,.0f a second; %,d commands%s"
            .formatted(
                steps,
                steps / seconds,
                commands,
                cached == 0 ? "" : "; %,d taken from the result cache".formatted(cached)));
    row(out, verdict.isRight() ? "right" : "wrong", verdict.text());
    out.flush();
  }

  private static void row(PrintWriter out, String name, String value) {
    out.println("%-11s %s".formatted(name, value));
  }
}
