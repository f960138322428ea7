package dev.millrace.schemas;

/** The contract's limits. What is over one is refused with a reason, never cut in silence. */
public final class Limits {
  /** Longest workflow id, in UTF-8 bytes. */
  public static final int WORKFLOW_ID_BYTES = 256;

  /** Longest id of a step or step type and longest name of a definition, in characters. */
  public static final int NAME_CHARS = 128;

  /** Longest name of a queue, in characters. */
  public static final int QUEUE_CHARS = 64;

  /** Longest name of a tenant, in characters. */
  public static final int TENANT_CHARS = 128;

  /** Largest payload: a workflow's input or a step's output, in bytes. */
  public static final int PAYLOAD_BYTES = 1024 * 1024;

  /** Largest payload of a signal, in bytes. */
  public static final int SIGNAL_BYTES = 64 * 1024;

  /** Largest progress in a heartbeat, in bytes. */
  public static final int PROGRESS_BYTES = 64 * 1024;

  /** Largest step command with all its inputs, in bytes. */
  public static final int COMMAND_BYTES = 4 * 1024 * 1024;

  /**
   * Largest record on any topic of the contract, in bytes: the least max.message.bytes of a topic.
   */
  public static final int RECORD_BYTES = 8 * 1024 * 1024;

  /** Longest failure message or control reason, in characters. */
  public static final int MESSAGE_CHARS = 8 * 1024;

  /** Longest message of the failure of one item of a batch, in characters. */
  public static final int ITEM_MESSAGE_CHARS = 256;

  /** Most bytes of the results of one batch, all its attempts together. */
  public static final int BATCH_RESULTS_BYTES = 4 * 1024 * 1024;

  /** Most steps of one definition. */
  public static final int STEPS = 10_000;

  /** Most dependencies of one definition, all steps together. */
  public static final int DEPENDENCIES = 50_000;

  /** Largest source text of a definition, in bytes. */
  public static final int DEFINITION_SOURCE_BYTES = 4 * 1024 * 1024;

  /** Deepest nesting of a record in JSON, its payload included. */
  public static final int JSON_DEPTH = 100;

  /** Most attempts of one step. */
  public static final int ATTEMPTS = 1_000;

  /** Longest time that a worker may ask to wait before the next attempt, in milliseconds: a day. */
  public static final long RETRY_AFTER_MS = 24L * 60 * 60 * 1_000;

  /** Lowest and highest priority of a workflow. */
  public static final int LOWEST_PRIORITY = 0;

  public static final int HIGHEST_PRIORITY = 9;

  private Limits() {}
}
