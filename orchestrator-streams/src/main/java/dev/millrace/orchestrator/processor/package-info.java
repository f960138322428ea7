/**
 * The hot path: decode, load, decide, forward, store; nothing else. Sees no HTTP, no queries and no
 * Avro.
 */
@NullMarked
package dev.millrace.orchestrator.processor;

import org.jspecify.annotations.NullMarked;
