package dev.millrace.orchestrator.core.event;

/** One decision about one workflow. Steps are named by their index in the definition. */
public sealed interface Event
    permits WorkflowStarted,
        StepDispatched,
        StepSuspended,
        StepHeld,
        StepSkipped,
        StepRepeated,
        StepSucceeded,
        BranchesOpened,
        BranchesReported,
        ChunkOpened,
        AttemptFailed,
        StepFailed,
        AttemptHeard,
        StepsReset,
        SignalReceived,
        WorkflowPaused,
        WorkflowResumed,
        PriorityChanged,
        WorkflowMigrated,
        MigrationTried,
        ControlRefused,
        WorkflowEnding,
        WorkflowEnded {}
