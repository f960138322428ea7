package dev.millrace.orchestrator.core.effect;

/** Something that the shell must do. */
public sealed interface Effect
    permits DispatchStep,
        ArmTimer,
        StartWorkflow,
        CancelAttempt,
        CancelBranches,
        CancelWorkflow,
        TellParent,
        CacheResult,
        KeepItems,
        OpenChunk,
        ReportChunk,
        HoldStep {}
