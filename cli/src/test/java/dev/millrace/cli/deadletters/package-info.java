/** Tests of the commands about dead letters. */
@NullMarked
package dev.millrace.cli.deadletters;

import org.jspecify.annotations.NullMarked;
