package dev.millrace.orchestrator.core.input;

/** A deadline of the workflow may have come; the state tells which. */
public record TimerFired() implements Input {}
