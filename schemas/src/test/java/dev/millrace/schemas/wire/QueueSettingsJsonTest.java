package dev.millrace.schemas.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schemas.QueueSettings;
import dev.millrace.schemas.QueueSettings.Breaker;
import dev.millrace.schemas.QueueSettings.Pause;
import dev.millrace.schemas.QueueSettings.Rate;
import dev.millrace.schemas.QueueTarget;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueueSettingsJsonTest {
  private static QueueSettings read(String json) throws MalformedRecordException {
    return QueueSettingsJson.read(json.getBytes(UTF_8));
  }

  @Test
  void whatIsWrittenIsRead() throws Exception {
    QueueSettings settings =
        new QueueSettings(
            new Pause("ada", Instant.parse("2026-11-22T01:14:19Z"), "a \"move\""),
            new Rate(0.25, 3),
            50,
            new Breaker(30, 40, 10, 5_000, 2));

    assertThat(QueueSettingsJson.read(QueueSettingsJson.write(settings))).isEqualTo(settings);
    assertThat(QueueSettingsJson.read(QueueSettingsJson.write(QueueSettings.NONE)))
        .isEqualTo(QueueSettings.NONE);
  }

  @Test
  void whatIsLeftOutHasItsUsualValue() throws Exception {
    assertThat(read("{\"ratePerSecond\":2.5}").rate()).isEqualTo(new Rate(2.5, 3));
    assertThat(read("{\"breaker\":{}}").breaker()).isEqualTo(Breaker.STANDARD);
    assertThat(read("{\"breaker\":{\"window\":4}}").breaker())
        .isEqualTo(new Breaker(50, 4, 4, 30_000, 5));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"ratePerSecond\":0} | field 'ratePerSecond': 0: must be a number from 0.001",
        "{\"ratePerSecond\":\"1\"} | field 'ratePerSecond': \"1\": must be a number",
        "{\"burst\":1} | field 'burst': needs 'ratePerSecond'",
        "{\"mostOpen\":0} | field 'mostOpen': 0: must be a whole number from 1 to 1000000000",
        "{\"paused\":{}} | field 'paused.since': missing",
        "{\"paused\":{\"since\":\"now\"}} | field 'paused.since'",
        "{\"breaker\":{\"window\":5,\"minCalls\":6}} | breaker.minCalls 6: must be 1 to 5",
        "{\"pause\":{}} | field 'pause': unknown; known are paused",
        "[] | must be a JSON object",
        "{ | not JSON"
      })
  void whatIsWrongIsNamedWithItsValueAndLimit(String json, String message) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining(message);
  }

  @Test
  void valueThatIsTooLongIsRefusedUnread() {
    String json = "{}" + " ".repeat(QueueSettingsJson.BYTES_MAX);

    assertThatThrownBy(() -> read(json)).hasMessageContaining("must be at most 65536");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mail", "mail/send", "mail/a/b"})
  void keysStandForQueuesAndStepTypes(String key) {
    assertThat(QueueTarget.ofKey(key).key()).isEqualTo(key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Mail", "mail/", "/send", "mail/a\u0000"})
  void otherKeysAreRefused(String key) {
    assertThatThrownBy(() -> QueueTarget.ofKey(key)).isInstanceOf(IllegalArgumentException.class);
  }
}
