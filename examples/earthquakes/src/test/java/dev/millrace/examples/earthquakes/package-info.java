/** Tests of the earthquake example. */
@NullMarked
package dev.millrace.examples.earthquakes;

import org.jspecify.annotations.NullMarked;
