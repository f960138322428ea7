/** Assesses earthquakes: the steps of one workflow a quake, and the worker that runs them. */
@NullMarked
package dev.millrace.examples.earthquakes;

import org.jspecify.annotations.NullMarked;
