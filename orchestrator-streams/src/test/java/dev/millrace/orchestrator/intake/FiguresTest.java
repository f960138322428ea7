package dev.millrace.orchestrator.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The figures that the valve follows beside the count of workflows. */
class FiguresTest {
  private static final TopicPartition FIRST = new TopicPartition("changelog", 0);
  private static final TopicPartition SECOND = new TopicPartition("changelog", 1);

  @TempDir Path parent;
  private final AtomicLong nowMs = new AtomicLong(1_000_000);

  @Test
  void folderIsAsLargeAsItsFilesAndUnknownBeforeItIsThere() throws IOException {
    Path path = parent.resolve("state");
    try (StateFolder folder = new StateFolder(path, nowMs::get)) {
      folder.look();
      assertThat(folder.bytes()).isEqualTo(IntakeValve.UNKNOWN);
      assertThat(folder.freeThousandths()).isEqualTo(IntakeValve.UNKNOWN);

      Files.createDirectories(path.resolve("0_1/rocksdb"));
      Files.write(path.resolve("0_1/rocksdb/000001.sst"), new byte[3_000]);
      Files.write(path.resolve("0_1/CURRENT"), new byte[17]);
      folder.look();
      assertThat(folder.bytes()).isEqualTo(3_017);
      assertThat(folder.freeThousandths()).isBetween(0L, 1_000L);

      Files.delete(path.resolve("0_1/CURRENT"));
      folder.look();
      assertThat(folder.bytes()).isEqualTo(3_000);
    }
  }

  @Test
  void lookThatFailsWithAnErrorIsNotTheLastAndItsFiguresAreNotKnownForEver() throws IOException {
    Path path = Files.createDirectory(parent.resolve("state"));
    AtomicBoolean isFailing = new AtomicBoolean();
    LongSupplier clock =
        () -> {
          if (isFailing.get()) {
            throw new StackOverflowError("any");
          }
          return nowMs.get();
        };
    try (StateFolder folder = new StateFolder(path, clock)) {
      folder.look();
      isFailing.set(true);
      assertThatCode(folder::look).doesNotThrowAnyException();
      isFailing.set(false);

      nowMs.addAndGet(StateFolder.STALE_MS);
      assertThat(folder.bytes()).isZero();
      nowMs.addAndGet(1);
      assertThat(folder.bytes()).isEqualTo(IntakeValve.UNKNOWN);
      assertThat(folder.freeThousandths()).isEqualTo(IntakeValve.UNKNOWN);

      folder.look();
      assertThat(folder.bytes()).isZero();
    }
  }

  @Test
  void recordsAreLeftUntilATaskIsRestoredOrGone() {
    RestoreProgress progress = new RestoreProgress(nowMs::get);
    progress.onRestoreStart(FIRST, "workflows", 100, 1_100);
    progress.onRestoreStart(SECOND, "workflows", 0, 500);
    assertThat(progress.records()).isEqualTo(1_500);

    progress.onBatchRestored(FIRST, "workflows", 400, 300);
    assertThat(progress.records()).isEqualTo(1_200);

    progress.onRestoreEnd(FIRST, "workflows", 1_000);
    assertThat(progress.records()).isEqualTo(500);

    progress.onRestoreSuspended(SECOND, "workflows", 0);
    assertThat(progress.records()).isZero();
  }

  @Test
  void restoreOfWhichNothingIsHeardCountsNoMore() {
    RestoreProgress progress = new RestoreProgress(nowMs::get);
    progress.onRestoreStart(FIRST, "workflows", 0, 1_000);
    progress.onRestoreStart(SECOND, "workflows", 0, 500);
    nowMs.addAndGet(RestoreProgress.SILENT_MS);
    progress.onBatchRestored(SECOND, "workflows", 100, 100);
    assertThat(progress.records()).isEqualTo(1_400);

    nowMs.addAndGet(1);
    assertThat(progress.records()).isEqualTo(400);
    progress.onBatchRestored(FIRST, "workflows", 300, 300);
    assertThat(progress.records()).as("it was slow, and goes on").isEqualTo(1_100);
  }
}
