/** Tests of what the engine counts and times. */
@NullMarked
package dev.millrace.orchestrator.metrics;

import org.jspecify.annotations.NullMarked;
