package dev.millrace.orchestrator.core.event;

import dev.millrace.orchestrator.core.state.Payload;

/**
 * Somebody asked what a migration would do; nothing changed.
 *
 * @param version the version that was asked for
 * @param report what would change and what stands against it, as JSON
 */
public record MigrationTried(int version, Payload report) implements Event {}
