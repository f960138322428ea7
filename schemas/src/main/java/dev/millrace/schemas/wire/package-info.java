/** How a record becomes bytes and back: Avro in Confluent's wire format. */
@NullMarked
package dev.millrace.schemas.wire;

import org.jspecify.annotations.NullMarked;
