/** Tests of the definition's rules. */
@NullMarked
package dev.millrace.orchestrator.core.definition;

import org.jspecify.annotations.NullMarked;
