/** The runnable worker: handlers out of jars, each jar with a class loader of its own. */
@NullMarked
package dev.millrace.cli.worker;

import org.jspecify.annotations.NullMarked;
