/**
 * What is known of one workflow: read by the decider, changed by the evolver alone. Imports nothing
 * but the JDK.
 */
@NullMarked
package dev.millrace.orchestrator.core.state;

import org.jspecify.annotations.NullMarked;
