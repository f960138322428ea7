package dev.millrace.cli.workflow;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.codec.WorkflowHistory;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Join;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import dev.millrace.schemas.wire.EventHistory;
import dev.millrace.schemas.wire.PayloadJson;
import java.io.StringWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/**
 * The state of a workflow after one of its events, for people and for programs. Of a workflow that
 * has ended it shows the steps as the end found them.
 */
final class WorkflowStateReport {
  private static final List<String> HEAD =
      List.of("STEP", "STATUS", "ATTEMPT", "DUE", "WAITS FOR", "OUTPUT");

  private static final List<String> BRANCHES_HEAD = List.of("STEP", "BRANCHES", "BY STATUS");

  /**
   * Branches of a step.
   *
   * @param from number of the first
   * @param to number behind the last
   */
  record Listed(BranchesReport of, int from, int to) {}

  private final String workflowId;
  private final WorkflowOfId which;
  private final WorkflowHistory history;
  private final EventHistory.Entry last;
  private final Map<String, BranchesReport> branches;
  private final @Nullable Listed listed;
  private final PackedWorkflow workflow;
  private final PackedWorkflow steps;

  /**
   * A report.
   *
   * @param which the workflow, among those that have had the id, with the events that led to the
   *     state
   * @param branches the branches of steps, by the ids of these
   * @param listed the branches to show one by one; null for none
   */
  WorkflowStateReport(
      String workflowId,
      WorkflowOfId which,
      WorkflowHistory history,
      Map<String, BranchesReport> branches,
      @Nullable Listed listed) {
    this.workflowId = workflowId;
    this.which = which;
    this.history = history;
    this.last = which.events().getLast();
    this.branches = branches;
    this.listed = listed;
    this.workflow = history.workflow();
    this.steps = history.lastRunning();
  }

  List<String> text() {
    List<String> lines = new ArrayList<>();
    add(lines, "workflow", workflowId);
    add(lines, "of this id", which.place());
    add(lines, "after event", EventText.line(last));
    add(lines, "status", workflow.status().name() + (workflow.isPaused() ? ", paused" : ""));
    add(lines, "definition", workflow.definition() + "/" + workflow.version());
    add(lines, "tenant", workflow.tenant());
    add(lines, "priority", Integer.toString(workflow.priority()));
    add(lines, "started", time(workflow.startedAtMs()));
    add(lines, "times out", workflow.status().hasEnded() ? "" : time(workflow.deadlineMs()));
    add(lines, "ended", time(workflow.endedAtMs()));
    Failure failure = workflow.failure();
    if (failure != null) {
      add(lines, "failure", FailureText.of(failure.type(), failure.message()));
    }
    add(lines, "input", PayloadText.of(history.payload(PackedWorkflow.INPUT_SLOT)));
    add(
        lines,
        "steps",
        "%d of %d succeeded, %d open%s"
            .formatted(
                steps.succeededSteps(),
                steps.stepCount(),
                steps.openSteps(),
                workflow.status().hasEnded() ? ", when it ended" : ""));
    lines.add("");
    lines.addAll(Columns.aligned(rows()));
    if (!branches.isEmpty()) {
      List<List<String>> counts = new ArrayList<>(List.of(BRANCHES_HEAD));
      branches.values().forEach(each -> counts.add(each.counts()));
      lines.add("");
      lines.addAll(Columns.aligned(counts));
    }
    if (listed != null) {
      lines.add("");
      lines.addAll(listed.of().lines(listed.from(), listed.to()));
    }
    return lines;
  }

  private List<List<String>> rows() {
    CompiledDefinition definition = history.definition();
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEAD);
    for (int step = 0; step < steps.stepCount(); step++) {
      boolean waits = steps.stepStatus(step) == StepStatus.WAITING;
      rows.add(
          List.of(
              definition.step(step).id(),
              steps.stepStatus(step).name(),
              waits ? "" : Integer.toString(steps.attempt(step)),
              time(steps.stepDeadlineMs(step)),
              waits ? lacks(step) + " more" : "",
              PayloadText.of(history.payload(step))));
    }
    return rows;
  }

  private static void add(List<String> lines, String name, String value) {
    if (!value.isEmpty()) {
      lines.add("%-11s %s".formatted(name, value));
    }
  }

  /** A time of the record; empty for none. */
  private static String time(long epochMs) {
    return epochMs == WorkflowView.NO_DEADLINE ? "" : Instant.ofEpochMilli(epochMs).toString();
  }

  String json() {
    StringWriter written = new StringWriter();
    try (JsonGenerator json = JsonMapper.shared().createGenerator(written)) {
      json.writeStartObject();
      json.writeStringProperty("workflowId", workflowId);
      if (which.count() > 1) {
        json.writeNumberProperty("ofThisId", which.number());
        json.writeNumberProperty("workflowsOfThisId", which.count());
      }
      json.writeNumberProperty("sequence", last.sequence());
      json.writeStringProperty("at", last.at().toString());
      json.writeStringProperty("status", workflow.status().name());
      if (workflow.isPaused()) {
        json.writeBooleanProperty("paused", true);
      }
      json.writeStringProperty("definition", workflow.definition());
      json.writeNumberProperty("version", workflow.version());
      json.writeStringProperty("tenant", workflow.tenant());
      json.writeNumberProperty("priority", workflow.priority());
      writeTime(json, "startedAt", workflow.startedAtMs());
      writeTime(json, "deadline", workflow.deadlineMs());
      writeTime(json, "endedAt", workflow.endedAtMs());
      Failure failure = workflow.failure();
      if (failure != null) {
        json.writeObjectPropertyStart("failure");
        json.writeStringProperty("type", failure.type());
        json.writeStringProperty("message", failure.message());
        json.writeEndObject();
      }
      writePayload(json, "input", history.payload(PackedWorkflow.INPUT_SLOT));
      json.writeArrayPropertyStart("steps");
      for (int step = 0; step < steps.stepCount(); step++) {
        writeStep(json, step);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return written.toString();
  }

  private void writeStep(JsonGenerator json, int step) {
    json.writeStartObject();
    json.writeStringProperty("id", history.definition().step(step).id());
    json.writeStringProperty("status", steps.stepStatus(step).name());
    if (steps.stepStatus(step) == StepStatus.WAITING) {
      json.writeNumberProperty("remainingDependencies", lacks(step));
    } else {
      json.writeNumberProperty("attempt", steps.attempt(step));
    }
    writeTime(json, "dueAt", steps.stepDeadlineMs(step));
    writePayload(json, "output", history.payload(step));
    BranchesReport itsBranches = branches.get(history.definition().step(step).id());
    if (itsBranches != null) {
      json.writeObjectPropertyStart("branches");
      itsBranches.writeCounts(json);
      if (listed != null && listed.of().equals(itsBranches)) {
        itsBranches.writeList(json, listed.from(), listed.to());
      }
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private static void writeTime(JsonGenerator json, String name, long epochMs) {
    if (epochMs != WorkflowView.NO_DEADLINE) {
      json.writeStringProperty(name, time(epochMs));
    }
  }

  private static void writePayload(JsonGenerator json, String name, @Nullable Payload payload) {
    if (payload != null) {
      json.writeName(name);
      PayloadJson.write(json, payload.contentType(), payload.data());
    }
  }

  /** How many dependencies a waiting step lacks at most. */
  private int lacks(int step) {
    return Join.lacks(history.definition().step(step).join(), steps.join(step));
  }
}
