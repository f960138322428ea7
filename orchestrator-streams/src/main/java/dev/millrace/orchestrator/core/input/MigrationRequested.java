package dev.millrace.orchestrator.core.input;

/**
 * Somebody wants the workflow to go on with another version of its definition.
 *
 * @param version which
 * @param dryRun whether to say only what that would change and what stands against it
 */
public record MigrationRequested(int version, boolean dryRun) implements Input {}
