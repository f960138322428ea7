package dev.millrace.orchestrator.core.definition;

import java.time.Duration;

/**
 * That a step runs again until a condition holds.
 *
 * @param until condition over the step's {@code output}, as CEL, looked at whenever it succeeds
 * @param delay from the end of a round to the next; zero means at once
 * @param max most rounds; a step whose condition does not hold after that has failed
 */
public record Repeat(String until, Duration delay, int max) {}
