/** Tests of the definition language. */
@NullMarked
package dev.millrace.orchestrator.definition;

import org.jspecify.annotations.NullMarked;
