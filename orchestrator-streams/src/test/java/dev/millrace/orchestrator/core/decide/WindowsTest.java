package dev.millrace.orchestrator.core.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.definition.DeliveryWindow;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowsTest {
  private static final ZoneId ZURICH = ZoneId.of("Europe/Zurich");

  private static DeliveryWindow window(ZoneId zone, Set<DayOfWeek> days, String from, String to) {
    return new DeliveryWindow(zone, days, LocalTime.parse(from), LocalTime.parse(to));
  }

  /** 2 January 2023 is a Monday. */
  @ParameterizedTest
  @CsvSource({
    "2023-01-02T08:00, 2023-01-02T08:00",
    "2023-01-02T17:59:59.999, 2023-01-02T17:59:59.999",
    "2023-01-02T07:59:59.999, 2023-01-02T08:00",
    "2023-01-02T18:00, 2023-01-03T08:00",
    "2023-01-03T18:00, 2023-01-09T08:00",
    "2023-01-08T12:00, 2023-01-09T08:00"
  })
  void windowIsOpenFromItsOpeningUntilItsClosingOnItsDays(LocalDateTime now, LocalDateTime opens) {
    DeliveryWindow window =
        window(ZoneOffset.UTC, EnumSet.of(DayOfWeek.MONDAY, DayOfWeek.TUESDAY), "08:00", "18:00");

    assertThat(Windows.opensAtMs(window, ms(now))).isEqualTo(ms(opens));
  }

  @ParameterizedTest
  @CsvSource({
    "2023-01-02T22:00, 2023-01-02T22:00",
    "2023-01-03T05:59, 2023-01-03T05:59",
    "2023-01-03T06:00, 2023-01-09T22:00",
    "2023-01-02T05:00, 2023-01-02T22:00"
  })
  void windowThatClosesBeforeItOpensClosesOnTheNextDay(LocalDateTime now, LocalDateTime opens) {
    DeliveryWindow window = window(ZoneOffset.UTC, EnumSet.of(DayOfWeek.MONDAY), "22:00", "06:00");

    assertThat(Windows.opensAtMs(window, ms(now))).isEqualTo(ms(opens));
  }

  @Test
  void windowOfAWholeDayIsOpenAllOfIt() {
    DeliveryWindow window = window(ZoneOffset.UTC, EnumSet.of(DayOfWeek.MONDAY), "09:00", "09:00");

    assertThat(Windows.opensAtMs(window, ms(LocalDateTime.parse("2023-01-03T08:59"))))
        .isEqualTo(ms(LocalDateTime.parse("2023-01-03T08:59")));
    assertThat(Windows.opensAtMs(window, ms(LocalDateTime.parse("2023-01-03T09:00"))))
        .isEqualTo(ms(LocalDateTime.parse("2023-01-09T09:00")));
  }

  @Test
  void openingThatTheClocksLeaveOutIsTheFirstTimeAfterIt() {
    DeliveryWindow window = window(ZURICH, EnumSet.of(DayOfWeek.SUNDAY), "02:30", "12:00");
    Instant threeOClock = Instant.parse("2023-03-26T01:00:00Z");

    assertThat(Windows.opensAtMs(window, threeOClock.minusSeconds(3_600).toEpochMilli()))
        .isEqualTo(threeOClock.toEpochMilli());
  }

  @Test
  void windowHoldsInItsTimeZone() {
    DeliveryWindow window = window(ZURICH, EnumSet.of(DayOfWeek.MONDAY), "00:00", "01:00");

    assertThat(Windows.opensAtMs(window, Instant.parse("2023-07-02T12:00:00Z").toEpochMilli()))
        .isEqualTo(Instant.parse("2023-07-02T22:00:00Z").toEpochMilli());
  }

  private static long ms(LocalDateTime time) {
    return time.toInstant(ZoneOffset.UTC).toEpochMilli();
  }
}
