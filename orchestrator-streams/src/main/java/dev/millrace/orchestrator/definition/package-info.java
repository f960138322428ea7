/**
 * Reads, writes, builds and lints workflow definitions; sees the core's definition records and no
 * other part of the engine.
 */
@NullMarked
package dev.millrace.orchestrator.definition;

import org.jspecify.annotations.NullMarked;
