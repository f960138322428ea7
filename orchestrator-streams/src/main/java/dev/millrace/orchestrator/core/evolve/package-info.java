/**
 * From state and event to the next state: the only room that changes state. Imports nothing but the
 * JDK.
 */
@NullMarked
package dev.millrace.orchestrator.core.evolve;

import org.jspecify.annotations.NullMarked;
