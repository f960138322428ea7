/** Tests of the worker as its users see it, on a real broker. */
@NullMarked
package dev.millrace.worker;

import org.jspecify.annotations.NullMarked;
