/** Turns recorded workflow executions in WfFormat into definitions and run times. */
@NullMarked
package dev.millrace.orchestrator.definition.wfformat;

import org.jspecify.annotations.NullMarked;
