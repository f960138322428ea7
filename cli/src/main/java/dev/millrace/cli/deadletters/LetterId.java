package dev.millrace.cli.deadletters;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Where a dead letter lies, written {@code PARTITION:OFFSET}.
 *
 * @param partition of the dead letters' topic
 * @param offset in that partition
 */
record LetterId(int partition, long offset) {
  /** Reads an id that a user gave. */
  static final class Converter implements ITypeConverter<LetterId> {
    @Override
    public LetterId convert(String text) {
      int colon = text.indexOf(':');
      try {
        int partition = Integer.parseInt(text.substring(0, Math.max(colon, 0)));
        long offset = Long.parseLong(text.substring(colon + 1));
        if (partition >= 0 && offset >= 0) {
          return new LetterId(partition, offset);
        }
      } catch (NumberFormatException e) {
        throw refused(text);
      }
      throw refused(text);
    }

    private static TypeConversionException refused(String text) {
      return new TypeConversionException(
          "'%s': must be PARTITION:OFFSET, as 'millrace dead-letters list' shows it"
              .formatted(text));
    }
  }

  @Override
  public String toString() {
    return partition + ":" + offset;
  }
}
