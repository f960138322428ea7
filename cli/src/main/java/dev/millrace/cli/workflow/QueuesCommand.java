package dev.millrace.cli.workflow;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.ConnectionOptions;
import dev.millrace.cli.queue.QueueSettingsText;
import dev.millrace.schemas.QueueSettings;
import dev.millrace.schemas.wire.MalformedRecordException;
import dev.millrace.schemas.wire.QueueSettingsJson;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** Shows what waits for the workers of each queue. */
@Command(
    name = "queues",
    mixinStandardHelpOptions = true,
    description = {
      "Shows what waits for the workers of each queue: commands in its topic that none has",
      "finished (LAG), steps that the engines hold back (HELD), and for how long the oldest of"
          + " these. Then what is set for queues ('millrace queue'), and which engines leave starts"
          + " in Kafka, and why."
    })
public final class QueuesCommand implements Callable<Integer> {
  private static final List<String> HEAD = List.of("QUEUE", "LAG", "HELD", "OLDEST");

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Mixin private ConnectionOptions where = new ConnectionOptions();

  @Option(names = "--json", description = "The engine's own answer.")
  private boolean json;

  @Override
  public Integer call() {
    PrintWriter out = command.commandLine().getOut();
    JsonNode backlog;
    try (EngineClient engine = new EngineClient(where.engine())) {
      backlog = engine.backlog();
    }
    if (json) {
      out.println(backlog);
      return ExitCode.OK;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEAD);
    for (Map.Entry<String, JsonNode> queue : backlog.path("queues").properties()) {
      rows.add(row(queue.getKey(), queue.getValue()));
    }
    Columns.aligned(rows).forEach(out::println);
    backlog
        .path("queues")
        .properties()
        .forEach(each -> limits(out, each.getKey(), each.getValue()));
    backlog.path("intake").forEach(each -> out.println(closure(each)));
    if (backlog.path("partial").asBoolean(false)) {
      out.println("Some engine does not answer: more may be held.");
    }
    return ExitCode.OK;
  }

  /** What is set for a queue and its step types, and whether breakers hold back its commands. */
  private static void limits(PrintWriter out, String name, JsonNode queue) {
    limit(out, name, queue.path("settings"));
    queue
        .path("stepTypes")
        .properties()
        .forEach(type -> limit(out, name + "/" + type.getKey(), type.getValue()));
    int open = queue.path("openBreakers").asInt(0);
    if (open > 0) {
      out.printf("%s: %d breakers of its tasks hold back commands%n", name, open);
    }
  }

  private static void limit(PrintWriter out, String target, JsonNode settings) {
    if (!settings.isMissingNode()) {
      try {
        QueueSettings known = QueueSettingsJson.read(settings.toString().getBytes(UTF_8));
        out.println(target + ": " + QueueSettingsText.of(known));
      } catch (MalformedRecordException e) {
        throw new CommandFailedException(
            "the engine's answer about queue %s: %s".formatted(target, e.getMessage()), e);
      }
    }
  }

  private static String closure(JsonNode closure) {
    return "Engine %s leaves starts in Kafka since %s for %s: %d, the limit is %d; it takes them again at %d."
        .formatted(
            closure.path("engine").asString(""),
            Instant.ofEpochMilli(closure.path("sinceMs").asLong(0)).truncatedTo(ChronoUnit.SECONDS),
            closure.path("reason").asString(""),
            closure.path("value").asLong(0),
            closure.path("limit").asLong(0),
            closure.path("resumesAt").asLong(0));
  }

  private static List<String> row(String name, JsonNode queue) {
    long held = queue.path("held").asLong(0);
    String lag = queue.has("lag") ? Long.toString(queue.path("lag").asLong()) : "unknown";
    boolean isStale = queue.path("stale").asBoolean(false);
    long sampleAgeMs = queue.path("sampleAgeMs").asLong(0);
    return List.of(
        name,
        isStale && queue.has("lag") ? "%s, %s ago".formatted(lag, inSeconds(sampleAgeMs)) : lag,
        Long.toString(held),
        held == 0 ? "-" : inSeconds(queue.path("oldestAgeMs").asLong(0)));
  }

  private static String inSeconds(long ageMs) {
    return Duration.ofMillis(ageMs).toSeconds() + " s";
  }
}
