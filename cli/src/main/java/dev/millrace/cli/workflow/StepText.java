package dev.millrace.cli.workflow;

import tools.jackson.databind.JsonNode;

/** Where a step is, for people. */
final class StepText {
  private StepText() {}

  /** One line, of what the engine answers about a step. */
  static String line(JsonNode step) {
    String status = step.path("status").asString("");
    int attempt = step.path("attempt").asInt(0);
    String due = step.path("due").asString("");
    StringBuilder line =
        new StringBuilder("  %-11s %s".formatted(status, step.path("step").asString("")));
    if (attempt > 0) {
      line.append('#').append(attempt);
    }
    if (step.path("waitsFor").asInt(0) > 0) {
      line.append(", waits for ").append(step.path("waitsFor").asInt(0)).append(" steps");
    }
    String signal = step.path("signal").asString("");
    if (!signal.isEmpty()) {
      line.append(", waits for signal ").append(signal);
    }
    String child = step.path("child").asString("");
    if (!child.isEmpty()) {
      line.append(", waits for workflow ").append(child);
    }
    if (!due.isEmpty()) {
      boolean waitsForTime =
          status.equals("SUSPENDED")
              && signal.isEmpty()
              && child.isEmpty()
              && step.path("type").asString("").isEmpty();
      line.append(
          switch (status) {
            case "BACKING_OFF" -> ", next attempt at ";
            case "READY" -> ", held until ";
            default -> waitsForTime ? ", goes on at " : ", times out at ";
          });
      line.append(due);
    }
    String held = step.path("held").asString("");
    if (!held.isEmpty() && due.isEmpty()) {
      line.append(", held by ").append(held);
    }
    String heldSince = step.path("heldSince").asString("");
    if (!heldSince.isEmpty()) {
      line.append(" since ").append(heldSince);
    }
    String queue = step.path("queue").asString("");
    if (attempt > 0 && !queue.isEmpty()) {
      line.append(", queue ").append(queue);
    }
    if (!step.path("form").isMissingNode() && !step.path("form").isNull()) {
      line.append(System.lineSeparator()).append("              ").append(step.path("form"));
    }
    return line.toString();
  }
}
