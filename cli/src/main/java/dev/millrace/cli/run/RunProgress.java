package dev.millrace.cli.run;

import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows how far a run is: a bar on a terminal, which is gone when it is closed, and elsewhere a
 * line a second. Not thread-safe.
 */
public final class RunProgress implements AutoCloseable {
  private static final int REDRAW_MILLIS = 100;
  private static final int WIDTH = 100;
  private static final long LINE_NANOS = Duration.ofSeconds(1).toNanos();

  private final PrintWriter out;
  private final String unit;
  private final long total;
  private final @Nullable ProgressBar bar;
  private long lastLine = System.nanoTime();

  private RunProgress(PrintWriter out, String unit, long total, @Nullable ProgressBar bar) {
    this.out = out;
    this.unit = unit;
    this.total = total;
    this.bar = bar;
  }

  /**
   * Begins at zero.
   *
   * @param out takes the lines when there is no terminal
   * @param unit what is counted, in the plural
   */
  public static RunProgress begin(PrintWriter out, String unit, long total) {
    return new RunProgress(out, unit, total, isTerminal() ? bar(unit, total) : null);
  }

  @SuppressWarnings("SystemConsoleNull") // from JDK 25 on it is null again without a terminal
  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  private static ProgressBar bar(String unit, long total) {
    return new ProgressBarBuilder()
        .setTaskName("  " + unit)
        .setInitialMax(total)
        .setStyle(ProgressBarStyle.UNICODE_BLOCK)
        .setUpdateIntervalMillis(REDRAW_MILLIS)
        .setMaxRenderedLength(WIDTH)
        .setConsumer(new ConsoleProgressBarConsumer(System.err))
        .hideEta()
        .clearDisplayOnFinish()
        .build();
  }

  /**
   * Shows where the run is now; what is done beyond the total, such as retries, is not shown.
   *
   * @param counted what is done; at most the total is shown
   * @param remark shown beside the count
   */
  public void at(long counted, String remark) {
    long done = Math.min(counted, total);
    if (bar != null) {
      bar.stepTo(done);
      bar.setExtraMessage(remark);
      return;
    }
    long now = System.nanoTime();
    if (now - lastLine >= LINE_NANOS) {
      lastLine = now;
      out.printf("  %,d of %,d %s, %s%n", done, total, unit, remark);
      out.flush();
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
