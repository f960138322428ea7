/** Tests of the limits of step types. */
@NullMarked
package dev.millrace.worker.resilience;

import org.jspecify.annotations.NullMarked;
