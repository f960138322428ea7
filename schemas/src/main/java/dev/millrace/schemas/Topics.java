package dev.millrace.schemas;

import java.util.Objects;

/**
 * Names of the topics that are Millrace's public API.
 *
 * @param prefix what every name starts with, so that one ACL covers them all; letters, digits and
 *     hyphens, ending in a dot
 */
public record Topics(String prefix) {
  /** Prefix of an installation that says nothing else. */
  public static final String DEFAULT_PREFIX = "millrace.";

  private static final String COMMANDS = "step-commands.";
  private static final String V1 = ".v1";

  public Topics {
    Objects.requireNonNull(prefix, "prefix");
    if (!prefix.matches("([A-Za-z0-9-]+\\.)+") || prefix.length() > 100) {
      throw new IllegalArgumentException(
          "topic prefix '%s': must be letters, digits and hyphens ending in a dot, at most 100 characters, like '%s'"
              .formatted(prefix, DEFAULT_PREFIX));
    }
  }

  /** The topics under {@link #DEFAULT_PREFIX}. */
  public static Topics standard() {
    return new Topics(DEFAULT_PREFIX);
  }

  public String starts() {
    return prefix + "workflow-starts.v1";
  }

  /**
   * The starts that workflows ask for whose steps wait for their end. Apart from those of others,
   * which may have to wait until such steps have gone on.
   */
  public String children() {
    return prefix + "workflow-children.v1";
  }

  public String controls() {
    return prefix + "workflow-controls.v1";
  }

  public String schedules() {
    return prefix + "workflow-schedules.v1";
  }

  public String completions() {
    return prefix + "step-completions.v1";
  }

  /**
   * The worker topic of one queue.
   *
   * @throws IllegalArgumentException as {@link #checkQueue}
   */
  public String commands(String queue) {
    checkQueue(queue);
    return prefix + COMMANDS + queue + V1;
  }

  /**
   * Checks the name of a queue: lower-case letters, digits and hyphens, since it is part of a
   * topic's name.
   *
   * @throws IllegalArgumentException when it has others, or none, or more than {@link
   *     Limits#QUEUE_CHARS}
   */
  public static void checkQueue(String queue) {
    boolean fits = !queue.isEmpty() && queue.length() <= Limits.QUEUE_CHARS;
    for (int i = 0; fits && i < queue.length(); i++) { // for each command: no regular expression
      char c = queue.charAt(i);
      fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "queue '%s': must be 1 to %d lower-case letters, digits and hyphens"
              .formatted(
                  queue.substring(0, Math.min(queue.length(), Limits.QUEUE_CHARS + 1)),
                  Limits.QUEUE_CHARS));
    }
  }

  /** Whether a topic is the worker topic of some queue. */
  public boolean isCommands(String topic) {
    return topic.startsWith(prefix + COMMANDS)
        && topic.endsWith(V1)
        && topic.length() > prefix.length() + COMMANDS.length() + V1.length();
  }

  /**
   * The queue of a worker topic.
   *
   * @throws IllegalArgumentException when it is none
   */
  public String queueOf(String commandsTopic) {
    if (!isCommands(commandsTopic)) {
      throw new IllegalArgumentException(
          "topic '%s': is no topic of commands under '%s'".formatted(commandsTopic, prefix));
    }
    return commandsTopic.substring(
        prefix.length() + COMMANDS.length(), commandsTopic.length() - V1.length());
  }

  /** The consumer group of the workers of a queue. */
  public String workerGroup(String queue) {
    return prefix + "worker." + queue;
  }

  /** The share group of the workers of a queue that share its commands. */
  public String workerShareGroup(String queue) {
    return prefix + "share-worker." + queue;
  }

  /** Which attempts are not waited for any more: every worker reads all of it. */
  public String cancellations() {
    return prefix + "attempt-cancellations.v1";
  }

  public String events() {
    return prefix + "workflow-events.v1";
  }

  public String definitions() {
    return prefix + "workflow-definitions.v1";
  }

  /** What operators set for queues, by {@link QueueTarget#key}. */
  public String queueSettings() {
    return prefix + "queue-settings.v1";
  }

  public String deadLetters() {
    return prefix + "dead-letters.v1";
  }
}
