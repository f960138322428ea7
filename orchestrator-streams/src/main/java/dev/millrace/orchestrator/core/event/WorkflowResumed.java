package dev.millrace.orchestrator.core.event;

/** Steps start again. */
public record WorkflowResumed() implements Event {}
