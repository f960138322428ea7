package dev.millrace.cli.worker;

import dev.millrace.worker.Profile;
import dev.millrace.worker.Source;
import dev.millrace.worker.WorkerBuilder;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The settings of a worker by their names, from wherever they came. */
final class WorkerConfiguration {
  static final String QUEUE = "queue";
  static final String SLOTS = "slots";
  static final String SLOTS_OF_TYPE = "slots.";
  static final String IN_KEY_ORDER = "in.key.order";
  static final String PROFILE = "profile";
  static final String NAME = "name";
  static final String SHARE_READERS = "share.readers";
  static final String DRAIN_TIMEOUT = "drain.timeout.ms";
  static final String HTTP_HOST = "http.host";
  static final String HTTP_PORT = "http.port";
  static final String KAFKA = "kafka.";
  static final String HANDLERS = "handlers.";

  private static final int PORT_MAX = 65_535;

  private static final Set<String> NAMES =
      Set.of(
          QUEUE,
          SLOTS,
          IN_KEY_ORDER,
          PROFILE,
          NAME,
          SHARE_READERS,
          DRAIN_TIMEOUT,
          HTTP_HOST,
          HTTP_PORT);
  private static final Set<String> PREFIXES = Set.of(SLOTS_OF_TYPE, KAFKA, HANDLERS);

  private final Map<String, String> settings;

  /**
   * The settings.
   *
   * @throws IllegalArgumentException when one is not known
   */
  WorkerConfiguration(Map<String, String> settings) {
    Set<String> unknown = new TreeSet<>(settings.keySet());
    unknown.removeIf(name -> NAMES.contains(name) || PREFIXES.stream().anyMatch(name::startsWith));
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "settings %s: unknown; known are %s, %s* for step types, %s* for Kafka's clients and %s* for handlers"
              .formatted(unknown, new TreeSet<>(NAMES), SLOTS_OF_TYPE, KAFKA, HANDLERS));
    }
    this.settings = new TreeMap<>(settings);
  }

  Optional<String> queue() {
    return setting(QUEUE);
  }

  /** Address of the HTTP server. */
  String httpHost() {
    return setting(HTTP_HOST).orElse("127.0.0.1");
  }

  /**
   * Port of the HTTP server; empty for no server.
   *
   * @throws IllegalArgumentException when it is no port
   */
  OptionalInt httpPort() {
    OptionalInt port =
        setting(HTTP_PORT).stream().mapToInt(text -> (int) number(HTTP_PORT, text)).findFirst();
    if (port.isPresent() && port.getAsInt() > PORT_MAX) {
      throw new IllegalArgumentException(
          "%s '%d': must be 0 to %d".formatted(HTTP_PORT, port.getAsInt(), PORT_MAX));
    }
    return port;
  }

  /** What handlers are told: names without their prefix. */
  Map<String, String> ofHandlers() {
    return below(HANDLERS);
  }

  /**
   * Gives a worker its settings, but for the queue.
   *
   * @throws IllegalArgumentException when one makes no sense; the message names it
   */
  void applyTo(WorkerBuilder worker) {
    setting(SLOTS).ifPresent(slots -> worker.slots((int) number(SLOTS, slots)));
    below(SLOTS_OF_TYPE)
        .forEach((type, slots) -> worker.slots(type, (int) number(SLOTS_OF_TYPE + type, slots)));
    if (setting(IN_KEY_ORDER).map(WorkerConfiguration::isTrue).orElse(false)) {
      worker.inKeyOrder();
    }
    setting(PROFILE).ifPresent(profile -> worker.profile(profile(profile)));
    setting(NAME).ifPresent(worker::name);
    setting(SHARE_READERS)
        .ifPresent(
            readers -> worker.source(Source.shareGroup((int) number(SHARE_READERS, readers))));
    setting(DRAIN_TIMEOUT)
        .ifPresent(time -> worker.drainTimeout(Duration.ofMillis(number(DRAIN_TIMEOUT, time))));
    below(KAFKA).forEach(worker::clientSetting);
  }

  private Optional<String> setting(String name) {
    return Optional.ofNullable(settings.get(name));
  }

  private static Profile profile(String name) {
    try {
      return Profile.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s '%s': must be one of %s"
              .formatted(
                  PROFILE,
                  name,
                  Arrays.stream(Profile.values())
                      .map(profile -> profile.name().toLowerCase(Locale.ROOT))
                      .toList()),
          e);
    }
  }

  private static boolean isTrue(String value) {
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException(
              "%s '%s': must be true or false".formatted(IN_KEY_ORDER, value));
    };
  }

  private static long number(String name, String value) {
    if (!value.matches("\\d{1,9}")) {
      throw new IllegalArgumentException(
          "%s '%s': must be a number of at most 9 digits".formatted(name, value));
    }
    return Long.parseLong(value);
  }

  private Map<String, String> below(String prefix) {
    Map<String, String> below = new HashMap<>();
    settings.forEach(
        (name, value) -> {
          if (name.startsWith(prefix)) {
            below.put(name.substring(prefix.length()), value);
          }
        });
    return Map.copyOf(below);
  }
}
