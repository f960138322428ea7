package dev.millrace.orchestrator.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Ids of the last controls that were applied, oldest first, as the first {@link #BYTES} bytes of
 * their SHA-256.
 */
final class ControlIds {
  /** How many are remembered. */
  static final int REMEMBERED = 100;

  private static final int BYTES = 8;

  private ControlIds() {}

  static boolean contains(byte[] ids, String id) {
    byte[] hash = hash(id);
    for (int at = 0; at < ids.length; at += BYTES) {
      if (Arrays.equals(ids, at, at + BYTES, hash, 0, BYTES)) {
        return true;
      }
    }
    return false;
  }

  /** One more; the oldest is forgotten where there are too many. */
  static byte[] with(byte[] ids, String id) {
    int from = ids.length == REMEMBERED * BYTES ? BYTES : 0;
    byte[] all = new byte[ids.length - from + BYTES];
    System.arraycopy(ids, from, all, 0, ids.length - from);
    System.arraycopy(hash(id), 0, all, ids.length - from, BYTES);
    return all;
  }

  private static byte[] hash(String id) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(id.getBytes(UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
