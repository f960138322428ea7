package dev.millrace.orchestrator.core.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.definition.DeliveryWindow;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Windows over changes of the clocks. */
class WindowsAndClockChangesTest {
  private static final ZoneId ZURICH = ZoneId.of("Europe/Zurich");
  private static final Set<DayOfWeek> EVERY_DAY = EnumSet.allOf(DayOfWeek.class);

  /** On 2026-03-29 the clocks of Zurich went from 02:00 to 03:00. */
  @ParameterizedTest
  @CsvSource({
    "02:30, 05:00, 2026-03-29T01:00, 2026-03-29T03:00",
    "01:30, 02:30, 2026-03-29T01:59, 2026-03-29T01:59",
    "01:30, 02:30, 2026-03-29T03:00, 2026-03-30T01:30",
    // left out as a whole
    "02:15, 02:45, 2026-03-29T01:00, 2026-03-30T02:15",
    "22:00, 02:30, 2026-03-29T01:59, 2026-03-29T01:59",
  })
  void hourThatIsLeftOutIsNoTimeOfTheWindow(String from, String to, String now, String opens) {
    assertOpens(window(EVERY_DAY, from, to), now, opens);
  }

  @Test
  void windowThatTheChangeLeavesOutOpensAWeekLater() {
    assertOpens(
        window(EnumSet.of(DayOfWeek.SUNDAY), "02:15", "02:45"),
        "2026-03-29T01:00",
        "2026-04-05T02:15");
  }

  /** On 2026-10-25 the clocks of Zurich went from 03:00 back to 02:00. */
  @Test
  void hourThatComesTwiceCountsOnce() {
    DeliveryWindow window = window(EVERY_DAY, "02:15", "02:45");
    Instant firstTime = Instant.parse("2026-10-25T00:15:00Z");
    Instant secondTime = Instant.parse("2026-10-25T01:20:00Z");

    assertThat(Windows.opensAtMs(window, Instant.parse("2026-10-25T00:00:00Z").toEpochMilli()))
        .isEqualTo(firstTime.toEpochMilli());
    assertThat(Instant.ofEpochMilli(Windows.opensAtMs(window, secondTime.toEpochMilli())))
        .isEqualTo(Instant.parse("2026-10-26T01:15:00Z"));
  }

  @Test
  void whatItAnswersIsWithinTheWindowWhateverTheTime() {
    DeliveryWindow window =
        window(EnumSet.of(DayOfWeek.SUNDAY, DayOfWeek.SATURDAY), "23:30", "02:30");
    ZonedDateTime now = LocalDate.of(2026, 1, 1).atStartOfDay(ZURICH);
    for (int i = 0; i < 24 * 400; i++) {
      long nowMs = now.plusHours(i).toInstant().toEpochMilli();
      long opensAtMs = Windows.opensAtMs(window, nowMs);
      assertThat(opensAtMs).isGreaterThanOrEqualTo(nowMs);
      assertThat(Windows.opensAtMs(window, opensAtMs)).isEqualTo(opensAtMs);
    }
  }

  private static DeliveryWindow window(Set<DayOfWeek> days, String from, String to) {
    return new DeliveryWindow(ZURICH, days, LocalTime.parse(from), LocalTime.parse(to));
  }

  private static void assertOpens(DeliveryWindow window, String now, String opens) {
    assertThat(Instant.ofEpochMilli(Windows.opensAtMs(window, epochMs(now))))
        .isEqualTo(Instant.ofEpochMilli(epochMs(opens)));
  }

  private static long epochMs(String local) {
    return LocalDateTime.parse(local).atZone(ZURICH).toInstant().toEpochMilli();
  }
}
