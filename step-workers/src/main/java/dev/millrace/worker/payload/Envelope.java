package dev.millrace.worker.payload;

import dev.millrace.schemas.MediaTypes;
import dev.millrace.worker.Payload;
import dev.millrace.worker.PayloadException;
import dev.millrace.worker.PayloadException.Reason;
import dev.millrace.worker.spi.PayloadCoding.Coded;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A payload that stands for another one: a line of JSON that says what was done, and the bytes that
 * came of it.
 *
 * @param coding name of what was done
 * @param contentType of the payload that it stands for
 */
record Envelope(String coding, String contentType, Coded coded) {
  /** Longest first line, in bytes. */
  static final int HEADER_BYTES = 4096;

  private static final String CODING = "coding";
  private static final String TYPE = "type";
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

  /**
   * The envelope as a payload.
   *
   * @throws IllegalArgumentException when what it says of itself is too long
   */
  Payload toPayload() {
    Map<String, String> header = new LinkedHashMap<>();
    header.put(CODING, coding);
    header.put(TYPE, contentType);
    header.putAll(new TreeMap<>(coded.parameters()));
    byte[] line = JSON.writeValueAsBytes(header);
    if (line.length >= HEADER_BYTES || header.size() != coded.parameters().size() + 2) {
      throw new IllegalArgumentException(
          "coding '%s': parameters of %d bytes, at most %d and none named '%s' or '%s' are allowed"
              .formatted(coding, line.length, HEADER_BYTES - 1, CODING, TYPE));
    }
    byte[] data = Arrays.copyOf(line, line.length + 1 + coded.data().length);
    data[line.length] = '\n';
    System.arraycopy(coded.data(), 0, data, line.length + 1, coded.data().length);
    return new Payload(MediaTypes.ENCODED + "; " + MediaTypes.ENCODED_BY + "=" + coding, data);
  }

  /** The envelope that a payload of {@link MediaTypes#ENCODED} is. */
  static Envelope of(Payload payload) {
    byte[] data = payload.data();
    int end = 0;
    while (end < data.length && end < HEADER_BYTES && data[end] != '\n') {
      end++;
    }
    if (end == data.length || end == HEADER_BYTES) {
      throw damaged("its first %d bytes have no line of JSON".formatted(HEADER_BYTES), null);
    }
    Map<String, String> header = header(data, end);
    String coding = header.remove(CODING);
    String contentType = header.remove(TYPE);
    if (coding == null || contentType == null || header.containsValue(null)) {
      throw damaged("its first line does not say '%s' and '%s'".formatted(CODING, TYPE), null);
    }
    return new Envelope(
        coding, contentType, new Coded(header, Arrays.copyOfRange(data, end + 1, data.length)));
  }

  private static Map<String, String> header(byte[] data, int end) {
    try {
      Map<String, String> header = JSON.readValue(data, 0, end, TEXTS);
      if (header == null) {
        throw damaged("its first line is null", null);
      }
      return header;
    } catch (JacksonException e) {
      throw damaged("its first line is no object of texts: " + JsonPlace.of(e), e);
    }
  }

  private static PayloadException damaged(String how, @Nullable Throwable cause) {
    return new PayloadException(
        Reason.DAMAGED, "not %s: %s".formatted(MediaTypes.ENCODED, how), cause);
  }
}
