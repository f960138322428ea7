/** Answers questions about workflows from the state stores, wherever they are. */
@NullMarked
package dev.millrace.orchestrator.query;

import org.jspecify.annotations.NullMarked;
