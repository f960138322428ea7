package dev.millrace.orchestrator.core.effect;

import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Payload;
import org.jspecify.annotations.Nullable;

/**
 * Tell the parent how this workflow has ended.
 *
 * @param parent whom
 * @param output what the workflow returns, if it succeeded
 * @param failure why it did not succeed; null if it did
 */
public record TellParent(Parent parent, @Nullable Payload output, @Nullable Failure failure)
    implements Effect {}
