package dev.millrace.worker.spi;

import java.io.IOException;
import java.util.Optional;

/**
 * Where payloads are kept of which only a reference travels. Objects are named by their content, so
 * one that is written twice is the same, and nothing is ever changed. Nothing is deleted either:
 * let the store delete what is older than any workflow can be. Called by many threads at once.
 */
public interface PayloadStore {
  /**
   * Its name in references and messages, such as {@code s3:orders}: at most {@link #NAME_CHARS} of
   * {@code A-Z a-z 0-9 . _ : / -}. Whoever reads needs a store of the same name.
   */
  String name();

  /** Longest name, in characters. */
  int NAME_CHARS = 128;

  /**
   * Keeps an object. One that is there already is written again, or its age begins anew.
   *
   * @param key 64 lower-case hexadecimal digits
   * @throws IOException when that cannot be done now; it is tried again with the next attempt
   */
  void put(String key, byte[] data) throws IOException, InterruptedException;

  /**
   * The object; empty when the store has none of this name.
   *
   * @param key 64 lower-case hexadecimal digits
   * @param bytes how many it should have: of a larger one no more than one byte more is read
   * @throws IOException when that cannot be said now
   */
  Optional<byte[]> get(String key, int bytes) throws IOException, InterruptedException;
}
