package dev.millrace.worker.payload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.worker.Payload;
import dev.millrace.worker.PayloadException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** Keys of encrypted payloads, and what they protect from. */
final class AesGcmTest extends PayloadCodecsCase {
  private static final SecretKey OTHER_KEY = key(2);

  @Test
  void keyIsChangedWhileOldPayloadsAreStillRead() {
    Payload old = codecs(AesGcm.of("2025", Map.of("2025", KEY))).encode(TEXT);
    PayloadCodecs both = codecs(AesGcm.of("2026", Map.of("2025", KEY, "2026", OTHER_KEY)));

    assertSame(both.decode(old), TEXT);
    Payload young = both.encode(TEXT);
    assertThat(firstLine(young)).contains("\"key\":\"2026\"");
    assertSame(both.decode(young), TEXT);
    assertReason(
        Reason.UNKNOWN_KEY,
        "encrypted with key '2025', but this worker has only [2026]",
        () -> codecs(AesGcm.of("2026", Map.of("2026", OTHER_KEY))).decode(old));
  }

  private static PayloadCodecs codecs(AesGcm encryption) {
    return PayloadCodecs.builder().encrypt(encryption).build();
  }

  @Test
  void encryptedPayloadCannotBePassedOffAsAnotherTypeOrKey() {
    PayloadCodecs sealed = codecs(AesGcm.of("a", Map.of("a", KEY, "b", KEY)));
    Payload encoded = sealed.encode(new Payload("text/plain", "abc".getBytes(UTF_8)));

    for (String[] change :
        List.of(new String[] {"text/plain", "text/xhtml"}, new String[] {"y\":\"a", "y\":\"b"})) {
      String text = new String(encoded.data(), StandardCharsets.ISO_8859_1);
      byte[] altered = text.replace(change[0], change[1]).getBytes(StandardCharsets.ISO_8859_1);
      assertThat(altered).isNotEqualTo(encoded.data());
      assertReason(
          Reason.ALTERED,
          "is not what is here",
          () -> sealed.decode(new Payload(encoded.contentType(), altered)));
    }
  }

  @Test
  void samePayloadIsEncryptedToOtherBytesEachTime() {
    PayloadCodecs sealed = codecs(AesGcm.of("a", Map.of("a", KEY)));

    assertThat(sealed.encode(TEXT).data()).isNotEqualTo(sealed.encode(TEXT).data());
  }

  @Test
  void keysThatAreNoneAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AesGcm.of("b", Map.of("a", KEY)))
        .withMessageContaining("key 'b'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AesGcm.of("a b", Map.of("a b", KEY)))
        .withMessageContaining("key id 'a b'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AesGcm.of("a", Map.of("a", new SecretKeySpec(new byte[5], "AES"))))
        .withMessageContaining("128, 192 or 256 bits");
  }
}
