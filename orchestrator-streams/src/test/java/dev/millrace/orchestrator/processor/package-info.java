/** Tests of what a stream task keeps at hand. */
@NullMarked
package dev.millrace.orchestrator.processor;

import org.jspecify.annotations.NullMarked;
