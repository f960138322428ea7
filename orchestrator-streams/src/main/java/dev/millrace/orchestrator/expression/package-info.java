/**
 * CEL behind the ports of the core: conditions, mappings, and JSON payloads as their values. Knows
 * the core and the texts of the language; imports neither Kafka nor Avro.
 */
@NullMarked
package dev.millrace.orchestrator.expression;

import org.jspecify.annotations.NullMarked;
