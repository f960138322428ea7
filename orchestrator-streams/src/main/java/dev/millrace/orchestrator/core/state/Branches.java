package dev.millrace.orchestrator.core.state;

import java.util.Arrays;

/**
 * The branches of a step that runs for each item of a list, and what is known of them. A branch
 * runs one batch of items; {@link #CHUNK} branches make a chunk, whose state is a record of its
 * own. Chunks are opened in their order, a few at once. Immutable.
 *
 * @param items how many items there are
 * @param batchSize how many items one branch takes; the last one may have fewer
 * @param atOnce how many chunks are open at once, at most
 * @param chunks of each chunk, how many of its items have failed, and {@link #FINISHED} once no
 *     more branch of it runs
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and never written after it is made
public record Branches(int items, int batchSize, int atOnce, int[] chunks) {
  /** Most items of one step. */
  public static final int ITEMS = 100_000;

  /** Most bytes of all items of one step: those of one chunk must fit in one record. */
  public static final int ITEMS_BYTES = 4 * 1024 * 1024;

  /** How many branches a chunk has; the last one may have fewer. */
  public static final int CHUNK = 1_000;

  /** Most chunks of one step that are open at once. */
  public static final int CHUNKS_AT_ONCE = 4;

  private static final int FINISHED = 0x8000_0000;

  /**
   * The branches of a list, none of which has run.
   *
   * @param maxParallel most branches under way at once
   */
  public static Branches of(int items, int batchSize, int maxParallel) {
    int branches = Math.ceilDiv(items, batchSize);
    int atOnce = Math.clamp(maxParallel / CHUNK, 1, CHUNKS_AT_ONCE);
    return new Branches(items, batchSize, atOnce, new int[Math.ceilDiv(branches, CHUNK)]);
  }

  /** How many branches there are. */
  public int count() {
    return Math.ceilDiv(items, batchSize);
  }

  /** How many branches a chunk has. */
  public int sizeOf(int chunk) {
    return Math.min(CHUNK, count() - chunk * CHUNK);
  }

  /** The index of the first item of a chunk; that of the first chunk that is not, is beyond all. */
  public int firstItem(int chunk) {
    return (int) Math.min(items, (long) chunk * CHUNK * batchSize);
  }

  /** How many chunks have been opened. */
  public int opened() {
    return Math.min(chunks.length, finished() + atOnce);
  }

  /** Whether a chunk has been opened and is not finished. */
  public boolean isOpen(int chunk) {
    return chunk >= 0 && chunk < opened() && chunks[chunk] >= 0;
  }

  /** Whether no branch runs any more. */
  public boolean areFinished() {
    return finished() == chunks.length;
  }

  /** How many items have failed, as far as the chunks have reported. */
  public int failedItems() {
    int failed = 0;
    for (int chunk : chunks) {
      failed += chunk & ~FINISHED;
    }
    return failed;
  }

  /** The same, with what a chunk reports. */
  public Branches with(int chunk, int failedItems, boolean isFinished) {
    int[] changed = chunks.clone();
    changed[chunk] = failedItems | (isFinished ? FINISHED : 0);
    return new Branches(items, batchSize, atOnce, changed);
  }

  /** Whether that is what is known of a chunk already. */
  public boolean knows(int chunk, int failedItems, boolean isFinished) {
    return chunks[chunk] == (failedItems | (isFinished ? FINISHED : 0));
  }

  private int finished() {
    return (int) Arrays.stream(chunks).filter(chunk -> chunk < 0).count();
  }
}
