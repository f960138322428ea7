package dev.millrace.orchestrator.core.definition;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a worker does to undo a step that succeeded, when the workflow fails later.
 *
 * @param type what the worker looks up its handler by
 * @param queue worker queue that gets its commands
 * @param input template of the command's input; null hands over the step's output
 * @param timeout start-to-close timeout of one attempt; zero means none
 * @param retry its retry policy; null means the definition's
 */
public record Compensation(
    String type,
    String queue,
    @Nullable String input,
    Duration timeout,
    @Nullable RetryPolicy retry) {}
