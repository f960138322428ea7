package dev.millrace.orchestrator.core.event;

/**
 * The workflow has another priority.
 *
 * @param priority 0 (lowest) to 9 (highest)
 */
public record PriorityChanged(int priority) implements Event {}
