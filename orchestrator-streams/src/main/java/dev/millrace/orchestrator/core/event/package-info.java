/**
 * What the engine decided, in the past tense; state is the fold of these. Imports nothing but the
 * JDK.
 */
@NullMarked
package dev.millrace.orchestrator.core.event;

import org.jspecify.annotations.NullMarked;
