package dev.millrace.orchestrator.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.HeaderNames;
import java.nio.file.Path;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test on a driven engine of its own. */
abstract class DrivenEngineCase {
  @TempDir protected Path folder;
  protected DrivenEngine engine;

  @BeforeEach
  final void startEngine() {
    engine = new DrivenEngine(folder);
  }

  @AfterEach
  final void stopEngine() {
    engine.close();
  }

  /** A header of a dead letter, as text. */
  static String header(TestRecord<byte[], byte[]> letter, String name) {
    return new String(letter.headers().lastHeader(name).value(), UTF_8);
  }

  /** That there is one dead letter since the last call, and why. */
  final void assertDeadLetter(String code) {
    assertThat(engine.deadLetters())
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(header(letter, HeaderNames.ERROR_CODE)).isEqualTo(code);
              assertThat(header(letter, HeaderNames.ERROR_MESSAGE)).isNotBlank();
            });
  }
}
