package dev.millrace.orchestrator.store;

/**
 * Names the record of one chunk of the branches of a step. In keys it stands as one text, the id of
 * the workflow and the scope of its events with a control character between them, which no workflow
 * id has.
 *
 * @param workflowId the workflow
 * @param step id of the step
 * @param chunk number of the chunk
 */
public record ChunkId(String workflowId, String step, int chunk) {
  static final char SEPARATOR = 2;

  /** The chunk of a text. */
  public static ChunkId of(String text) {
    int stepAt = text.indexOf(SEPARATOR) + 1;
    int chunkAt = text.lastIndexOf('/') + 1;
    return new ChunkId(
        text.substring(0, stepAt - 1),
        text.substring(stepAt, chunkAt - 1),
        Integer.parseInt(text.substring(chunkAt)));
  }

  /** Whether a text names a chunk, and not a workflow. */
  public static boolean isOne(String text) {
    return text.indexOf(SEPARATOR) >= 0;
  }

  /** What the scope of its events begins with, and is in the first attempt of the step. */
  public String scope() {
    return step + '/' + chunk;
  }

  /**
   * The scope of its events in an attempt of the step: each has a history of its own, so that the
   * one before is kept.
   */
  public String scope(int attempt) {
    return attempt == 1 ? scope() : scope() + '/' + attempt;
  }

  /** The text that its record and all that hangs around it is kept under. */
  public String text() {
    return workflowId + SEPARATOR + scope();
  }

  /** What the texts of all chunks of a step begin with; of an empty step, of all steps. */
  static String prefix(String workflowId, String step) {
    return step.isEmpty() ? workflowId + SEPARATOR : workflowId + SEPARATOR + step + '/';
  }
}
