/** Tests of how much work waits, against a real broker. */
@NullMarked
package dev.millrace.orchestrator.flow;

import org.jspecify.annotations.NullMarked;
