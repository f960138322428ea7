package dev.millrace.cli.workflow;

import dev.millrace.orchestrator.codec.BranchesHistory;
import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.core.JsonGenerator;

/**
 * The branches of a step, for people and for programs.
 *
 * @param step id of the step
 * @param branches as they were at the time of the report
 */
record BranchesReport(String step, BranchesHistory branches) {
  /** How many branches a page has; the last one may have fewer. */
  static final int PAGE = Branches.CHUNK;

  /** The status of a branch of which events are missing. */
  private static final String UNKNOWN = "UNKNOWN";

  private static final List<String> HEAD =
      List.of("BRANCH", "STATUS", "ATTEMPT", "DUE", "CHILD", "FAILURE");

  /** How many pages there are. */
  int pages() {
    return Math.ceilDiv(branches.count(), PAGE);
  }

  /** The step, how many branches there are, and how many in which status: a row. */
  List<String> counts() {
    return List.of(
        step,
        Integer.toString(branches.count()),
        byStatus().entrySet().stream()
            .map(each -> each.getValue() + " " + each.getKey())
            .collect(Collectors.joining(", ")));
  }

  /**
   * Each branch as a line.
   *
   * @param from the first branch
   * @param to the branch behind the last
   */
  List<String> lines(int from, int to) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEAD);
    for (int number = from; number < to; number++) {
      BranchesHistory.Branch branch = branches.branch(number);
      Failure failure = branch.failure();
      String child = branch.child();
      rows.add(
          List.of(
              Integer.toString(number),
              status(branch),
              branch.attempt() == 0 ? "" : Integer.toString(branch.attempt()),
              branch.dueMs() == WorkflowView.NO_DEADLINE
                  ? ""
                  : Instant.ofEpochMilli(branch.dueMs()).toString(),
              child == null ? "" : child,
              failure == null ? "" : FailureText.of(failure.type(), failure.message())));
    }
    return Columns.aligned(rows);
  }

  /** Writes how many branches there are, and how many in which status, into an open object. */
  void writeCounts(JsonGenerator json) {
    json.writeNumberProperty("count", branches.count());
    json.writeNumberProperty("items", branches.items());
    json.writeObjectPropertyStart("byStatus");
    byStatus().forEach(json::writeNumberProperty);
    json.writeEndObject();
  }

  /**
   * Writes branches as a property of an open object.
   *
   * @param from the first branch
   * @param to the branch behind the last
   */
  void writeList(JsonGenerator json, int from, int to) {
    json.writeArrayPropertyStart("list");
    for (int number = from; number < to; number++) {
      BranchesHistory.Branch branch = branches.branch(number);
      json.writeStartObject();
      json.writeNumberProperty("branch", number);
      json.writeStringProperty("status", status(branch));
      if (branch.attempt() > 0) {
        json.writeNumberProperty("attempt", branch.attempt());
      }
      if (branch.dueMs() != WorkflowView.NO_DEADLINE) {
        json.writeStringProperty("dueAt", Instant.ofEpochMilli(branch.dueMs()).toString());
      }
      String child = branch.child();
      if (child != null) {
        json.writeStringProperty("child", child);
      }
      Failure failure = branch.failure();
      if (failure != null) {
        json.writeObjectPropertyStart("failure");
        json.writeStringProperty("type", failure.type());
        json.writeStringProperty("message", failure.message());
        json.writeEndObject();
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** How many branches are in which status, those that none is in left out. */
  private Map<String, Integer> byStatus() {
    Map<String, Integer> counts = new LinkedHashMap<>();
    Stream.of(StepStatus.values()).forEach(status -> counts.put(status.name(), 0));
    counts.put(UNKNOWN, 0);
    IntStream.range(0, branches.count())
        .forEach(number -> counts.merge(status(branches.branch(number)), 1, Integer::sum));
    counts.values().removeIf(count -> count == 0);
    return counts;
  }

  private static String status(BranchesHistory.Branch branch) {
    StepStatus status = branch.status();
    return status == null ? UNKNOWN : status.name();
  }
}
