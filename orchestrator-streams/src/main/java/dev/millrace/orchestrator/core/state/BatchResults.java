package dev.millrace.orchestrator.core.state;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The results of the items of a batch as one payload, which is kept as the output of its branch: of
 * each item a byte that says what became of it, and of one that gave something its content type and
 * data, each with a length of 4 bytes. Why items failed is in the events.
 */
public final class BatchResults {
  /** Most bytes of the results of one batch, packed, all its attempts together. */
  public static final int BYTES = 4 * 1024 * 1024;

  private static final String CONTENT_TYPE = "application/vnd.millrace.batch";
  private static final byte NOTHING = 0;
  private static final byte OUTPUT = 1;
  private static final byte FAILED = 2;
  private static final byte TO_DO = 3;
  private static final Failure FAILURE = new Failure("", "", false);
  private static final Failure RETRYABLE = new Failure("", "", true);

  private BatchResults() {}

  /** The payload of results. */
  public static Payload pack(List<ItemResult> results) {
    int size = 0;
    for (ItemResult result : results) {
      size += bytes(result);
    }
    ByteBuffer packed = ByteBuffer.allocate(size);
    for (ItemResult result : results) {
      Payload output = result.output();
      if (result.failure() != null) {
        packed.put(result.isToDo() ? TO_DO : FAILED);
      } else if (output == null) {
        packed.put(NOTHING);
      } else {
        byte[] contentType = utf8(output);
        packed.put(OUTPUT).putInt(contentType.length).put(contentType);
        packed.putInt(output.data().length).put(output.data());
      }
    }
    return new Payload(CONTENT_TYPE, packed.array());
  }

  /** How many bytes a result takes, packed. */
  public static int bytes(ItemResult result) {
    Payload output = result.output();
    return output == null ? 1 : 1 + 2 * Integer.BYTES + utf8(output).length + output.data().length;
  }

  /** Whether a payload is one of results. */
  public static boolean isPacked(Payload payload) {
    return payload.contentType().equals(CONTENT_TYPE);
  }

  /** The results in a payload; of failures only whether they are retryable. */
  public static List<ItemResult> unpack(Payload payload) {
    ByteBuffer packed = ByteBuffer.wrap(payload.data());
    List<ItemResult> results = new ArrayList<>();
    while (packed.hasRemaining()) {
      results.add(
          switch (packed.get()) {
            case NOTHING -> new ItemResult(null, null);
            case OUTPUT ->
                new ItemResult(new Payload(new String(bytes(packed), UTF_8), bytes(packed)), null);
            case FAILED -> new ItemResult(null, FAILURE);
            case TO_DO -> new ItemResult(null, RETRYABLE);
            default -> throw new IllegalStateException("no results of a batch: " + payload);
          });
    }
    return results;
  }

  private static byte[] bytes(ByteBuffer packed) {
    byte[] bytes = new byte[packed.getInt()];
    packed.get(bytes);
    return bytes;
  }

  private static byte[] utf8(Payload output) {
    return output.contentType().getBytes(UTF_8);
  }
}
