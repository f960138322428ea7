package dev.millrace.worker.payload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.worker.Payload;
import dev.millrace.worker.PayloadException;
import dev.millrace.worker.PayloadException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Codecs of each kind, with a store in memory, and what is said of their payloads. */
abstract class PayloadCodecsCase {
  static final SecretKey KEY = key(1);
  static final Payload TEXT = json("\"" + "millrace ".repeat(1_000) + "\"");

  final MemoryStore store = new MemoryStore("orders");
  final PayloadCodecs all =
      PayloadCodecs.builder()
          .compressAbove(1_000)
          .encrypt(AesGcm.of("k1", Map.of("k1", KEY)))
          .claimCheckAbove(0, store)
          .build();
  final PayloadCodecs gzip = PayloadCodecs.builder().compressAbove(100).build();
  final PayloadCodecs claim = PayloadCodecs.builder().claimCheckAbove(0, store).build();

  static SecretKey key(int filled) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) filled);
    return new SecretKeySpec(bytes, "AES");
  }

  static Payload json(String text) {
    return Payload.json(text.getBytes(UTF_8));
  }

  static void assertReason(Reason reason, String message, ThrowingCallable call) {
    assertThatExceptionOfType(PayloadException.class)
        .isThrownBy(call)
        .withMessageContaining(message)
        .satisfies(thrown -> assertThat(thrown.reason()).isEqualTo(reason));
  }

  static void assertSame(Payload actual, Payload expected) {
    assertThat(actual.contentType()).isEqualTo(expected.contentType());
    assertThat(actual.data()).isEqualTo(expected.data());
  }

  static String firstLine(Payload payload) {
    String text = new String(payload.data(), StandardCharsets.ISO_8859_1);
    return text.substring(0, text.indexOf('\n'));
  }
}
