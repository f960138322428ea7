/** The map of the engine: sources, the one processor, its store, the way out. */
@NullMarked
package dev.millrace.orchestrator.topology;

import org.jspecify.annotations.NullMarked;
