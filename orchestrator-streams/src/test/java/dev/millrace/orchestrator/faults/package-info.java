/** What must hold when processes are killed, records are bad and outputs fail. */
@NullMarked
package dev.millrace.orchestrator.faults;

import org.jspecify.annotations.NullMarked;
