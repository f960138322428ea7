package dev.millrace.worker.spi;

import dev.millrace.worker.Payload;
import dev.millrace.worker.PayloadException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One way to encode payloads, such as an encryption: bytes to others, and parameters that are
 * needed to come back. Called by many threads at once.
 */
public interface PayloadCoding {
  /**
   * Its name in what it has encoded: at most {@link #NAME_CHARS} lower-case letters, digits and
   * dashes. Never another meaning under the same name.
   */
  String name();

  /** Longest name, in characters. */
  int NAME_CHARS = 32;

  /**
   * The payload encoded; empty to leave it as it is.
   *
   * @throws PayloadException when it cannot be
   */
  Optional<Coded> encode(Payload payload);

  /**
   * The data as they were. What is given was written by anybody who can write to the topics.
   *
   * @param contentType of the payload that comes out, as it was given to {@link #encode}
   * @param mostBytes how many bytes may come out; to be checked before they are allocated
   * @throws PayloadException when they cannot be had
   */
  byte[] decode(Coded coded, String contentType, int mostBytes);

  /**
   * What a coding has made of a payload.
   *
   * @param parameters what it takes to decode it, readable by everybody; not {@code coding} or
   *     {@code type}
   * @param data not copied: do not change it
   */
  @SuppressWarnings("ArrayRecordComponent") // a carrier of bytes; nobody compares them
  record Coded(Map<String, String> parameters, byte[] data) {
    public Coded {
      parameters = Map.copyOf(parameters);
      Objects.requireNonNull(data, "data");
    }
  }
}
