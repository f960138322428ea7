package dev.millrace.orchestrator.core.effect;

import dev.millrace.orchestrator.core.state.Branches;

/**
 * Ask that the workflows be cancelled that the branches of a step wait for.
 *
 * @param step the step
 * @param attempt the attempt of the step that the branches are of
 * @param branches what is known of them
 * @param reason why, for people
 */
public record CancelBranches(int step, int attempt, Branches branches, String reason)
    implements Effect {}
