package dev.millrace.cli.deadletters;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.Confirmation;
import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.ConnectionOptions;
import dev.millrace.cli.connection.Pace;
import dev.millrace.cli.connection.RecordSender;
import java.io.PrintWriter;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what could not be taken, and sends it again. */
@Command(
    name = "dead-letters",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Shows the records that could not be taken, and sends them again.")
public final class DeadLettersCommand {
  private static final int LIMIT_MAX = 100_000;
  private static final int RATE_MAX = 10_000;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists dead letters, one a line, the latest last.")
  int list(
      @Mixin ConnectionOptions where,
      @Mixin LetterFilter filter,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "100",
              description =
                  "The latest N of those that fit, 1 to " + LIMIT_MAX + " (${DEFAULT-VALUE}).")
          int limit) {
    checkRange("limit", limit, LIMIT_MAX);
    LatestLetters found = found(where.connect(), filter, limit);
    found.lines().forEach(line -> command.commandLine().getOut().println(line.text()));
    if (found.older() > 0) {
      note("%d more are older; give --limit or a filter".formatted(found.older()));
    }
    return ExitCode.OK;
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Shows all of one dead letter.")
  int show(
      @Mixin ConnectionOptions where,
      @Parameters(
              paramLabel = "PARTITION:OFFSET",
              converter = LetterId.Converter.class,
              description = "The letter, as 'list' shows it.")
          LetterId id) {
    Connection connection = where.connect();
    DeadLetter letter;
    try (DeadLetterLog log = new DeadLetterLog(connection)) {
      letter = find(log, id);
    }
    PrintWriter out = command.commandLine().getOut();
    out.printf("letter    %s%n", letter.id());
    out.printf("code      %s%n", letter.code());
    out.printf("reason    %s%n", letter.message());
    out.printf("read from %s%n", letter.origin());
    out.printf("time      %s%n", letter.at());
    out.printf("key       %s%n", letter.key());
    for (Header header : letter.originalHeaders()) {
      out.printf("header    %s: %s%n", header.key(), letter.header(header.key()).orElse(""));
    }
    out.printf("value     %s%n", new LetterText(connection).value(letter));
    return ExitCode.OK;
  }

  @Command(
      name = "redrive",
      mixinStandardHelpOptions = true,
      description = {
        "Sends dead letters again to the topics that they came from: the same bytes, key and headers, without the reason.",
        "The letters stay. To send one twice does no harm: what was taken is not taken again."
      })
  int redrive(
      @Mixin ConnectionOptions where,
      @Mixin LetterFilter filter,
      @Mixin Confirmation confirmation,
      @Option(
              names = "--rate",
              paramLabel = "N",
              defaultValue = "100",
              description = "At most so many a second, 1 to " + RATE_MAX + " (${DEFAULT-VALUE}).")
          int rate,
      @Parameters(
              paramLabel = "PARTITION:OFFSET",
              arity = "0..*",
              converter = LetterId.Converter.class,
              description = "The letters; without them, all that fit the options.")
          @Nullable List<LetterId> ids) {
    checkRange("rate", rate, RATE_MAX);
    if ((ids == null) != filter.isGiven()) {
      throw new ParameterException(
          command.commandLine(), "say which: give letters, or at least one of the options");
    }
    Connection connection = where.connect();
    List<LetterLine> letters =
        ids == null ? found(connection, filter, LIMIT_MAX).lines() : lines(connection, ids);
    List<LetterLine> sendable = letters.stream().filter(LetterLine::isSendable).toList();
    if (confirmation.isDryRun()) {
      sendable.forEach(line -> command.commandLine().getOut().println(line.text()));
    }
    if (sendable.size() < letters.size()) {
      note(
          "%d letters cannot be sent: their value was left out since it was too large, or nobody said where they came from"
              .formatted(letters.size() - sendable.size()));
    }
    if (confirmation.isDryRun()
        || sendable.isEmpty()
        || !confirmation.given("Send %d records again?".formatted(sendable.size()))) {
      command.commandLine().getOut().println("nothing was sent");
    } else {
      send(connection, sendable, new Pace(rate));
    }
    return sendable.size() == letters.size() ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private void send(Connection connection, List<LetterLine> letters, Pace pace) {
    int sent = 0;
    try (DeadLetterLog log = new DeadLetterLog(connection);
        RecordSender sender = new RecordSender(connection)) {
      for (LetterLine letter : letters) {
        pace.await();
        sender.send(find(log, letter.id()).original());
        sent++;
      }
    } finally {
      command.commandLine().getOut().printf("%d of %d were sent%n", sent, letters.size());
    }
  }

  private static LatestLetters found(Connection connection, LetterFilter filter, int limit) {
    LatestLetters latest = new LatestLetters(limit);
    try (DeadLetterLog log = new DeadLetterLog(connection)) {
      log.forEach(
          letter -> {
            if (filter.test(letter)) {
              latest.add(LetterLine.of(letter));
            }
          });
    }
    return latest;
  }

  private static List<LetterLine> lines(Connection connection, List<LetterId> ids) {
    try (DeadLetterLog log = new DeadLetterLog(connection)) {
      return ids.stream().distinct().map(id -> LetterLine.of(find(log, id))).toList();
    }
  }

  private static DeadLetter find(DeadLetterLog log, LetterId id) {
    return log.find(id)
        .orElseThrow(
            () ->
                new CommandFailedException(
                    "dead letter %s: not there, or the topic no longer has it".formatted(id)));
  }

  private void checkRange(String name, int value, int max) {
    if (value < 1 || value > max) {
      throw new ParameterException(
          command.commandLine(), "%s %d: must be 1 to %d".formatted(name, value, max));
    }
  }

  private void note(String text) {
    command.commandLine().getErr().println("millrace: " + text);
  }
}
