package dev.millrace.worker.batch;

import dev.millrace.worker.StepContext;

/**
 * One item of a batch.
 *
 * @param id {@link StepContext#commandId} of the command that it is; of an item of a {@code
 *     forEach} batch that with a slash and its place in the batch behind it, which with other
 *     failed items may be another one in the next attempt
 * @param input of the workflow or step, or the item
 * @param context of the command that it is or comes with
 */
public record BatchItem<T>(String id, T input, StepContext context) {}
