package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.definition.DefinitionLimits;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.Items;

/**
 * What the branches of one chunk are decided on beside their own state.
 *
 * @param number which chunk of its step
 * @param batchSize how many items one branch takes
 * @param whole the definition of the workflow
 * @param ofWorkflow the workflow
 * @param items the items of the chunk
 */
public record Chunk(
    int number, int batchSize, CompiledDefinition whole, BranchedWorkflow ofWorkflow, Items items) {
  /**
   * How many attempts of a step have branches whose attempts have numbers of their own; then these
   * begin again, and what could still be reported of the first is long gone.
   */
  private static final int NUMBERED_ATTEMPTS = Integer.MAX_VALUE / DefinitionLimits.ATTEMPTS - 1;

  /** Behind which number the attempts of branches begin in an attempt of their step. */
  public static int formerAttempts(int attempt) {
    return (attempt - 1) % NUMBERED_ATTEMPTS * DefinitionLimits.ATTEMPTS;
  }

  /** The number of a branch of the chunk within its step. */
  public int branch(int local) {
    return number * Branches.CHUNK + local;
  }

  /** The place within the chunk of the first item of a branch. */
  int firstItem(int local) {
    return local * batchSize;
  }

  /** How many items a branch takes. */
  int itemCount(int local) {
    return Math.min(batchSize, items.count() - firstItem(local));
  }

  /** The index of an item in the list of its step. */
  int index(int place) {
    return number * Branches.CHUNK * batchSize + place;
  }
}
