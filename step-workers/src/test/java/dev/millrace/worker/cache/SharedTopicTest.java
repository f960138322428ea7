package dev.millrace.worker.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.worker.Payload;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SharedTopicTest {
  private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
  private static final byte[] LATER =
      Long.toString(NOW.plusSeconds(60).toEpochMilli()).getBytes(UTF_8);
  private static final byte[] TEXT = "text/plain".getBytes(UTF_8);
  private static final String KEY = "k".repeat(43);

  private final CacheSettings settings =
      new CacheSettings(Set.of(), null, Duration.ofHours(1), 100_000, 1_000);
  private final KeptResults results = new KeptResults(settings.maxBytes());
  private final SharedTopic topic = new SharedTopic("prices", settings, results, () -> NOW);

  private static ConsumerRecord<byte[], byte[]> record(byte @Nullable [] key) {
    return new ConsumerRecord<>("prices", 0, 0, key, "x".getBytes(UTF_8));
  }

  private void take(String key, byte @Nullable [] expires, byte @Nullable [] contentType) {
    ConsumerRecord<byte[], byte[]> record = record(key.getBytes(UTF_8));
    record.headers().add(SharedTopic.EXPIRES, expires);
    record.headers().add(SharedTopic.CONTENT_TYPE, contentType);
    topic.take(record);
  }

  @Test
  void headersWithoutAValueAreMalformed() {
    take(KEY, null, TEXT);
    take(KEY, LATER, null);
    topic.take(record(null));
    assertThat(results.get(KEY, NOW)).isEmpty();

    take(KEY, LATER, TEXT);
    assertThat(results.get(KEY, NOW))
        .map(KeptResult::output)
        .hasValueSatisfying(output -> assertThat(output.contentType()).isEqualTo("text/plain"));
  }

  @Test
  void keysThatNoResultHasAreLeftOut() {
    for (String key : new String[] {"", "k", "k".repeat(42), "k".repeat(44), "=".repeat(43)}) {
      take(key, LATER, TEXT);
      assertThat(results.get(key, NOW)).isEmpty();
    }
  }

  @Test
  void contentTypeTakesMemoryToo() {
    int without = new KeptResult(new Payload("", new byte[10]), NOW).weight();

    assertThat(new KeptResult(new Payload("x".repeat(1_000), new byte[10]), NOW).weight())
        .isEqualTo(without + 2_000);
  }
}
