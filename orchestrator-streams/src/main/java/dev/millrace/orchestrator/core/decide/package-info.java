/**
 * From state and input to events and effects, without a clock, randomness or I/O. Imports nothing
 * but the JDK.
 */
@NullMarked
package dev.millrace.orchestrator.core.decide;

import org.jspecify.annotations.NullMarked;
