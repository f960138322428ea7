package dev.millrace.orchestrator.core.input;

/** Something that happens to one workflow. */
public sealed interface Input
    permits StartRequested,
        ControlRequested,
        AttemptInput,
        TimerFired,
        ChunkRequested,
        ChunkReported,
        StepReleased {}
