package dev.millrace.orchestrator.core.definition;

/**
 * One thing that is wrong with a definition.
 *
 * @param path where, such as {@code steps[3].dependsOn[1]}; empty for the definition as a whole
 * @param code stable name of the rule that is broken, such as {@code unknown-dependency}
 * @param message what is wrong and what to do about it
 */
public record Violation(String path, String code, String message) {}
