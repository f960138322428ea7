/** Tests of the samples' handlers. */
@NullMarked
package dev.millrace.examples.samples;

import org.jspecify.annotations.NullMarked;
