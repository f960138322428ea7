package dev.millrace.orchestrator.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.schemas.Limits;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import org.jspecify.annotations.Nullable;

/** Workflow ids as record keys: UTF-8 without control characters. */
public final class WorkflowIds {
  private WorkflowIds() {}

  /**
   * The workflow id in a record's key.
   *
   * @throws MalformedRecordException when the key is none
   */
  public static String decode(byte @Nullable [] key) throws MalformedRecordException {
    if (key == null || key.length == 0) {
      throw new MalformedRecordException(
          "the record has no key; its key must be the workflow id", null);
    }
    if (key.length > Limits.WORKFLOW_ID_BYTES) {
      throw new MalformedRecordException(
          "workflow id of %d bytes in the record key, at most %d are allowed"
              .formatted(key.length, Limits.WORKFLOW_ID_BYTES),
          null);
    }
    boolean ascii = true;
    for (byte b : key) {
      if ((b >= 0 && b < ' ') || b == 0x7f) {
        throw new MalformedRecordException(
            "control character 0x%02x in the workflow id in the record key".formatted(b), null);
      }
      ascii &= b > 0;
    }
    if (ascii) {
      return new String(key, UTF_8);
    }
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString();
    } catch (CharacterCodingException e) {
      throw new MalformedRecordException("the workflow id in the record key is not UTF-8", e);
    }
  }
}
