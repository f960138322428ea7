package dev.millrace.orchestrator.config;

import java.util.Locale;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;

/** Writes definitions of settings as a table in Markdown. Stateless. */
final class SettingsTable {
  private static final String HEAD =
      """
      | setting | type | default | allowed | meaning |
      |---|---|---|---|---|
      """;

  private SettingsTable() {}

  static String of(ConfigDef settings) {
    StringBuilder table = new StringBuilder(HEAD);
    for (ConfigKey key : settings.configKeys().values()) {
      table.append(
          "| `%s` | %s | %s | %s | %s |\n"
              .formatted(
                  key.name,
                  key.type.name().toLowerCase(Locale.ROOT),
                  defaultOf(key),
                  allowed(key),
                  key.documentation));
    }
    return table.toString();
  }

  private static String defaultOf(ConfigKey key) {
    if (!key.hasDefault()) {
      return "required";
    }
    String value = ConfigDef.convertToString(key.defaultValue, key.type);
    return value.isEmpty() ? "empty" : "`" + value + "`";
  }

  private static String allowed(ConfigKey key) {
    return key.validator == null ? "" : key.validator.toString();
  }
}
