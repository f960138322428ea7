/** Tests of compressed, encrypted and stored payloads. */
@NullMarked
package dev.millrace.worker.payload;

import org.jspecify.annotations.NullMarked;
