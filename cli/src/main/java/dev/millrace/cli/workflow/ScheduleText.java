package dev.millrace.cli.workflow;

import dev.millrace.orchestrator.definition.DurationText;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Schedules, for people. */
final class ScheduleText {
  private static final String ROW = "%-24s  %-7s  %-20s  %-20s  %s%n";

  private ScheduleText() {}

  /** A table, one schedule a line. */
  static void list(PrintWriter out, Iterable<JsonNode> schedules) {
    out.printf(ROW, "SCHEDULE", "STATUS", "DEFINITION", "WHEN", "NEXT");
    for (JsonNode each : schedules) {
      out.printf(
          ROW,
          text(each, "scheduleId"),
          text(each, "status"),
          definition(each),
          when(each),
          text(each, "nextAt"));
    }
  }

  /** All of one schedule. */
  static void show(PrintWriter out, JsonNode schedule) {
    line(out, "schedule", text(schedule, "scheduleId"));
    line(out, "status", text(schedule, "status"));
    line(out, "definition", definition(schedule));
    line(out, "when", when(schedule) + " in " + text(schedule, "timeZone"));
    line(out, "overlap", text(schedule, "overlap"));
    line(out, "catch-up", duration(schedule, "catchUp"));
    line(out, "carry", schedule.path("carry").asBoolean(false) ? "yes" : "");
    line(out, "tenant", text(schedule, "tenant"));
    line(out, "priority", text(schedule, "priority"));
    line(out, "next", text(schedule, "nextAt"));
    line(out, "running", joined(schedule.path("running")));
    line(out, "waiting", joined(schedule.path("waiting")));
    for (JsonNode range : schedule.path("backfills")) {
      line(
          out,
          "back-fill",
          "%s to %s, %s".formatted(text(range, "from"), text(range, "to"), text(range, "overlap")));
    }
    JsonNode counts = schedule.path("counts");
    line(
        out,
        "slots",
        "%d started, %d succeeded, %d failed, %d skipped, %d missed"
            .formatted(
                counts.path("started").asLong(0),
                counts.path("succeeded").asLong(0),
                counts.path("failed").asLong(0),
                counts.path("skipped").asLong(0),
                counts.path("missed").asLong(0)));
    if (counts.path("failed").asLong(0) > 0) {
      line(
          out,
          "",
          "'millrace events %s' shows why slots failed".formatted(text(schedule, "scheduleId")));
    }
  }

  private static String definition(JsonNode schedule) {
    int version = schedule.path("version").asInt(0);
    return text(schedule, "definition") + (version == 0 ? "" : "/" + version);
  }

  private static String when(JsonNode schedule) {
    String cron = text(schedule, "cron");
    return cron.isEmpty() ? "every " + duration(schedule, "interval") : cron;
  }

  /** A duration as users give it. */
  private static String duration(JsonNode node, String field) {
    String text = text(node, field);
    return text.isEmpty() ? "" : DurationText.print(Duration.parse(text));
  }

  private static String text(JsonNode node, String field) {
    return node.path(field).asString("");
  }

  private static String joined(JsonNode items) {
    return items.valueStream().map(each -> each.asString("")).collect(Collectors.joining(", "));
  }

  private static void line(PrintWriter out, String name, String value) {
    if (!value.isEmpty()) {
      out.printf("%-11s %s%n", name, value);
    }
  }
}
