package dev.millrace.orchestrator.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronRecurrenceTest {
  private static final ZoneId ZURICH = ZoneId.of("Europe/Zurich");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "* * * * *        | 2026-11-21T10:00:00Z | 2026-11-21T10:01:00Z",
        "* * * * *        | 2026-11-21T09:59:59.999Z | 2026-11-21T10:00:00Z",
        "59 23 31 12 *    | 2026-12-31T23:59:00Z | 2027-12-31T23:59:00Z",
        "*/15 * * * *     | 2026-11-21T10:46:00Z | 2026-11-21T11:00:00Z",
        "5-20/5 8,17 * * *| 2026-11-21T08:20:00Z | 2026-11-21T17:05:00Z",
        "0 0 29 2 *       | 2096-03-01T00:00:00Z | 2104-02-29T00:00:00Z",
        "0 0 29 2 */7     | 2088-03-01T00:00:00Z | 2128-02-29T00:00:00Z",
        "0 0 1 jan,Jul *  | 2026-02-01T00:00:00Z | 2026-07-01T00:00:00Z",
        "0 9 * * mon-FRI  | 2026-11-20T09:00:00Z | 2026-11-23T09:00:00Z",
        "0 9 * * 7        | 2026-11-21T09:00:00Z | 2026-11-22T09:00:00Z",
        "0 9 * * 5-7      | 2026-11-22T09:00:00Z | 2026-11-27T09:00:00Z",
        "0 0 13 * 5       | 2026-11-13T00:00:00Z | 2026-11-20T00:00:00Z",
        "0 0 */2 * 1      | 2026-11-01T00:00:00Z | 2026-11-09T00:00:00Z",
        "@hourly          | 2026-11-21T10:30:00Z | 2026-11-21T11:00:00Z",
        "@daily           | 2026-11-21T00:00:00Z | 2026-11-22T00:00:00Z",
        "@midnight        | 2026-11-21T00:00:00Z | 2026-11-22T00:00:00Z",
        "@weekly          | 2026-11-21T00:00:00Z | 2026-11-22T00:00:00Z",
        "@monthly         | 2026-11-21T00:00:00Z | 2026-12-01T00:00:00Z",
        "@YEARLY          | 2026-11-21T00:00:00Z | 2027-01-01T00:00:00Z",
        "@annually        | 2026-11-21T00:00:00Z | 2027-01-01T00:00:00Z"
      })
  void nextTimeInUtc(String cron, Instant after, Instant next) throws Exception {
    assertThat(next(cron, ZoneId.of("UTC"), after)).isEqualTo(next);
  }

  /** Zurich: 29 March 2026, 02:00 to 03:00 is left out; 25 October 2026, 02:00 to 03:00 twice. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "30 2 * * *   | 2026-03-28T23:00:00Z | 2026-03-29T01:00:00Z", // the moment of the change
        "30 2 * * *   | 2026-03-29T01:00:00Z | 2026-03-30T00:30:00Z",
        "0,30 2,3 * * * | 2026-03-29T00:59:00Z | 2026-03-29T01:00:00Z", // 02:00, 02:30 and 03:00
        "0,30 2,3 * * * | 2026-03-29T01:00:00Z | 2026-03-29T01:30:00Z",
        "30 2 * * *   | 2026-10-24T23:00:00Z | 2026-10-25T00:30:00Z", // the first time
        "30 2 * * *   | 2026-10-25T00:30:00Z | 2026-10-26T01:30:00Z",
        "*/20 2 * * * | 2026-10-25T00:40:00Z | 2026-10-26T01:00:00Z",
        "30 * * * *   | 2026-03-29T00:30:00Z | 2026-03-29T01:30:00Z", // an hour later all the same
        "30 * * * *   | 2026-10-25T00:30:00Z | 2026-10-25T01:30:00Z",
        "0 0 * * *    | 2026-10-24T22:00:00Z | 2026-10-25T23:00:00Z"
      })
  void nextTimeWhenTheClocksChange(String cron, Instant after, Instant next) throws Exception {
    assertThat(next(cron, ZURICH, after)).isEqualTo(next);
  }

  @Test
  void aDayThatAZoneLeftOutHasItsSlotsWhereTheNextDayBegins() throws Exception {
    ZoneId apia = ZoneId.of("Pacific/Apia"); // went from 29 to 31 December 2011

    assertThat(next("0 9 30 12 *", apia, Instant.parse("2011-12-30T00:00:00Z")))
        .isEqualTo(Instant.parse("2011-12-30T10:00:00Z"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0 0 31 2 *", "0 0 30 2 *", "0 0 31 4,6,9,11 *"})
  void anExpressionOfDaysThatNoMonthHasHasNoNextTime(String cron) throws Exception {
    for (String hour : List.of("0", "*")) {
      String each = cron.replaceFirst("0 0", "0 " + hour);
      assertThat(recurrence(each, ZURICH).nextAfter(0)).as(each).isEqualTo(Recurrence.NEVER);
    }
  }

  @Test
  void nothingComesAfterTheEndOfTime() throws Exception {
    for (String cron : List.of("* * * * *", "* 1 * * *")) {
      CronRecurrence everyMinute = recurrence(cron, ZURICH);
      assertThat(everyMinute.nextAfter(Recurrence.END_OF_TIME_MS - 1)).isEqualTo(Recurrence.NEVER);
      assertThat(everyMinute.nextAfter(Long.MAX_VALUE)).isEqualTo(Recurrence.NEVER);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * 32 * *",
        "* * * 0 *",
        "* * * 13 *",
        "* * * * 8",
        "-1 * * * *",
        "+1 * * * *",
        "1- * * * *",
        "1,,2 * * * *",
        ", * * * *",
        "*/0 * * * *",
        "*/60 * * * *",
        "*/ * * * *",
        "5/15 * * * *",
        "10-5 * * * *",
        "* * * * fri-mon",
        "* * * monday *",
        "* * L * *",
        "* * ? * *",
        "٣ * * * *",
        "999999999999 * * * *",
        "@reboot",
        "@every 5m",
        "* * * * *\n" + "* * * * *"
      })
  void whatIsNoExpressionIsRefused(String cron) {
    assertThatThrownBy(() -> CronExpression.parse(cron))
        .isInstanceOf(InvalidScheduleException.class)
        .hasMessageStartingWith("cron")
        .extracting(e -> ((InvalidScheduleException) e).reason())
        .isEqualTo(ScheduleRefusal.CRON);
  }

  @Test
  void refusalNamesTheFieldItsValueAndWhatIsAllowed() {
    assertThatThrownBy(() -> CronExpression.parse("0 25 * * *"))
        .hasMessage(
            "cron: hour '25': allowed are 0 to 23, *, ranges a-b, lists a,b and steps such as */2");
    assertThatThrownBy(() -> CronExpression.parse("0 0 * * x"))
        .hasMessageContaining("allowed are 0 to 7, SUN to SAT, *");
    assertThatThrownBy(() -> CronExpression.parse("*".repeat(257)))
        .hasMessage("cron has 257 characters, at most 256 are allowed");
  }

  /** Around a change of the clock in the zone if there is one that year, in half of the runs. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void agreesWithLookingAtEveryMinute(long seed) throws Exception {
    Random random = new Random(seed);
    List<String> zones =
        List.of(
            "UTC",
            "Europe/Zurich",
            "America/New_York",
            "Australia/Lord_Howe", // by half an hour
            "Asia/Kathmandu", // 5:45
            "Africa/Casablanca",
            "America/Sao_Paulo", // changed at midnight
            "Antarctica/Troll"); // by two hours
    for (int run = 0; run < 20; run++) {
      String cron = randomExpression(random);
      ZoneId zone = ZoneId.of(zones.get(random.nextInt(zones.size())));
      Instant from =
          Instant.parse("2015-01-01T00:00:00Z")
              .plus(Duration.ofHours(random.nextInt(20 * 365 * 24)));
      var change = zone.getRules().nextTransition(from);
      if (change != null && random.nextBoolean()) {
        from = change.getInstant().minus(Duration.ofHours(random.nextInt(30)));
      }
      Instant to = from.plus(Duration.ofDays(4));

      Set<Instant> slots = new TreeSet<>();
      CronRecurrence recurrence = recurrence(cron, zone);
      long slot = recurrence.nextAfter(from.toEpochMilli() - 1);
      while (slot < to.toEpochMilli()) {
        assertThat(slots.add(Instant.ofEpochMilli(slot))).isTrue();
        slot = recurrence.nextAfter(slot);
      }
      assertThat(slots)
          .as("seed %d, '%s' in %s from %s", seed, cron, zone, from)
          .containsExactlyElementsOf(new NaiveCron(cron).slots(from, to, zone));
    }
  }

  private static String randomExpression(Random random) {
    return String.join(
        " ",
        field(random, 0, 59),
        field(random, 0, 23),
        random.nextInt(3) == 0 ? field(random, 1, 31) : "*",
        random.nextInt(6) == 0 ? field(random, 1, 12) : "*",
        random.nextInt(3) == 0 ? field(random, 0, 7) : "*");
  }

  private static String field(Random random, int least, int most) {
    return switch (random.nextInt(4)) {
      case 0 -> "*";
      case 1 -> "*/" + (1 + random.nextInt(most));
      default ->
          IntStream.rangeClosed(0, random.nextInt(3))
              .mapToObj(i -> item(random, least, most))
              .collect(Collectors.joining(","));
    };
  }

  private static String item(Random random, int least, int most) {
    int from = least + random.nextInt(most - least + 1);
    int to = from + random.nextInt(most - from + 1);
    return switch (from == to ? 0 : random.nextInt(3)) {
      case 0 -> Integer.toString(from);
      case 1 -> from + "-" + to;
      default -> from + "-" + to + "/" + (1 + random.nextInt(most));
    };
  }

  private static Instant next(String cron, ZoneId zone, Instant after) throws Exception {
    return Instant.ofEpochMilli(recurrence(cron, zone).nextAfter(after.toEpochMilli()));
  }

  private static CronRecurrence recurrence(String cron, ZoneId zone) throws Exception {
    return new CronRecurrence(CronExpression.parse(cron), zone);
  }
}
