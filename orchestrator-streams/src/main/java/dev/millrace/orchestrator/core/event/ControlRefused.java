package dev.millrace.orchestrator.core.event;

/**
 * Somebody asked something that cannot be; nothing changed.
 *
 * @param code stable name of the reason
 * @param message what was wrong and what to do about it
 */
public record ControlRefused(String code, String message) implements Event {}
