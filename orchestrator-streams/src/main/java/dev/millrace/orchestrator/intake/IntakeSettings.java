package dev.millrace.orchestrator.intake;

/**
 * When an engine takes no new workflows; 0 stands for no limit.
 *
 * @param openWorkflows this many are open
 * @param stateBytes the state on its disk has this size
 * @param diskFreePercent less than this of the volume is free
 * @param restoreRecords this many records of state are still to be restored
 * @param resumePercent to which part of its limit a figure must fall until starts are taken again
 */
public record IntakeSettings(
    long openWorkflows,
    long stateBytes,
    int diskFreePercent,
    long restoreRecords,
    int resumePercent) {}
