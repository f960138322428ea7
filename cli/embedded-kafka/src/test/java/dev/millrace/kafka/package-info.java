/** Tests of the embedded broker, against the real thing. */
@NullMarked
package dev.millrace.kafka;

import org.jspecify.annotations.NullMarked;
