/** Tests of the command as a whole. */
@NullMarked
package dev.millrace.cli;

import org.jspecify.annotations.NullMarked;
