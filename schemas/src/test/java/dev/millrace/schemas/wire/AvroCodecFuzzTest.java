package dev.millrace.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.millrace.schemas.Samples;
import dev.millrace.schemas.registry.SchemaRegistries;
import dev.millrace.schemas.registry.SchemaRegistry;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.Test;

/** Damaged records: each is read, or refused as malformed, and nothing else happens. */
class AvroCodecFuzzTest {
  private static final long SEED = Long.getLong("millrace.test.seed", 20261121L);
  private static final int MUTATIONS = 100_000;

  private final SchemaRegistry registry =
      SchemaRegistries.connect("mock://" + UUID.randomUUID(), Map.of());

  @Test
  void damagedRecordsAreReadOrRefusedAsMalformed() {
    SplittableRandom random = new SplittableRandom(SEED);
    int malformed = 0;
    int perType = MUTATIONS / Samples.all().size() + 1;
    for (SpecificRecordBase sample : Samples.all()) {
      AvroCodec<SpecificRecordBase> codec = codec(sample);
      byte[] framed = codec.encode(sample);
      for (int i = 0; i < perType; i++) {
        byte[] damaged = damage(framed, random);
        malformed += isMalformed(codec, damaged) ? 1 : 0;
      }
    }

    assertThat(malformed).isBetween(MUTATIONS / 3, MUTATIONS);
  }

  private static boolean isMalformed(AvroCodec<SpecificRecordBase> codec, byte[] damaged) {
    try {
      SpecificRecordBase read = codec.decode(damaged);
      byte[] again = codec.encode(read);
      assertThat(codec.encode(codec.decode(again))).isEqualTo(again);
      return false;
    } catch (MalformedRecordException e) {
      return true;
    } catch (Throwable e) {
      return fail("seed " + SEED + ", bytes " + HexFormat.of().formatHex(damaged), e);
    }
  }

  /**
   * One to four changes behind the schema id: a bit, a byte, a cut, a run of noise, a huge varint.
   */
  private static byte[] damage(byte[] framed, SplittableRandom random) {
    byte[] bytes = framed.clone();
    int changes = random.nextInt(1, 5);
    for (int i = 0; i < changes && bytes.length > 6; i++) {
      int at = random.nextInt(5, bytes.length);
      switch (random.nextInt(6)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> bytes = Arrays.copyOf(bytes, at);
        case 3 -> {
          byte[] noise = new byte[random.nextInt(1, Math.min(16, bytes.length - at) + 1)];
          random.nextBytes(noise);
          System.arraycopy(noise, 0, bytes, at, noise.length);
        }
        case 4 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 9), (byte) 0xff);
        default -> {
          byte[] longer = Arrays.copyOf(bytes, bytes.length + random.nextInt(1, 20));
          System.arraycopy(
              bytes, at, longer, longer.length - (bytes.length - at), bytes.length - at);
          bytes = longer;
        }
      }
    }
    return bytes;
  }

  @SuppressWarnings("unchecked")
  private AvroCodec<SpecificRecordBase> codec(SpecificRecordBase sample) {
    return new AvroCodec<>(
        (Class<SpecificRecordBase>) sample.getClass(), sample.getSchema().getName(), registry);
  }
}
