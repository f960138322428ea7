package dev.millrace.orchestrator.core.event;

/** No more steps start until somebody resumes the workflow. */
public record WorkflowPaused() implements Event {}
