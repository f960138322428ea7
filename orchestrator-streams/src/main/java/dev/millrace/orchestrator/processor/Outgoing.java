package dev.millrace.orchestrator.processor;

import org.jspecify.annotations.Nullable;

/**
 * A record on its way out.
 *
 * @param topic where it goes
 * @param value its bytes; null only for a dead letter that had none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Outgoing(String topic, byte @Nullable [] value) {}
