package dev.millrace.cli.workflow;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What the steps of a workflow wait for, for people. */
final class WhyText {
  private WhyText() {}

  /** One line about the workflow, of what the engine answers. */
  static String head(JsonNode page) {
    String ended = page.path("endedAt").asString("");
    return "%s %s%s, started %s%s"
        .formatted(
            page.path("workflowId").asString(""),
            page.path("status").asString(""),
            page.path("paused").asBoolean(false) ? ", paused" : "",
            page.path("startedAt").asString(""),
            ended.isEmpty() ? "" : ", ended %s: nothing waits".formatted(ended));
  }

  /** One line about a step. */
  static String line(JsonNode page, JsonNode wait) {
    JsonNode state = wait.path("state");
    String status = state.path("status").asString("");
    int attempt = state.path("attempt").asInt(0);
    StringBuilder line =
        new StringBuilder("  %-11s %s".formatted(status, state.path("step").asString("")));
    if (attempt > 0) {
      line.append('#').append(attempt);
    }
    line.append(
        switch (status) {
          case "WAITING" -> dependencies(wait) + since(page, wait);
          case "READY" -> held(page, wait);
          case "OPEN" -> open(page, wait);
          case "BACKING_OFF" -> ", waits for its next attempt" + due(state, " at ");
          case "SUSPENDED" -> suspended(page, wait);
          default -> ", waits for nothing";
        });
    return line.toString();
  }

  private static String dependencies(JsonNode wait) {
    List<String> named = new ArrayList<>();
    wait.path("dependencies")
        .forEach(
            each ->
                named.add(
                    "%s (%s)"
                        .formatted(
                            each.path("step").asString(""), each.path("status").asString(""))));
    int more = wait.path("moreDependencies").asInt(0);
    int needed = wait.path("state").path("waitsFor").asInt(0);
    if (named.isEmpty()) {
      return switch (wait.path("part").asString("")) {
        case "FINALLY" -> ", waits for the end of the other steps";
        case "COMPENSATION" -> ", runs only to undo its step";
        default -> ", waits for its turn";
      };
    }
    if (more > 0) {
      named.add("%d more".formatted(more));
    }
    int of = named.size() - (more > 0 ? 1 : 0) + more;
    String some = needed > 0 && needed < of ? "%d of ".formatted(needed) : "";
    return ", waits for " + some + String.join(", ", named);
  }

  private static String held(JsonNode page, JsonNode wait) {
    JsonNode state = wait.path("state");
    String held = state.path("held").asString("");
    return switch (held) {
      case "paused" -> ", waits for its workflow to be resumed" + since(page, wait);
      case "max-parallel" ->
          ", waits for other steps: its workflow has as many open as maxParallel allows"
              + since(page, wait);
      case "window" -> ", waits for its delivery window" + due(state, " until ");
      default -> ", waits for " + queue(wait, held) + since(page, wait) + place(wait);
    };
  }

  /** The queue of a step and why it takes no more. */
  private static String queue(JsonNode wait, String reason) {
    String name = "queue " + wait.path("state").path("queue").asString("");
    JsonNode queue = wait.path("queue");
    if (queue.path("paused").asBoolean(false)) {
      return name + ", which is paused";
    }
    if (!reason.equals("queue")) {
      return "%s (%s)".formatted(name, reason);
    }
    return queue.isObject()
        ? "%s (%d of %d attempts are open)"
            .formatted(name, queue.path("open").asLong(0), queue.path("window").asLong(0))
        : name;
  }

  private static String place(JsonNode wait) {
    JsonNode place = wait.path("place");
    if (!place.isObject()) {
      return "";
    }
    int higher = place.path("higher").asInt(0);
    int before = place.path("before").asInt(0);
    String atLeast = place.path("more").asBoolean(false) ? "more than " : "";
    if (higher + before == 0) {
      return "; it is the next of its tenant";
    }
    String ofHigher = higher == 0 ? "" : ", %d of them of higher priority".formatted(higher);
    return "; %s%d go before it%s".formatted(atLeast, higher + before, ofHigher);
  }

  private static String open(JsonNode page, JsonNode wait) {
    String lastSign = wait.path("lastSign").asString("");
    StringBuilder text = new StringBuilder(", waits for a worker of queue ");
    text.append(wait.path("state").path("queue").asString("")).append(since(page, wait));
    if (!lastSign.isEmpty()) {
      text.append(", last sign of it at ").append(lastSign).append(ago(page, lastSign));
    } else if (wait.path("awaitsSign").asBoolean(false)) {
      text.append(", no sign of one yet");
    }
    return text.append(due(wait.path("state"), ", times out at ")).toString();
  }

  private static String suspended(JsonNode page, JsonNode wait) {
    JsonNode state = wait.path("state");
    String signal = state.path("signal").asString("");
    String child = state.path("child").asString("");
    JsonNode branches = wait.path("branches");
    if (branches.isObject()) {
      return branches(page, wait) + due(state, ", times out at ");
    }
    if (!signal.isEmpty()) {
      return ", waits for signal " + signal + since(page, wait) + due(state, ", times out at ");
    }
    if (!child.isEmpty()) {
      return ", waits for workflow " + child + since(page, wait) + due(state, ", times out at ");
    }
    return ", waits for a time" + due(state, ", until ");
  }

  private static String branches(JsonNode page, JsonNode wait) {
    JsonNode branches = wait.path("branches");
    int total = branches.path("total").asInt(0);
    int held = branches.path("held").asInt(0);
    String text =
        ", waits for %d of %d branches: %d are open, %d are held"
            .formatted(
                total - branches.path("finished").asInt(0),
                total,
                branches.path("open").asInt(0),
                held);
    return held > 0 && wait.path("place").isObject()
        ? text
            + "; the first of these for "
            + queue(wait, wait.path("state").path("held").asString("queue"))
            + since(page, wait)
            + place(wait)
        : text;
  }

  private static String since(JsonNode page, JsonNode wait) {
    String since = wait.path("since").asString("");
    return since.isEmpty() ? "" : " since " + since + ago(page, since);
  }

  private static String due(JsonNode state, String before) {
    String due = state.path("due").asString("");
    return due.isEmpty() ? "" : before + due;
  }

  /** For how long, by the engine's clock. */
  private static String ago(JsonNode page, String time) {
    String now = page.path("now").asString("");
    if (now.isEmpty()) {
      return "";
    }
    long seconds =
        Math.max(0, Duration.between(Instant.parse(time), Instant.parse(now)).toSeconds());
    return " (%d s)".formatted(seconds);
  }
}
