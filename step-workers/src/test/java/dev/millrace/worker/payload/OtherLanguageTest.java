package dev.millrace.worker.payload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.worker.Payload;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

final class OtherLanguageTest {
  /**
   * What Node's zlib and crypto made of {@code {"greeting":"hello"}} as the contract says:
   * compressed, then encrypted with 32 bytes of 1.
   */
  private static final String OF_NODE =
      "eyJjb2RpbmciOiJhZXMtZ2NtIiwidHlwZSI6ImFwcGxpY2F0aW9uL3ZuZC5taWxscmFjZS5lbmNvZGVkOyBieT1n"
          + "emlwIiwia2V5IjoiazEiLCJub25jZSI6IkFBRUNBd1FGQmdjSUNRb0wifQrAhPZJRJdoHtxQxaNaALiBguQfc4X0"
          + "ZzpTq0jwze5e0ya6tcpeqWHHZHV5n+6LiINW91AnRlzc047QkE3sn8HpDL2tA+VVp/shLnouj7zrUx55ceSyu+mO"
          + "mjxVCqv2Z9OzS/8V";

  @Test
  void payloadEncodedInAnotherLanguageIsRead() {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) 1);
    PayloadCodecs codecs =
        PayloadCodecs.builder()
            .encrypt(AesGcm.of("k1", Map.of("k1", new SecretKeySpec(key, "AES"))))
            .build();

    Payload payload =
        codecs.decode(
            new Payload(
                "application/vnd.millrace.encoded; by=aes-gcm",
                Base64.getDecoder().decode(OF_NODE)));

    assertThat(payload.contentType()).isEqualTo("application/json");
    assertThat(new String(payload.data(), UTF_8)).isEqualTo("{\"greeting\":\"hello\"}");
  }
}
