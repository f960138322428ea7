package dev.millrace.worker.batch;

import java.util.List;

/**
 * Sends one message to one recipient. Called by many threads at once.
 *
 * @param <T> what a notification is read as
 */
@FunctionalInterface
public interface Messenger<T> {
  /**
   * Sends all notifications in one message.
   *
   * @param notifications at least one, those of the highest priority first and of the same in the
   *     order in which they came
   * @throws Exception fails all of them, as {@link dev.millrace.worker.StepHandler#handle} says
   */
  void send(String recipient, List<BatchItem<T>> notifications) throws Exception;
}
