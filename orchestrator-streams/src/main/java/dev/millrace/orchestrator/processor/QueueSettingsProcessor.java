package dev.millrace.orchestrator.processor;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.flow.QueueLimits;
import dev.millrace.schemas.QueueSettings;
import dev.millrace.schemas.QueueTarget;
import dev.millrace.schemas.wire.MalformedRecordException;
import dev.millrace.schemas.wire.QueueSettingsJson;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what operators set for queues, from the beginning of its topic and before any stream task
 * begins, so that no command goes to a queue that was paused before. Runs on the global stream
 * thread, which nothing replaces: a record that cannot be read is logged, and what was set before
 * holds.
 */
public final class QueueSettingsProcessor implements Processor<Bytes, byte[], Void, Void> {
  private static final Logger LOG = LoggerFactory.getLogger(QueueSettingsProcessor.class);
  private static final int KEY_CHARS_SHOWN = 200;

  private final QueueLimits limits;

  public QueueSettingsProcessor(QueueLimits limits) {
    this.limits = limits;
  }

  @Override
  public void process(Record<Bytes, byte[]> record) {
    String key = record.key() == null ? "" : new String(record.key().get(), UTF_8);
    try {
      QueueTarget target = QueueTarget.ofKey(key);
      QueueSettings settings =
          record.value() == null ? QueueSettings.NONE : QueueSettingsJson.read(record.value());
      if (!limits.set(target, settings)) {
        LOG.error(
            "ignored the settings of queue {}: there are {} others already, the most; delete some",
            target,
            QueueLimits.TARGETS_MAX);
      } else {
        LOG.info("queue {}: {}", target, text(settings));
      }
    } catch (MalformedRecordException | IllegalArgumentException e) {
      LOG.error(
          "ignored the queue settings with key '{}', what was set before holds: {}",
          key.substring(0, Math.min(key.length(), KEY_CHARS_SHOWN)),
          e.getMessage());
    }
  }

  private static String text(QueueSettings settings) {
    return settings.equals(QueueSettings.NONE)
        ? "nothing is set any more"
        : "set to " + new String(QueueSettingsJson.write(settings), UTF_8);
  }
}
