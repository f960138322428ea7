package dev.millrace.orchestrator.core.effect;

/**
 * Tell the workflow what is known of this chunk of branches, once all that was decided of it is
 * carried out.
 */
public record ReportChunk() implements Effect {}
