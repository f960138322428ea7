package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.DefinitionRule;
import dev.millrace.orchestrator.core.definition.DeliveryWindow;
import dev.millrace.orchestrator.core.definition.Excerpt;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.definition.ResultCache;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads how often and when a step runs. One use, one thread. */
final class SettingReader {
  /** Most rounds of a repetition that names none. */
  static final int DEFAULT_ROUNDS = 100;

  private static final Pattern PERCENT = Pattern.compile("([0-9]{1,3})%");
  private static final Pattern TIME_OF_DAY = Pattern.compile("([01][0-9]|2[0-3]):[0-5][0-9]");
  private static final Map<String, DayOfWeek> DAYS = new LinkedHashMap<>();

  static {
    for (DayOfWeek day : DayOfWeek.values()) {
      DAYS.put(dayText(day), day);
    }
  }

  private final SourceValues values;

  /** A stand-in until it is read, like the time to live. */
  private String condition = DefinitionReader.UNREADABLE;

  private Duration delay = Duration.ZERO;
  private int max = DEFAULT_ROUNDS;
  private int maxParallel;
  private int batchSize = 1;
  private int tolerated;
  private boolean percent;
  private ZoneId zone = ZoneOffset.UTC;
  private Set<DayOfWeek> days = EnumSet.allOf(DayOfWeek.class);
  private LocalTime from = LocalTime.MIDNIGHT;
  private LocalTime to = LocalTime.MIDNIGHT;
  private @Nullable String key;
  private Duration ttl = Duration.ofMillis(1);

  SettingReader(SourceValues values) {
    this.values = values;
  }

  /** A day as it is written. */
  static String dayText(DayOfWeek day) {
    return day.name().substring(0, 3);
  }

  @Nullable Repeat repeat(SourceValue value) throws SourceRefusedException {
    if (!values.isA(
        SourceEvent.Kind.MAPPING, value, "write its fields, like {until: output.done}")) {
      return null;
    }
    values.mapping(
        value, Field.OfRepeat.class, List.of(Field.OfRepeat.UNTIL), this::readRepeatField);
    return new Repeat(condition, delay, max);
  }

  private void readRepeatField(Field.OfRepeat field, SourceValue value)
      throws SourceRefusedException {
    switch (field) {
      case UNTIL -> condition = Objects.requireNonNullElse(values.text(value), condition);
      case DELAY -> delay = Objects.requireNonNullElse(values.duration(value), delay);
      case MAX -> max = Objects.requireNonNullElse(values.integer(value), max);
    }
  }

  @Nullable ForEach forEach(SourceValue value) throws SourceRefusedException {
    if (!values.isA(
        SourceEvent.Kind.MAPPING, value, "write its fields, like {items: input.lines}")) {
      return null;
    }
    values.mapping(
        value, Field.OfForEach.class, List.of(Field.OfForEach.ITEMS), this::readForEachField);
    return new ForEach(condition, maxParallel, batchSize, tolerated, percent);
  }

  private void readForEachField(Field.OfForEach field, SourceValue value)
      throws SourceRefusedException {
    switch (field) {
      case ITEMS -> condition = Objects.requireNonNullElse(values.text(value), condition);
      case MAX_PARALLEL -> maxParallel = values.limit(value, DefinitionRule.MAX_PARALLEL);
      case BATCH_SIZE -> batchSize = Objects.requireNonNullElse(values.integer(value), batchSize);
      case TOLERATE -> readTolerated(value);
    }
  }

  private void readTolerated(SourceValue value) throws SourceRefusedException {
    Matcher share = PERCENT.matcher(value.text());
    if (value.kind() == SourceEvent.Kind.TEXT && share.matches()) {
      tolerated = Integer.parseInt(share.group(1));
      percent = true;
    } else if (value.kind() == SourceEvent.Kind.NUMBER) {
      tolerated = Objects.requireNonNullElse(values.integer(value), 0);
    } else {
      values.wrongType(value, "a number of items or a share of them", "write it like 5 or 5%");
    }
  }

  @Nullable DeliveryWindow window(SourceValue value) throws SourceRefusedException {
    if (!values.isA(
        SourceEvent.Kind.MAPPING,
        value,
        "write its fields, like {timeZone: Europe/Zurich, from: \"08:00\", to: \"18:00\"}")) {
      return null;
    }
    values.mapping(
        value, Field.OfWindow.class, List.of(Field.OfWindow.TIME_ZONE), this::readWindowField);
    return new DeliveryWindow(zone, days, from, to);
  }

  private void readWindowField(Field.OfWindow field, SourceValue value)
      throws SourceRefusedException {
    switch (field) {
      case TIME_ZONE -> readZone(value);
      case DAYS -> readDays(value);
      case FROM -> from = readTimeOfDay(value);
      case TO -> to = readTimeOfDay(value);
    }
  }

  private void readZone(SourceValue value) throws SourceRefusedException {
    String text = values.text(value);
    if (text == null) {
      return;
    }
    try {
      zone = ZoneId.of(text);
    } catch (DateTimeException e) {
      values.problem(
          SourceRule.BAD_TIME_ZONE,
          value,
          "%s is not a time zone; write one like Europe/Zurich, UTC or +01:00"
              .formatted(Excerpt.of(text)));
    }
  }

  private void readDays(SourceValue list) throws SourceRefusedException {
    if (!values.isA(SourceEvent.Kind.SEQUENCE, list, "list the days, like [MON, TUE]")) {
      return;
    }
    days = EnumSet.noneOf(DayOfWeek.class);
    values.list(
        list,
        item -> {
          DayOfWeek day =
              values.choice(item, DAYS, "write one of " + String.join(", ", DAYS.keySet()));
          if (day != null && !days.add(day)) {
            values.violation(
                DefinitionRule.WINDOW_RANGE,
                item,
                "the window names %s twice; name it once".formatted(dayText(day)));
          }
        });
  }

  private LocalTime readTimeOfDay(SourceValue value) throws SourceRefusedException {
    String howTo = "write hours and minutes in quotes, like \"08:00\" or \"23:59\"";
    if (value.kind() != SourceEvent.Kind.TEXT) {
      values.wrongType(value, "a time of day", howTo);
      return LocalTime.MIDNIGHT;
    }
    if (!TIME_OF_DAY.matcher(value.text()).matches()) {
      values.problem(
          SourceRule.BAD_TIME,
          value,
          "%s is not a time of day; %s".formatted(Excerpt.of(value.text()), howTo));
      return LocalTime.MIDNIGHT;
    }
    return LocalTime.parse(value.text());
  }

  @Nullable ResultCache cache(SourceValue value) throws SourceRefusedException {
    if (!values.isA(SourceEvent.Kind.MAPPING, value, "write its fields, like {ttl: 1h}")) {
      return null;
    }
    values.mapping(value, Field.OfCache.class, List.of(Field.OfCache.TTL), this::readCacheField);
    return new ResultCache(key, ttl);
  }

  private void readCacheField(Field.OfCache field, SourceValue value)
      throws SourceRefusedException {
    switch (field) {
      case KEY -> key = new TemplateReader(values).read(value);
      case TTL -> ttl = Objects.requireNonNullElse(values.duration(value), ttl);
    }
  }
}
