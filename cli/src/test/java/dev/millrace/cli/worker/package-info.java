/** Tests of the runnable worker, with jars that are made for them. */
@NullMarked
package dev.millrace.cli.worker;

import org.jspecify.annotations.NullMarked;
