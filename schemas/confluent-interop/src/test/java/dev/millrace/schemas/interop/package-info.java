/** Confluent's own serializer and deserializer against our wire format. */
@NullMarked
package dev.millrace.schemas.interop;

import org.jspecify.annotations.NullMarked;
