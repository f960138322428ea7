/** Tests of the intake. */
@NullMarked
package dev.millrace.orchestrator.intake;

import org.jspecify.annotations.NullMarked;
