package dev.millrace.worker.payload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.schemas.MediaTypes;
import dev.millrace.worker.Payload;
import dev.millrace.worker.PayloadException;
import dev.millrace.worker.PayloadException.Reason;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PayloadCodecsTest extends PayloadCodecsCase {
  @ParameterizedTest
  @ValueSource(strings = {"", "application/json", "application/avro; x=\"Ü\"", "text/plain"})
  void whatWentThroughAllCodingsComesBackAsItWas(String contentType) {
    Payload payload = new Payload(contentType, TEXT.data());

    Payload encoded = all.encode(payload);

    assertThat(encoded.contentType()).isEqualTo(MediaTypes.ENCODED + "; by=claim");
    assertThat(encoded.isJson()).isFalse();
    assertThat(encoded.data().length).isLessThan(250);
    assertThat(store.objects).hasSize(1);
    assertThat(store.objects.values().iterator().next().length).isLessThan(500);
    assertSame(all.decode(encoded), payload);
  }

  @Test
  void payloadsThatNeedNoCodingStayTheSameObjects() {
    Payload small = json("{}");

    assertThat(gzip.encode(small)).isSameAs(small);
    assertThat(gzip.decode(small)).isSameAs(small);
    assertThat(all.decode(small)).isSameAs(small);
  }

  @Test
  void whatCompressionDoesNotMakeSmallerIsLeftAsItIs() {
    byte[] noise = new byte[10_000];
    new Random(7).nextBytes(noise);
    Payload payload = new Payload("image/png", noise);

    assertThat(gzip.encode(payload)).isSameAs(payload);
  }

  @Test
  void firstLineSaysInJsonWhatWasDone() {
    assertThat(firstLine(gzip.encode(TEXT))).isEqualTo("{\"coding\":\"gzip\",\"type\":\"\"}");
    assertThat(firstLine(claim.encode(new Payload("text/plain", "abc".getBytes(UTF_8)))))
        .isEqualTo(
            "{\"coding\":\"claim\",\"type\":\"text/plain\",\"bytes\":\"3\",\"sha256\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\",\"store\":\"orders\"}");
  }

  @Test
  void compressedBytesThatWouldBeMoreThanAPayloadMayHaveAreNotUnpacked() throws Exception {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (GZIPOutputStream packing = new GZIPOutputStream(bomb)) {
      packing.write(new byte[64 * 1024 * 1024]);
    }
    Payload payload = encoded("{\"coding\":\"gzip\",\"type\":\"\"}", bomb.toByteArray());
    PayloadCodecs bounded = PayloadCodecs.builder().mostBytes(1_000_000).build();

    assertReason(Reason.TOO_LARGE, "more than the 1000000 bytes", () -> bounded.decode(payload));
  }

  @Test
  void payloadOfJustTheMostBytesIsReadAndWritten() {
    PayloadCodecs bounded =
        PayloadCodecs.builder()
            .compressAbove(0)
            .encrypt(AesGcm.of("k1", Map.of("k1", KEY)))
            .claimCheckAbove(0, store)
            .mostBytes(5_000)
            .build();
    byte[] noise = new byte[5_000];
    new Random(7).nextBytes(noise);

    assertSame(
        bounded.decode(bounded.encode(new Payload("x/y", noise))), new Payload("x/y", noise));
    assertSame(
        bounded.decode(bounded.encode(new Payload("x/y", new byte[5_000]))),
        new Payload("x/y", new byte[5_000]));
    assertReason(
        Reason.TOO_LARGE,
        "5001 bytes are more than the 5000",
        () -> bounded.encode(new Payload("x/y", new byte[5_001])));
  }

  private static Payload encoded(String header, byte[] data) {
    byte[] line = (header + "\n").getBytes(UTF_8);
    byte[] all = Arrays.copyOf(line, line.length + data.length);
    System.arraycopy(data, 0, all, line.length, data.length);
    return new Payload(MediaTypes.ENCODED, all);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{",
        "{}",
        "{\"coding\":\"gzip\"}",
        "{\"coding\":null,\"type\":\"\"}",
        "{\"coding\":\"gzip\",\"coding\":\"claim\",\"type\":\"\"}",
        "{\"coding\":\"gzip\",\"type\":{}}",
        "{\"coding\":\"gzip\",\"type\":\"\",\"x\":null}",
        "{\"coding\":\"gzip\",\"type\":\"\"} {}",
        "{\"coding\":\"gzip\",\"type\":\"\"}",
        "{\"coding\":\"claim\",\"type\":\"\",\"store\":\"orders\"}",
        "{\"coding\":\"claim\",\"type\":\"\",\"store\":\"orders\",\"sha256\":\"../../etc\",\"bytes\":\"3\"}",
        "{\"coding\":\"claim\",\"type\":\"\",\"store\":\"orders\",\"sha256\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\",\"bytes\":\"-3\"}",
        "{\"coding\":\"aes-gcm\",\"type\":\"\",\"key\":\"k1\"}",
        "{\"coding\":\"aes-gcm\",\"type\":\"\",\"key\":\"k1\",\"nonce\":\"***\"}",
        "{\"coding\":\"aes-gcm\",\"type\":\"\",\"key\":\"k1\",\"nonce\":\"AAAAAAAAAAAAAAAA\"}",
      })
  void damagedEnvelopesAreRefusedWithAReason(String header) {
    assertReason(
        Reason.DAMAGED, "", () -> all.decode(encoded(header, new byte[] {1, 2, 3, 4, 5, 6})));
  }

  @Test
  void envelopeWithoutAnEndIsRefused() {
    Payload endless = new Payload(MediaTypes.ENCODED, new byte[100_000]);

    assertReason(Reason.DAMAGED, "first 4096 bytes", () -> all.decode(endless));
    assertReason(
        Reason.DAMAGED,
        "first 4096 bytes",
        () -> all.decode(new Payload(MediaTypes.ENCODED, new byte[0])));
  }

  @Test
  void everyFlippedBitIsNoticedAndNothingElseIsThrown() {
    PayloadCodecs sealed =
        PayloadCodecs.builder()
            .compressAbove(100)
            .encrypt(AesGcm.of("k1", Map.of("k1", KEY)))
            .build();
    Payload encoded = sealed.encode(TEXT);
    for (int bit = 0; bit < encoded.data().length * 8; bit++) {
      byte[] flipped = encoded.data().clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatExceptionOfType(PayloadException.class)
          .as("bit %d", bit)
          .isThrownBy(() -> sealed.decode(new Payload(encoded.contentType(), flipped)));
    }
  }

  @Test
  void codingThatThisWorkerDoesNotHaveIsNamed() {
    assertReason(
        Reason.UNKNOWN_CODING,
        "encoded by 'aes-gcm', but this worker has only [gzip, claim]",
        () -> gzip.decode(encoded("{\"coding\":\"aes-gcm\",\"type\":\"\"}", new byte[0])));
    assertReason(
        Reason.UNKNOWN_CODING,
        "encoded by '?'",
        () -> gzip.decode(encoded("{\"coding\":\"\\u001b[31m\",\"type\":\"\"}", new byte[0])));
  }

  @Test
  void payloadIsNotUnpackedForEver() {
    byte[] data = {};
    for (int i = 0; i < 10; i++) {
      data =
          encoded(
                  "{\"coding\":\"gzip\",\"type\":\"%s\"}".formatted(MediaTypes.ENCODED),
                  packed(data))
              .data();
    }
    Payload nested = new Payload(MediaTypes.ENCODED, data);

    assertReason(Reason.TOO_LARGE, "more than 8 times", () -> gzip.decode(nested));
  }

  private static byte[] packed(byte[] data) {
    return new Gzip(-1)
        .encode(new Payload("", Arrays.copyOf(data, data.length + 1_000)))
        .orElseThrow()
        .data();
  }

  @Test
  void wrongSettingsAreRefused() {
    PayloadCodecs.Builder builder = PayloadCodecs.builder();

    assertThatIllegalArgumentException().isThrownBy(() -> builder.compressAbove(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.claimCheckAbove(-1, store));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.claimCheckAbove(2_000_000, store));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.mostBytes(0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.readFrom(new MemoryStore("two words")))
        .withMessageContaining("store 'two words'");
    AesGcm encryption = AesGcm.of("k1", Map.of("k1", KEY));
    builder.encrypt(encryption);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.encrypt(encryption))
        .withMessageContaining("coding 'aes-gcm'");
  }
}
