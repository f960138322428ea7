package dev.millrace.orchestrator.intake;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How large the folder of the state is and how much of its volume is free, looked at once a second
 * in a thread of its own. A look that fails leaves what is known, for a while. Thread-safe.
 */
public final class StateFolder implements AutoCloseable {
  private static final long PERIOD_MS = 1_000;

  /** What is older than this is not known any more. */
  static final long STALE_MS = 30_000;

  private static final Logger LOG = LoggerFactory.getLogger(StateFolder.class);

  private final Path folder;
  private final LongSupplier clock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("millrace-state-folder").factory());
  private volatile Figures figures = Figures.NONE;
  private boolean isFailing;

  /** What a look has found. */
  private record Figures(long bytes, long freeThousandths, long atMs) {
    private static final Figures NONE = new Figures(IntakeValve.UNKNOWN, IntakeValve.UNKNOWN, 0);
  }

  /**
   * @param folder may be made later
   * @param clock milliseconds that never go back
   */
  public StateFolder(Path folder, LongSupplier clock) {
    this.folder = folder;
    this.clock = clock;
  }

  /** Begins to look. */
  public void start() {
    ScheduledFuture<?> unused = // look reports its own failures
        thread.scheduleWithFixedDelay(this::look, 0, PERIOD_MS, TimeUnit.MILLISECONDS);
  }

  /**
   * Size of all its files; {@link IntakeValve#UNKNOWN} before the first look, and when looks have
   * failed for 30 seconds.
   */
  public long bytes() {
    return known().bytes;
  }

  /** The free part of its volume; {@link IntakeValve#UNKNOWN} likewise. */
  public long freeThousandths() {
    return known().freeThousandths;
  }

  private Figures known() {
    Figures last = figures;
    return clock.getAsLong() - last.atMs > STALE_MS ? Figures.NONE : last;
  }

  /** Looks once. */
  void look() {
    try {
      if (Files.isDirectory(folder)) {
        Sizes sizes = new Sizes();
        Files.walkFileTree(folder, sizes);
        FileStore volume = Files.getFileStore(folder);
        long free =
            volume.getTotalSpace() == 0
                ? IntakeValve.UNKNOWN
                : (long)
                    ((double) volume.getUsableSpace()
                        / volume.getTotalSpace()
                        * IntakeValve.THOUSANDTHS);
        figures = new Figures(sizes.sum, free, clock.getAsLong());
      }
      isFailing = false;
    } catch (IOException | RuntimeException | Error e) {
      // Whatever it is: it would end the schedule, and nothing would be known for ever.
      if (!isFailing) {
        LOG.warn(
            "the size of {} is not to be had; what is known of it counts for {} s more",
            folder,
            STALE_MS / PERIOD_MS,
            e);
      }
      isFailing = true;
    }
  }

  /** Stops looking. */
  @Override
  public void close() {
    thread.shutdownNow();
  }

  /** Adds files up; RocksDB deletes some of them meanwhile. */
  private static final class Sizes extends SimpleFileVisitor<Path> {
    private long sum;

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      sum += attributes.size();
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) {
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) {
      return FileVisitResult.CONTINUE;
    }
  }
}
