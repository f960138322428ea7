package dev.millrace.orchestrator.core.effect;

import dev.millrace.orchestrator.core.state.Payload;
import org.jspecify.annotations.Nullable;

/**
 * Keep the result of a step for others that would run with the same.
 *
 * @param key what it is kept under
 * @param output what the step returned
 * @param expiresAtMs until when it is kept, in epoch milliseconds
 */
public record CacheResult(String key, @Nullable Payload output, long expiresAtMs)
    implements Effect {}
