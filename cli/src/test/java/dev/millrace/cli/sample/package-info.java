/** Tests of the sample workflows. */
@NullMarked
package dev.millrace.cli.sample;

import org.jspecify.annotations.NullMarked;
