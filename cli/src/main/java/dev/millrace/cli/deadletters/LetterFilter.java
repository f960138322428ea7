package dev.millrace.cli.deadletters;

import java.time.Instant;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say which dead letters are meant. */
final class LetterFilter implements Predicate<DeadLetter> {
  @Option(
      names = "--code",
      paramLabel = "CODE",
      converter = LetterCodes.class,
      description = "Only those with this code, such as malformed or start-rejected.")
  private @Nullable String code;

  @Option(names = "--key", paramLabel = "KEY", description = "Only those with this key.")
  private @Nullable String key;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description = "Only those that were read from this topic.")
  private @Nullable String topic;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Only those since a time such as 2026-11-21T10:00:00Z.")
  private @Nullable Instant since;

  @Override
  public boolean test(DeadLetter letter) {
    return (code == null || letter.code().equals(code))
        && (key == null || letter.key().equals(key))
        && (topic == null || letter.topic().equals(topic))
        && (since == null || !letter.at().isBefore(since));
  }

  boolean isGiven() {
    return code != null || key != null || topic != null || since != null;
  }
}
