package dev.millrace.orchestrator.core.schedule;

import dev.millrace.orchestrator.core.state.Parent;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * Names of slots: their time in UTC as ISO 8601 writes it in short, {@code 20261121T030000Z}. The
 * workflow of a slot is {@code <schedule>@<slot>}: whoever decides a slot again starts that
 * workflow again, which starts nothing.
 */
public final class Slots {
  /** Characters of a name, with the sign between it and the id of the schedule. */
  public static final int SUFFIX_CHARS = 17;

  private static final DateTimeFormatter FORM =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  private Slots() {}

  /** The name of a slot, given in epoch milliseconds. */
  public static String name(long slotMs) {
    return FORM.format(Instant.ofEpochMilli(slotMs).atOffset(ZoneOffset.UTC));
  }

  /** The id of the workflow of a slot. */
  public static String workflowId(String scheduleId, long slotMs) {
    return scheduleId + '@' + name(slotMs);
  }

  /** Whether a workflow that answers to a parent is that of a slot of a schedule. */
  public static boolean isOfSlot(String workflowId, Parent parent) {
    return parse(parent.step()).isPresent()
        && workflowId.equals(parent.workflowId() + '@' + parent.step());
  }

  /** The slot of a name, in epoch milliseconds; empty when it is none. */
  public static OptionalLong parse(String name) {
    if (name.length() != SUFFIX_CHARS - 1) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(
          LocalDateTime.parse(name, FORM).toInstant(ZoneOffset.UTC).toEpochMilli());
    } catch (DateTimeParseException e) {
      return OptionalLong.empty();
    }
  }
}
