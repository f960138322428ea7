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
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PayloadCodecsTest {
  private static final SecretKey KEY = key(1);
  private static final SecretKey OTHER_KEY = key(2);
  private static final Payload TEXT = json("\"" + "millrace ".repeat(1_000) + "\"");

  private final MemoryStore store = new MemoryStore("orders");
  private final PayloadCodecs all =
      PayloadCodecs.builder()
          .compressAbove(1_000)
          .encrypt(AesGcm.of("k1", Map.of("k1", KEY)))
          .claimCheckAbove(0, store)
          .build();
  private final PayloadCodecs gzip = PayloadCodecs.builder().compressAbove(100).build();
  private final PayloadCodecs claim = PayloadCodecs.builder().claimCheckAbove(0, store).build();

  private static SecretKey key(int filled) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) filled);
    return new SecretKeySpec(bytes, "AES");
  }

  private static Payload json(String text) {
    return Payload.json(text.getBytes(UTF_8));
  }

  private static void assertReason(Reason reason, String message, ThrowingCallable call) {
    assertThatExceptionOfType(PayloadException.class)
        .isThrownBy(call)
        .withMessageContaining(message)
        .satisfies(thrown -> assertThat(thrown.reason()).isEqualTo(reason));
  }

  private static void assertSame(Payload actual, Payload expected) {
    assertThat(actual.contentType()).isEqualTo(expected.contentType());
    assertThat(actual.data()).isEqualTo(expected.data());
  }

  private static String firstLine(Payload payload) {
    String text = new String(payload.data(), StandardCharsets.ISO_8859_1);
    return text.substring(0, text.indexOf('\n'));
  }

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

  @Test
  void objectThatIsPutTwiceIsOneAndBothReferencesAreGood() {
    Payload first = claim.encode(TEXT);
    Payload second = claim.encode(TEXT);

    assertThat(store.objects).hasSize(1);
    assertSame(claim.decode(first), TEXT);
    assertSame(claim.decode(second), TEXT);
  }

  @Test
  void storeThatIsAwayIsNamedAndWorthAnotherAttempt() {
    Payload kept = claim.encode(TEXT);
    store.isAway = true;

    assertReason(Reason.STORE_UNAVAILABLE, "store 'orders' cannot keep", () -> claim.encode(TEXT));
    assertReason(Reason.STORE_UNAVAILABLE, "store 'orders' cannot give", () -> claim.decode(kept));
    assertThat(Reason.STORE_UNAVAILABLE.isRetryable()).isTrue();
  }

  @Test
  void objectThatIsGoneIsMissingForGood() {
    Payload kept = claim.encode(TEXT);
    store.objects.clear();

    assertReason(Reason.MISSING, "store 'orders' has no object", () -> claim.decode(kept));
    assertThat(Reason.MISSING.isRetryable()).isFalse();
  }

  @Test
  void objectThatWasAlteredIsRefused() {
    Payload kept = claim.encode(TEXT);
    store.objects.replaceAll(
        (key, data) -> {
          data[17] ^= 1;
          return data;
        });
    assertReason(Reason.ALTERED, "of store 'orders' is not the", () -> claim.decode(kept));

    store.objects.replaceAll((key, data) -> new byte[3]);
    assertReason(Reason.ALTERED, "of store 'orders' is not the", () -> claim.decode(kept));
  }

  @Test
  void objectOverTheLimitIsNotLoaded() {
    Payload kept = claim.encode(TEXT);
    store.isAway = true; // so that it would be noticed
    PayloadCodecs bounded =
        PayloadCodecs.builder().readFrom(store).mostBytes(TEXT.data().length - 1).build();

    assertReason(Reason.TOO_LARGE, "has 9002 bytes", () -> bounded.decode(kept));
  }

  @Test
  void otherStoresCanBeReadFromAndUnknownOnesAreNamed() {
    Payload kept = claim.encode(TEXT);
    MemoryStore next = new MemoryStore("s3:next");

    PayloadCodecs moved = PayloadCodecs.builder().claimCheckAbove(0, next).readFrom(store).build();
    assertSame(moved.decode(kept), TEXT);
    moved.encode(TEXT);
    assertThat(next.objects).hasSize(1);
    assertReason(
        Reason.UNKNOWN_CODING,
        "kept in store 'orders', but this worker has only [s3:next]",
        () -> PayloadCodecs.builder().readFrom(next).build().decode(kept));
  }

  @Test
  void encodedPayloadsWithinJsonAreDecodedInTheirPlaces() {
    String item = embedded(gzip.encode(json("{\"n\":1.10,\"t\":\"" + "x".repeat(500) + "\"}")));
    String bytes = embedded(gzip.encode(new Payload("image/png", new byte[500])));
    Payload list =
        json(
            "[%s,null,{\"deep\":[%s]},{\"$base64\":\"\"},12345678901234567890]"
                .formatted(item, bytes));

    assertThat(new String(gzip.decode(list).data(), UTF_8))
        .isEqualTo(
            "[{\"n\":1.10,\"t\":\"%s\"},null,{\"deep\":[{\"$contentType\":\"image/png\",\"$base64\":\"%s\"}]},{\"$base64\":\"\"},12345678901234567890]"
                .formatted("x".repeat(500), Base64.getEncoder().encodeToString(new byte[500])));
  }

  private static String embedded(Payload payload) {
    return "{\"$contentType\":\"%s\",\"$base64\":\"%s\"}"
        .formatted(payload.contentType(), Base64.getEncoder().encodeToString(payload.data()));
  }

  @Test
  void inputThatIsOneEncodedPayloadInJsonIsThatPayload() {
    Payload picture = new Payload("image/png", new byte[500]);

    assertSame(gzip.decode(json(embedded(gzip.encode(picture)))), picture);
  }

  @Test
  void jsonWithoutEncodedPayloadsStaysAsItIs() {
    for (String text :
        List.of(
            "[{\"$contentType\":\"image/png\",\"$base64\":\"AAAA\"}]",
            "{\"$base64\": \"",
            "{\"a\":\"\\\"$base64\\\"\"}")) {
      Payload payload = json(text);
      assertThat(gzip.decode(payload)).isSameAs(payload);
    }
  }

  @Test
  void encodedPayloadsWithinJsonHaveOneLimitTogether() {
    String item = embedded(gzip.encode(json("\"" + "x".repeat(40_000) + "\"")));
    PayloadCodecs bounded = PayloadCodecs.builder().mostBytes(100_000).build();

    assertReason(
        Reason.TOO_LARGE, "", () -> bounded.decode(json("[%s,%s,%s]".formatted(item, item, item))));
    assertThat(bounded.decode(json("[%s,%s]".formatted(item, item))).data()).hasSize(80_007);
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
