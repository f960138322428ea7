/** Runs the sample workflows, each with one command. */
@NullMarked
package dev.millrace.cli.sample;

import org.jspecify.annotations.NullMarked;
