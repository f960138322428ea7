/** Tests of what expressions may look at. */
@NullMarked
package dev.millrace.orchestrator.core.check;

import org.jspecify.annotations.NullMarked;
