package dev.millrace.cli.workflow;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.ConnectionOptions;
import dev.millrace.cli.connection.PartitionReader;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.wire.EventHistory;
import dev.millrace.schemas.wire.PayloadJson;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/** Puts two attempts of a step, or of a branch of it, side by side. */
@Command(
    name = "diff-attempts",
    mixinStandardHelpOptions = true,
    description = {
      "Puts two attempts of a step, or of a branch of it, side by side: times, failures, outputs.",
      "Times in the queue and of running are the worker's, from its completion."
    })
public final class DiffAttemptsCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Mixin private ConnectionOptions where = new ConnectionOptions();

  @Parameters(index = "0", paramLabel = "ID", description = "The workflow.")
  private String workflowId = "";

  @Parameters(index = "1", paramLabel = "STEP", description = "The step.")
  private String step = "";

  @Parameters(
      index = "2..*",
      arity = "0..2",
      paramLabel = "A B",
      description = "Numbers of two attempts; without them the last two.")
  private List<Integer> numbers = List.of();

  @Option(
      names = "--branch",
      paramLabel = "N",
      description =
          "Attempts of this branch of the forEach step, from 0. In a later attempt of the step they go on from 1001, 2001 and so on.")
  private @Nullable Integer branch;

  @Option(names = "--json", description = "One JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    WorkflowIds.checked(command, workflowId);
    if (branch != null && branch < 0) {
      throw new ParameterException(
          command.commandLine(), "--branch %d: must be 0 or more".formatted(branch));
    }
    if (numbers.size() != 0 && numbers.size() != 2) {
      throw new ParameterException(
          command.commandLine(),
          "attempts %s: give two numbers, or none for the last two".formatted(numbers));
    }
    StepOrBranch of = new StepOrBranch(step, branch == null ? StepOrBranch.NO_BRANCH : branch);
    Connection connection = where.connect();
    EventHistory log = WorkflowLog.read(connection, workflowId, this::note);
    List<Integer> known =
        log.entries().stream()
            .filter(of::isOf)
            .map(entry -> entry.event().getAttempt())
            .filter(attempt -> attempt > 0)
            .distinct()
            .sorted()
            .toList();
    if (known.isEmpty()) {
      throw new CommandFailedException(
          "workflow '%s': no event is of an attempt of %s".formatted(workflowId, of));
    }
    List<Integer> chosen =
        numbers.isEmpty() ? known.subList(Math.max(0, known.size() - 2), known.size()) : numbers;
    List<AttemptReport> attempts = new ArrayList<>();
    try (PartitionReader<StepCompletion> completions =
        new PartitionReader<>(
            connection,
            StepCompletion.class,
            connection.topics().completions(),
            workflowId,
            false,
            this::note)) {
      for (int number : chosen) {
        attempts.add(
            AttemptReport.find(log, of, number, offset -> completion(completions, offset))
                .orElseThrow(
                    () ->
                        new CommandFailedException(
                            "workflow '%s': %s has no attempt %d; it has %s"
                                .formatted(workflowId, of, number, known))));
      }
    }
    PrintWriter out = command.commandLine().getOut();
    if (json) {
      out.println(json(attempts));
    } else {
      if (branch != null) {
        out.printf("branch %d of ", branch);
      }
      out.printf("step %s of %s%n", step, workflowId);
      Columns.aligned(rows(attempts)).forEach(out::println);
    }
    return ExitCode.OK;
  }

  private @Nullable StepCompletion completion(
      PartitionReader<StepCompletion> completions, long offset) {
    PartitionReader.Found<StepCompletion> found = completions.at(offset);
    return found == null || !found.key().equals(workflowId) ? null : found.value();
  }

  private static List<List<String>> rows(List<AttemptReport> attempts) {
    List<List<String>> rows = new ArrayList<>();
    row(rows, "", attempts, attempt -> "attempt " + attempt.number());
    row(rows, "result", attempts, AttemptReport::result);
    row(rows, "dispatched", attempts, attempt -> text(attempt.dispatchedAt()));
    row(rows, "times out", attempts, attempt -> text(attempt.timesOutAt()));
    row(rows, "ended", attempts, attempt -> text(attempt.endedAt()));
    row(rows, "took", attempts, attempt -> text(attempt.took()));
    row(rows, "  in the queue", attempts, attempt -> text(attempt.inQueue()));
    row(rows, "  running", attempts, attempt -> text(attempt.running()));
    row(rows, "  reporting", attempts, attempt -> text(attempt.reporting()));
    row(rows, "worker", attempts, AttemptReport::worker);
    row(rows, "child", attempts, AttemptReport::child);
    row(
        rows,
        "items",
        attempts,
        attempt ->
            attempt.items() == 0
                ? ""
                : "%d of %d failed".formatted(attempt.failedItems(), attempt.items()));
    row(
        rows,
        "failure",
        attempts,
        attempt -> {
          Failure failure = attempt.failure();
          return failure == null ? "" : FailureText.of(failure.getType(), failure.getMessage());
        });
    row(rows, "next attempt", attempts, attempt -> text(attempt.nextAt()));
    row(rows, "output", attempts, attempt -> PayloadText.of(attempt.output()));
    return rows;
  }

  /** A line, unless no attempt has anything to say there. */
  private static void row(
      List<List<String>> rows,
      String name,
      List<AttemptReport> attempts,
      Function<AttemptReport, String> cell) {
    List<String> row = new ArrayList<>(List.of(name));
    attempts.stream().map(cell).map(text -> text.isEmpty() ? "-" : text).forEach(row::add);
    if (row.stream().skip(1).anyMatch(text -> !text.equals("-"))) {
      rows.add(row);
    }
  }

  private static String text(@Nullable Instant time) {
    return time == null ? "" : time.toString();
  }

  /** Milliseconds, or seconds where nobody counts the milliseconds. */
  private static String text(@Nullable Duration duration) {
    if (duration == null) {
      return "";
    }
    long millis = duration.toMillis();
    return Math.abs(millis) < 10_000
        ? millis + " ms"
        : String.format(Locale.ROOT, "%.1f s", millis / 1_000.0);
  }

  private String json(List<AttemptReport> attempts) {
    StringWriter written = new StringWriter();
    try (JsonGenerator out = JsonMapper.shared().createGenerator(written)) {
      out.writeStartObject();
      out.writeStringProperty("workflowId", workflowId);
      out.writeStringProperty("step", step);
      if (branch != null) {
        out.writeNumberProperty("branch", branch);
      }
      out.writeArrayPropertyStart("attempts");
      attempts.forEach(attempt -> write(out, attempt));
      out.writeEndArray();
      out.writeEndObject();
    }
    return written.toString();
  }

  private static void write(JsonGenerator out, AttemptReport attempt) {
    out.writeStartObject();
    out.writeNumberProperty("attempt", attempt.number());
    out.writeStringProperty("result", attempt.result());
    write(out, "dispatchedAt", attempt.dispatchedAt());
    write(out, "timesOutAt", attempt.timesOutAt());
    write(out, "endedAt", attempt.endedAt());
    write(out, "tookMs", attempt.took());
    write(out, "queueMs", attempt.inQueue());
    write(out, "runMs", attempt.running());
    write(out, "reportMs", attempt.reporting());
    if (!attempt.worker().isEmpty()) {
      out.writeStringProperty("worker", attempt.worker());
    }
    if (!attempt.child().isEmpty()) {
      out.writeStringProperty("child", attempt.child());
    }
    if (attempt.items() > 0) {
      out.writeNumberProperty("items", attempt.items());
      out.writeNumberProperty("failedItems", attempt.failedItems());
    }
    Failure failure = attempt.failure();
    if (failure != null) {
      out.writeObjectPropertyStart("failure");
      out.writeStringProperty("type", failure.getType());
      out.writeStringProperty("message", failure.getMessage());
      out.writeBooleanProperty("retryable", failure.getRetryable());
      out.writeEndObject();
    }
    write(out, "nextAttemptAt", attempt.nextAt());
    Payload output = attempt.output();
    if (output != null) {
      out.writeName("output");
      PayloadJson.write(out, output.contentType(), output.data());
    }
    out.writeEndObject();
  }

  private static void write(JsonGenerator out, String name, @Nullable Instant time) {
    if (time != null) {
      out.writeStringProperty(name, time.toString());
    }
  }

  private static void write(JsonGenerator out, String name, @Nullable Duration duration) {
    if (duration != null) {
      out.writeNumberProperty(name, duration.toMillis());
    }
  }

  private void note(String text) {
    command.commandLine().getErr().println("millrace: " + text);
  }
}
