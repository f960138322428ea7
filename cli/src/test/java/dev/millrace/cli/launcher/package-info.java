/** Tests of the launcher script in a checkout of stand-ins. */
@NullMarked
package dev.millrace.cli.launcher;

import org.jspecify.annotations.NullMarked;
