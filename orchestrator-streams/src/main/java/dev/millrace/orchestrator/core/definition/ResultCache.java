package dev.millrace.orchestrator.core.definition;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * That the output of a step is kept, and taken instead of running the step again.
 *
 * @param key template of what tells one result from another; null takes the command's input
 * @param ttl how long a result is kept
 */
public record ResultCache(@Nullable String key, Duration ttl) {}
