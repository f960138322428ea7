package dev.millrace.schemas;

/**
 * What {@link QueueSettings} are of, and the key of their record: a queue, or {@code
 * queue/stepType} for one step type of it.
 *
 * @param queue name of the queue
 * @param stepType the step type; empty for the whole queue
 */
public record QueueTarget(String queue, String stepType) {
  private static final char SEPARATOR = '/'; // in no name of a queue

  /**
   * Checks both.
   *
   * @throws IllegalArgumentException as {@link Topics#checkQueue}, or when the step type has more
   *     than {@link Limits#NAME_CHARS} characters or one that cannot be part of a name
   */
  public QueueTarget {
    Topics.checkQueue(queue);
    if (stepType.length() > Limits.NAME_CHARS || stepType.chars().anyMatch(c -> c < ' ')) {
      throw new IllegalArgumentException(
          "step type '%s': must have at most %d characters, no control characters"
              .formatted(
                  stepType.substring(0, Math.min(stepType.length(), Limits.NAME_CHARS)),
                  Limits.NAME_CHARS));
    }
  }

  /** The whole of a queue. */
  public static QueueTarget of(String queue) {
    return new QueueTarget(queue, "");
  }

  /**
   * What a key stands for.
   *
   * @throws IllegalArgumentException as the constructor, or when the step type is empty
   */
  public static QueueTarget ofKey(String key) {
    int end = key.indexOf(SEPARATOR);
    if (end == key.length() - 1 && end >= 0) {
      throw new IllegalArgumentException("step type '': must not be empty behind the '/'");
    }
    return end < 0 ? of(key) : new QueueTarget(key.substring(0, end), key.substring(end + 1));
  }

  /** Whether it is the whole of a queue. */
  public boolean isWhole() {
    return stepType.isEmpty();
  }

  /** The key of its record. */
  public String key() {
    return isWhole() ? queue : queue + SEPARATOR + stepType;
  }

  @Override
  public String toString() {
    return key();
  }
}
